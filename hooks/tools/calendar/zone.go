package calendar

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	ics "github.com/arran4/golang-ical"
)

// zoneSpan is a zone and the time span of its events.
type zoneSpan struct {
	zone     *time.Location
	from, to time.Time
}

// maxSeriesYears is how many years a series may last.
const maxSeriesYears = 3

// eventZones returns the zones of events, each with the time span that its definition must cover.
func eventZones(events []Event) []zoneSpan {
	of := map[string]*zoneSpan{}
	for _, e := range events {
		if isUTC(e.Zone) {
			continue
		}
		one := of[e.Zone.String()]
		if one == nil {
			one = &zoneSpan{e.Zone, e.Starts, e.Ends}
			of[e.Zone.String()] = one
		}
		last := e.Ends
		if e.Rule != "" {
			last = last.AddDate(maxSeriesYears, 0, 0)
		}
		for _, at := range append(e.ExceptionDates, e.Starts, e.RecurrenceID) {
			if !at.IsZero() && at.Before(one.from) {
				one.from = at
			}
		}
		if last.After(one.to) {
			one.to = last
		}
	}
	var all []zoneSpan
	for _, one := range of {
		all = append(all, *one)
	}
	slices.SortFunc(all, func(a, b zoneSpan) int { return cmp.Compare(a.zone.String(), b.zone.String()) })
	return all
}

// newTimezone returns the definition of a zone for its span and a year on either side: one component for each transition,
// from the time zone database (RFC 5545, 3.6.5).
func newTimezone(of zoneSpan) *ics.VTimezone {
	z := ics.NewTimezone(of.zone.String())
	at := of.from.AddDate(-1, 0, 0).In(of.zone)
	end := of.to.AddDate(1, 0, 0)
	_, offset := at.Zone()
	first, _ := at.ZoneBounds()
	if first.IsZero() { // no earlier transition
		first = time.Date(1970, 1, 1, 0, 0, 0, 0, of.zone)
		if _, then := first.Zone(); then != offset {
			first = at
		}
	}
	_, before := first.Add(-time.Second).Zone()
	addTransition(z, first, before)
	for {
		_, next := at.ZoneBounds()
		if next.IsZero() || next.After(end) {
			return z
		}
		_, before := at.Zone()
		at = next.In(of.zone)
		addTransition(z, at, before)
	}
}

// addTransition adds one transition: its local time by the previous offset, and both offsets.
func addTransition(z *ics.VTimezone, at time.Time, before int) {
	name, offset := at.Zone()
	add := func(c *ics.ComponentBase) {
		c.AddProperty("DTSTART", at.UTC().Add(time.Duration(before)*time.Second).Format(localLayout))
		c.AddProperty("TZOFFSETFROM", formatOffset(before))
		c.AddProperty("TZOFFSETTO", formatOffset(offset))
		c.AddProperty("TZNAME", name)
	}
	if at.IsDST() {
		daylight := &ics.Daylight{}
		add(&daylight.ComponentBase)
		z.Components = append(z.Components, daylight)
		return
	}
	add(&z.AddStandard().ComponentBase)
}

// formatOffset formats an offset in seconds as "+0130", with seconds if needed.
func formatOffset(offset int) string {
	sign := '+'
	if offset < 0 {
		sign, offset = '-', -offset
	}
	if offset%60 != 0 {
		return fmt.Sprintf("%c%02d%02d%02d", sign, offset/3600, offset/60%60, offset%60)
	}
	return fmt.Sprintf("%c%02d%02d", sign, offset/3600, offset/60%60)
}
