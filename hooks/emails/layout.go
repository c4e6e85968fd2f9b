// Package emails has the wording of every email, as HTML and as plain text. Package mail sends them.
package emails

import (
	"bytes"
	"context"
	"net/url"
	"strings"
	"time"
	_ "time/tzdata" // zones of people, on a machine that knows none

	"usher/hooks/mail"
	"usher/hooks/tools/settings"
	"usher/hooks/tools/text"
)

// message makes both parts of a letter. If it cannot be rendered its HTML is empty, and Queue takes the text.
func (s layout) message(kind, to, toName, subject string) mail.Message {
	s.Note = strings.TrimSpace(strings.ReplaceAll(s.Note, "\r\n", "\n"))
	var html bytes.Buffer
	if err := page(s).Render(context.Background(), &html); err != nil {
		html.Reset()
	}
	return mail.Message{Kind: kind, To: to, ToName: toName, Subject: subject, HTML: html.String(), Text: s.text()}
}

// text is the letter for those who read without HTML.
func (s layout) text() string {
	var b strings.Builder
	part := func(lines ...string) {
		if b.Len() > 0 {
			b.WriteString("\n\n")
		}
		b.WriteString(strings.Join(lines, "\n"))
	}
	if s.Team.Name != "" {
		part(s.Team.Name)
	}
	part(s.Title)
	if s.Intro != "" {
		part(s.Intro)
	}
	if s.When.Time != "" {
		part(s.When.Prefix + " " + s.When.Time + " " + s.When.Zone)
	}
	for _, role := range s.Roles {
		part(role.Name + ": " + role.Description)
	}
	if s.Note != "" {
		part(s.NoteAuthor+" writes:", "> "+strings.ReplaceAll(s.Note, "\n", "\n> "))
	}
	for _, p := range s.Paragraphs {
		part(p)
	}
	if s.Button != "" {
		part(s.Button+":", s.Link)
	}
	if s.Expiry.Time != "" {
		part(s.Expiry.Prefix + " " + s.Expiry.Time + " " + s.Expiry.Zone + ".")
	}
	if s.SecondaryLink.URL != "" {
		part(s.SecondaryLink.Prefix+" "+s.SecondaryLink.Label+":", s.SecondaryLink.URL)
	}
	if s.Footnote != "" {
		part(s.Footnote)
	}
	foot := "Sent by Usher."
	if s.Support != "" {
		foot += " Help: " + s.Support
	}
	part("-- ", s.Reason, foot)
	return b.String() + "\n"
}

// preview is what a list of letters shows behind the subject.
func (s layout) preview() string {
	switch {
	case s.Intro != "":
		return s.Intro
	case len(s.Paragraphs) > 0:
		return s.Paragraphs[0]
	default:
		return s.Reason
	}
}

func (s layout) supportLink() string { return settings.Config{Support: s.Support}.SupportLink() }

// logo is the address of the logo if a mail program can fetch it.
func (t TeamProps) logo() string {
	u, err := url.Parse(t.LogoURL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return t.LogoURL
}

// newTimeLine makes a sentence that ends with a time.
func newTimeLine(before string, t time.Time, zone *time.Location) timeLine {
	return timeLine{before, formatTime(t, zone), formatZone(t, zone)}
}

// formatTimeInZone is a time in the middle of a sentence.
func formatTimeInZone(t time.Time, zone *time.Location) string {
	return formatTime(t, zone) + " " + formatZone(t, zone)
}

// formatTime is a date and a time in words that need no guessing.
func formatTime(t time.Time, zone *time.Location) string {
	return text.DateAndTime(t.In(orUTC(zone)), "Monday 2 January 2006")
}

// formatZone is the place whose time it is, and how far that is from UTC.
func formatZone(t time.Time, zone *time.Location) string {
	place, from := text.ZoneName(orUTC(zone)), formatOffset(t.In(orUTC(zone)))
	if !strings.HasSuffix(place, " time") {
		return "(" + from + ")"
	}
	return "(" + place + ", " + from + ")"
}

func orUTC(zone *time.Location) *time.Location {
	if zone == nil {
		return time.UTC
	}
	return zone
}

func formatOffset(t time.Time) string {
	_, seconds := t.Zone()
	if seconds == 0 {
		return "UTC"
	}
	return "UTC" + strings.TrimSuffix(t.Format("-07:00"), ":00")
}

// maskAddress hides an address from whoever reads over a shoulder, and from its former owner: l••••@halation.film.
func maskAddress(address string) string {
	name, host, ok := strings.Cut(address, "@")
	if !ok || name == "" {
		return "••••"
	}
	return string([]rune(name)[:1]) + "••••@" + host
}

// joinWords lists words: "a", "a and b", "a, b and c".
func joinWords(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
