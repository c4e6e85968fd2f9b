// Package calendar writes sessions as iCalendar files (RFC 5545, RFC 5546), in any time zone and across summer time.
package calendar

import (
	ics "github.com/arran4/golang-ical"
	"github.com/teambition/rrule-go"
)

var (
	_ = ics.NewCalendar
	_ = rrule.StrToROption
)
