// Package emails writes the text of every email, as HTML and as plain text. Package mail sends them.
package emails

import (
	"bytes"
	"context"
	"net/url"
	"strings"
	"time"
	_ "time/tzdata" // the host may have no time zone data

	"usher/hooks/mail"
	"usher/hooks/tools/settings"
	"usher/hooks/tools/text"
)

// message renders both parts of the email. If the HTML cannot be rendered, the email has only text.
func (s layout) message(kind, to, toName, subject string) mail.Message {
	s.Note = strings.TrimSpace(strings.ReplaceAll(s.Note, "\r\n", "\n"))
	var html bytes.Buffer
	if err := page(s).Render(context.Background(), &html); err != nil {
		html.Reset()
	}
	return mail.Message{Kind: kind, To: to, ToName: toName, Subject: subject, HTML: html.String(), Text: s.text()}
}

// text returns the plain-text part.
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
	if s.Code != "" {
		part(s.Code)
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

// preview returns the text that an inbox shows after the subject.
func (s layout) preview() string {
	switch {
	case s.Code != "":
		return s.Code + " is your code. " + s.Intro
	case s.Intro != "":
		return s.Intro
	case len(s.Paragraphs) > 0:
		return s.Paragraphs[0]
	default:
		return s.Reason
	}
}

func (s layout) supportLink() string { return settings.Config{Support: s.Support}.SupportLink() }

// logo returns the URL of the logo if an email client can load it, otherwise "".
func (t TeamProps) logo() string {
	u, err := url.Parse(t.LogoURL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return t.LogoURL
}

// newTimeLine returns a sentence that ends with a time.
func newTimeLine(before string, t time.Time, zone *time.Location) timeLine {
	return timeLine{before, formatTime(t, zone), formatZone(t, zone)}
}

// formatTimeInZone returns a time with its zone, for the middle of a sentence.
func formatTimeInZone(t time.Time, zone *time.Location) string {
	return formatTime(t, zone) + " " + formatZone(t, zone)
}

// formatTime returns a date and a time, unambiguous in every country.
func formatTime(t time.Time, zone *time.Location) string {
	return text.DateAndTime(t.In(orUTC(zone)), "Monday 2 January 2006")
}

// formatZone returns the name of the zone and its offset from UTC.
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

// maskAddress shows only the start and the domain of an address: l••••@halation.film.
func maskAddress(address string) string {
	name, host, ok := strings.Cut(address, "@")
	if !ok || name == "" {
		return "••••"
	}
	return string([]rune(name)[:1]) + "••••@" + host
}
