// Package calendar writes sessions as iCalendar files (RFC 5545, RFC 5546), in any time zone and across summer time.
package calendar

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	ics "github.com/arran4/golang-ical"
)

// Method is what a file asks its reader to do (RFC 5546, 1.4).
type Method string

// The methods of files.
const (
	Publish Method = "PUBLISH" // a feed
	Request Method = "REQUEST" // an invitation, or a newer one of the same
	Cancel  Method = "CANCEL"
)

// Person is somebody who asks or is asked.
type Person struct{ Name, Email string }

// Event is a session, or with a Rule a series of them.
type Event struct {
	UID         string // the same in every file
	Sequence    int    // higher in every newer one
	Stamp       time.Time
	Starts      time.Time
	Ends        time.Time
	Zone        *time.Location // in which the clock is the same all year; nil is UTC
	Title       string
	Description string
	Location    string
	Link        string
	Organizer   Person
	Attendees   []Person
	Cancelled   bool

	Rule           string      // recurrence rule of a series
	ExceptionDates []time.Time // occurrences of the rule that are not held, or held at another time
	RecurrenceID   time.Time   // of one of a series that differs: when the rule has it
}

// Write makes a file of events, by the name that a calendar program shows for it; an invitation has no name.
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
	put := func(name, value string, params ...ics.PropertyParameter) {
		if value != "" {
			to.AddProperty(ics.ComponentProperty(name), value, params...)
		}
	}
	at := func(name string, moments ...time.Time) {
		for _, moment := range moments {
			value, params := e.formatLocal(moment)
			put(name, value, params...)
		}
	}
	put("DTSTAMP", e.Stamp.UTC().Format(utcLayout))
	put("SEQUENCE", fmt.Sprint(e.Sequence))
	at("DTSTART", e.Starts)
	at("DTEND", e.Ends)
	put("RRULE", e.Rule)
	at("EXDATE", e.ExceptionDates...)
	if !e.RecurrenceID.IsZero() {
		at("RECURRENCE-ID", e.RecurrenceID)
	}
	put("SUMMARY", cleanLine(e.Title))
	put("DESCRIPTION", cleanLines(e.Description))
	put("LOCATION", cleanLine(e.Location))
	put("URL", cleanLine(e.Link))
	if e.Cancelled || method == Cancel {
		put("STATUS", "CANCELLED")
	} else {
		put("STATUS", "CONFIRMED")
	}
	if e.Organizer.Email != "" {
		put("ORGANIZER", "mailto:"+cleanLine(e.Organizer.Email), nameParams(e.Organizer)...)
	}
	for _, one := range e.Attendees {
		params := append(nameParams(one), ics.WithRSVP(false), ics.ParticipationStatusNeedsAction, ics.ParticipationRoleReqParticipant)
		put("ATTENDEE", "mailto:"+cleanLine(one.Email), params...)
	}
}

const (
	utcLayout   = "20060102T150405Z"
	localLayout = "20060102T150405"
)

// formatLocal is a moment as the event's zone has it.
func (e Event) formatLocal(at time.Time) (string, []ics.PropertyParameter) {
	if isUTC(e.Zone) {
		return at.UTC().Format(utcLayout), nil
	}
	return at.In(e.Zone).Format(localLayout), []ics.PropertyParameter{ics.WithTZID(e.Zone.String())}
}

func isUTC(zone *time.Location) bool {
	return zone == nil || zone == time.UTC || zone.String() == "UTC" || zone.String() == "Local"
}

// nameParams is a name as a parameter may have it: quotes and the signs that end a parameter become spaces.
func nameParams(p Person) []ics.PropertyParameter {
	name := strings.Join(strings.FieldsFunc(cleanLine(p.Name), func(r rune) bool { return r == ' ' || strings.ContainsRune(`",;:\`, r) }), " ")
	name = strings.ReplaceAll(name, "'", "’")
	if name == "" {
		return nil
	}
	return []ics.PropertyParameter{ics.WithCN(name)}
}

// cleanLine is a line without what could end it.
func cleanLine(text string) string { return strings.Join(strings.Fields(printable(text)), " ") }

// cleanLines is text that keeps its line ends.
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
