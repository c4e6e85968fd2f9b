package mail

import (
	"bytes"
	"context"
	"net/url"
	"strings"
	"time"
	_ "time/tzdata" // zones of people, on a machine that knows none

	"usher/hooks/record"
	"usher/hooks/settings"
)

// letter makes both parts of a letter. If it cannot be rendered its HTML is empty, and Queue takes the text.
func (s sheet) letter(kind, to, toName, subject string) Letter {
	s.Note = strings.TrimSpace(strings.ReplaceAll(s.Note, "\r\n", "\n"))
	var html bytes.Buffer
	if err := page(s).Render(context.Background(), &html); err != nil {
		html.Reset()
	}
	return Letter{Kind: kind, To: to, ToName: toName, Subject: subject, HTML: html.String(), Text: s.text()}
}

// text is the letter for those who read without HTML.
func (s sheet) text() string {
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
	if s.Lead != "" {
		part(s.Lead)
	}
	if s.At.When != "" {
		part(s.At.Before + " " + s.At.When + " " + s.At.Zone)
	}
	for _, role := range s.Roles {
		part(role.Name + ": " + role.Sentence)
	}
	if s.Note != "" {
		part(s.NoteBy+" writes:", "> "+strings.ReplaceAll(s.Note, "\n", "\n> "))
	}
	for _, p := range s.Says {
		part(p)
	}
	if s.Button != "" {
		part(s.Button+":", s.Link)
	}
	if s.Until.When != "" {
		part(s.Until.Before + " " + s.Until.When + " " + s.Until.Zone + ".")
	}
	if s.Other.To != "" {
		part(s.Other.Before+" "+s.Other.Words+":", s.Other.To)
	}
	if s.After != "" {
		part(s.After)
	}
	foot := "Sent by Usher."
	if s.Support != "" {
		foot += " Help: " + s.Support
	}
	part("-- ", s.Why, foot)
	return b.String() + "\n"
}

// preview is what a list of letters shows behind the subject.
func (s sheet) preview() string {
	switch {
	case s.Lead != "":
		return s.Lead
	case len(s.Says) > 0:
		return s.Says[0]
	default:
		return s.Why
	}
}

func (s sheet) supportLink() string { return settings.Config{Support: s.Support}.SupportLink() }

// logo is the address of the logo if a mail program can fetch it.
func (t TeamProps) logo() string {
	u, err := url.Parse(t.LogoURL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return t.LogoURL
}

// by makes a sentence that ends with a time.
func by(before string, t time.Time, zone *time.Location) until {
	return until{before, when(t, zone), whose(t, zone)}
}

// on is a time in the middle of a sentence.
func on(t time.Time, zone *time.Location) string { return when(t, zone) + " " + whose(t, zone) }

// when is a date and a time in words that need no guessing.
func when(t time.Time, zone *time.Location) string {
	return record.OnClock(t.In(orUTC(zone)), "Monday 2 January 2006")
}

// whose is the place whose time it is, and how far that is from UTC.
func whose(t time.Time, zone *time.Location) string {
	place, from := record.ZoneName(orUTC(zone)), offset(t.In(orUTC(zone)))
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

func offset(t time.Time) string {
	_, seconds := t.Zone()
	if seconds == 0 {
		return "UTC"
	}
	return "UTC" + strings.TrimSuffix(t.Format("-07:00"), ":00")
}

// masked hides an address from whoever reads over a shoulder, and from its former owner: l••••@halation.film.
func masked(address string) string {
	name, host, ok := strings.Cut(address, "@")
	if !ok || name == "" {
		return "••••"
	}
	return string([]rune(name)[:1]) + "••••@" + host
}

// join lists words: "a", "a and b", "a, b and c".
func join(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
