package emails_test

import (
	"html"
	"regexp"
	"strings"
	"testing"
)

var (
	isolated = regexp.MustCompile("\u2068[^\u2068\u2069]*\u2069")
	directed = regexp.MustCompile(`(?s)<[a-z0-9]+ [^>]*dir="auto"[^>]*>[^<]*</`)
	tags     = regexp.MustCompile(`(?s)<style>.*?</style>|<title>[^<]*</title>|<[^>]*>`)
)

const hebrewName, arabicTeam, hebrewNote = "שרה כהן (2)", "صوت ١٢", "להביא הערות (3)"

// TestMessages_RightToLeftNames_AreIsolated: wherever the HTML or the text names something in Hebrew, the words around it keep their order.
func TestMessages_RightToLeftNames_AreIsolated(t *testing.T) {
	for _, s := range samples(t, hebrewName, arabicTeam, hebrewNote) {
		if strings.ContainsAny(s.message.Subject, "\u202e\u202d") {
			t.Errorf("%s: got direction overrides in the subject %q", s.name, s.message.Subject)
		}
		body := html.UnescapeString(tags.ReplaceAllString(directed.ReplaceAllString(s.message.HTML, ""), ""))
		for _, part := range []string{body, strings.Join(textWithoutHeadings(s.message.Text), "\n")} {
			rest := isolated.ReplaceAllString(part, "")
			for _, bare := range []string{hebrewName, arabicTeam, hebrewNote} {
				if at := strings.Index(rest, bare); at >= 0 {
					t.Errorf("%s: got %q outside of an isolate, in …%s…", s.name, bare, rest[max(0, at-60):min(len(rest), at+60)])
				}
			}
		}
	}
}

// textWithoutHeadings returns the lines that aren't a name or a note alone.
func textWithoutHeadings(text string) (lines []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != hebrewName && line != arabicTeam && strings.TrimPrefix(line, "> ") != hebrewNote {
			lines = append(lines, line)
		}
	}
	return lines
}

// TestMessages_LongNames_Wrap: long names can be broken anywhere, in every part of the email that shows them.
func TestMessages_LongNames_Wrap(t *testing.T) {
	long := strings.Repeat("W", 200)
	shown := regexp.MustCompile(`(?s)<div class="(card|soft part)" style="([^"]*)">`)
	for _, s := range samples(t, long, long, long) {
		boxes := shown.FindAllStringSubmatch(s.message.HTML, -1)
		if len(boxes) != 2 {
			t.Errorf("%s: got %d parts, want the card and the footer", s.name, len(boxes))
		}
		for _, box := range boxes {
			if !strings.Contains(box[2], "word-break:break-word") || !strings.Contains(box[2], "overflow-wrap:anywhere") {
				t.Errorf("%s: the %s doesn't break long words: %s", s.name, box[1], box[2])
			}
		}
		if strings.Contains(s.message.HTML, "white-space:nowrap") {
			t.Errorf("%s: got text that doesn't wrap", s.name)
		}
	}
}
