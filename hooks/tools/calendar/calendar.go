// Package calendar writes sessions as iCalendar files (RFC 5545, RFC 5546), in any time zone and across summer time.
package calendar

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	ics "github.com/arran4/golang-ical"
)

// Method is the iTIP method of a file (RFC 5546, 1.4).
type Method string

// The methods in use.
const (
	Publish Method = "PUBLISH" // a feed
	Request Method = "REQUEST" // an invitation or its update
	Cancel  Method = "CANCEL"
)

// Person is an organizer or attendee.
type Person struct{ Name, Email string }

// Event is a session, or a series of sessions if Rule is set.
type Event struct {
	UID         string // the same in every file
	Sequence    int    // increases with every version
	Stamp       time.Time
	Starts      time.Time
	Ends        time.Time
	Zone        *time.Location // of the recurrence; nil is UTC
	Title       string
	Description string
	Location    string
	Link        string
	Organizer   Person
	Attendees   []Person
	Cancelled   bool

	Rule           string      // recurrence rule of a series
	ExceptionDates []time.Time // occurrences that are cancelled or moved
	RecurrenceID   time.Time   // original time of an occurrence that differs from the rule
}

// Write returns an iCalendar file of the events. name is the calendar's display name; an invitation has none.
func Write(method Method, name string, events ...Event) []byte {
	file := ics.NewCalendarFor("Usher")
	file.SetMethod(ics.Method(method))
	if name != "" {
		file.SetXWRCalName(cleanLine(name))
	}
	for _, one := range eventZones(events) {
		file.AddVTimezone(newTimezone(one))
	}
	for _, event := range events {
		event.write(file.AddEvent(cleanLine(event.UID)), method)
	}
	return []byte(file.Serialize(ics.WithNewLine("\r\n")))
}

func (e Event) write(to *ics.VEvent, method Method) {
	add := func(name, value string, params ...ics.PropertyParameter) {
		if value != "" {
			to.AddProperty(ics.ComponentProperty(name), value, params...)
		}
	}
	at := func(name string, moments ...time.Time) {
		for _, moment := range moments {
			value, params := e.formatLocal(moment)
			add(name, value, params...)
		}
	}
	add("DTSTAMP", e.Stamp.UTC().Format(utcLayout))
	add("SEQUENCE", fmt.Sprint(e.Sequence))
	at("DTSTART", e.Starts)
	at("DTEND", e.Ends)
	add("RRULE", e.Rule)
	at("EXDATE", e.ExceptionDates...)
	if !e.RecurrenceID.IsZero() {
		at("RECURRENCE-ID", e.RecurrenceID)
	}
	add("SUMMARY", cleanLine(e.Title))
	add("DESCRIPTION", cleanLines(e.Description))
	add("LOCATION", cleanLine(e.Location))
	add("URL", cleanLine(e.Link))
	if e.Cancelled || method == Cancel {
		add("STATUS", "CANCELLED")
	} else {
		add("STATUS", "CONFIRMED")
	}
	if e.Organizer.Email != "" {
		add("ORGANIZER", "mailto:"+cleanLine(e.Organizer.Email), nameParams(e.Organizer)...)
	}
	for _, one := range e.Attendees {
		params := append(nameParams(one), ics.WithRSVP(false), ics.ParticipationStatusNeedsAction, ics.ParticipationRoleReqParticipant)
		add("ATTENDEE", "mailto:"+cleanLine(one.Email), params...)
	}
}

const (
	utcLayout   = "20060102T150405Z"
	localLayout = "20060102T150405"
)

// formatLocal formats a time in the event's zone.
func (e Event) formatLocal(at time.Time) (string, []ics.PropertyParameter) {
	if isUTC(e.Zone) {
		return at.UTC().Format(utcLayout), nil
	}
	return at.In(e.Zone).Format(localLayout), []ics.PropertyParameter{ics.WithTZID(e.Zone.String())}
}

func isUTC(zone *time.Location) bool {
	return zone == nil || zone == time.UTC || zone.String() == "UTC" || zone.String() == "Local"
}

// nameParams returns the CN parameter. Quotes and separators become spaces.
func nameParams(p Person) []ics.PropertyParameter {
	name := strings.Join(strings.FieldsFunc(cleanLine(p.Name), func(r rune) bool { return r == ' ' || strings.ContainsRune(`",;:\`, r) }), " ")
	name = strings.ReplaceAll(name, "'", "’")
	if name == "" {
		return nil
	}
	return []ics.PropertyParameter{ics.WithCN(name)}
}

// cleanLine returns text as a single line.
func cleanLine(text string) string { return strings.Join(strings.Fields(printable(text)), " ") }

// cleanLines returns text with its line breaks.
func cleanLines(text string) string {
	return printable(strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n"))
}

func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t' || r == '\u2028' || r == '\u2029':
			return ' '
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
}
