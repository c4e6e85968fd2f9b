package sessions

import (
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/rooms"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// maxConflictsShown is how many conflicts an error lists.
const maxConflictsShown = 10

// validateRoom refuses a form whose times conflict with other bookings of its room, and lists the conflicts (R87, R89).
// The record hooks check each booking again.
func (f Form) validateRoom(tx core.App, team string, starts []time.Time, except string) error {
	if f.Room == "" {
		return nil
	}
	room, err := rooms.FindForSession(tx, team, f.Room)
	if err != nil {
		return err
	}
	length := time.Duration(f.Minutes) * time.Minute
	var clashes []string
	for n, at := range starts {
		if n > 0 && at.Before(starts[n-1].Add(length)) {
			clashes = append(clashes, f.formatStart(at)+" overlaps the previous session of the series")
			continue
		}
		clash, err := rooms.FindConflict(tx, room.Id, at, at.Add(length), except)
		if err != nil {
			return err
		}
		if clash != nil {
			clashes = append(clashes, fmt.Sprintf("%s with “%s” (%s, %s)", f.formatStart(at), clash.Title, clash.Host, f.formatSpan(clash)))
		}
	}
	if len(clashes) == 0 {
		return nil
	}
	more := ""
	if n := len(clashes); n > maxConflictsShown {
		clashes, more = clashes[:maxConflictsShown], fmt.Sprintf(", and %d more", n-maxConflictsShown)
	}
	return errs.Invalid("room", rooms.CodeBusy, room.Name()+" is already booked: "+strings.Join(clashes, "; ")+more+". Choose another time or room.")
}

func (f Form) zone() *time.Location { return zoneOrUTC(f.Zone) }

func (f Form) formatStart(at time.Time) string {
	return text.DateAndTime(at.In(f.zone()), "Mon 2 Jan 2006")
}

func (f Form) formatSpan(b *rooms.Booking) string {
	from, to := b.Starts.In(f.zone()), b.Ends.In(f.zone())
	if from.Format(time.DateOnly) == to.Format(time.DateOnly) {
		return text.TimeOfDay(from) + " to " + text.TimeOfDay(to)
	}
	return text.DateAndTime(from, "2 Jan") + " to " + text.DateAndTime(to, "2 Jan")
}
