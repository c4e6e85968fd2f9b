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
type Person struct{ Name, Address string }

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
	Place       string
	Link        string
	Organizer   Person
	Asked       []Person
	Cancelled   bool

	Rule   string      // recurrence rule of a series
	Except []time.Time // occurrences of the rule that are not held, or held at another time
	Of     time.Time   // of one of a series that differs: when the rule has it
}

// Write makes a file of events, by the name that a calendar program shows for it; an invitation has no name.
func Write(method Method, name string, events ...Event) []byte {
	file := ics.NewCalendarFor("Usher")
	file.SetMethod(ics.Method(method))
	if name != "" {
		file.SetXWRCalName(clean(name))
	}
	for _, one := range zonesOf(events) {
		file.AddVTimezone(timezone(one))
	}
	for _, event := range events {
		event.write(file.AddEvent(clean(event.UID)), method)
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
			value, params := e.local(moment)
			put(name, value, params...)
		}
	}
	put("DTSTAMP", e.Stamp.UTC().Format(utc))
	put("SEQUENCE", fmt.Sprint(e.Sequence))
	at("DTSTART", e.Starts)
	at("DTEND", e.Ends)
	put("RRULE", e.Rule)
	at("EXDATE", e.Except...)
	if !e.Of.IsZero() {
		at("RECURRENCE-ID", e.Of)
	}
	put("SUMMARY", clean(e.Title))
	put("DESCRIPTION", lines(e.Description))
	put("LOCATION", clean(e.Place))
	put("URL", clean(e.Link))
	if e.Cancelled || method == Cancel {
		put("STATUS", "CANCELLED")
	} else {
		put("STATUS", "CONFIRMED")
	}
	if e.Organizer.Address != "" {
		put("ORGANIZER", "mailto:"+clean(e.Organizer.Address), named(e.Organizer)...)
	}
	for _, one := range e.Asked {
		params := append(named(one), ics.WithRSVP(false), ics.ParticipationStatusNeedsAction, ics.ParticipationRoleReqParticipant)
		put("ATTENDEE", "mailto:"+clean(one.Address), params...)
	}
}

const (
	utc   = "20060102T150405Z"
	local = "20060102T150405"
)

// local is a moment as the event's zone has it.
func (e Event) local(at time.Time) (string, []ics.PropertyParameter) {
	if isUTC(e.Zone) {
		return at.UTC().Format(utc), nil
	}
	return at.In(e.Zone).Format(local), []ics.PropertyParameter{ics.WithTZID(e.Zone.String())}
}

func isUTC(zone *time.Location) bool {
	return zone == nil || zone == time.UTC || zone.String() == "UTC" || zone.String() == "Local"
}

// named is a name as a parameter may have it: quotes and the signs that end a parameter become spaces.
func named(p Person) []ics.PropertyParameter {
	name := strings.Join(strings.FieldsFunc(clean(p.Name), func(r rune) bool { return r == ' ' || strings.ContainsRune(`",;:\`, r) }), " ")
	name = strings.ReplaceAll(name, "'", "’")
	if name == "" {
		return nil
	}
	return []ics.PropertyParameter{ics.WithCN(name)}
}

// clean is a line without what could end it.
func clean(text string) string { return strings.Join(strings.Fields(printable(text)), " ") }

// lines is text that keeps its line ends.
func lines(text string) string {
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
