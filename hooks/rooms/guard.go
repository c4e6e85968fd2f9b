package rooms

import (
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// validateBooking refuses a session in a room that is already booked at that time (R87) or archived.
func validateBooking(app core.App, s *core.Record) error {
	status := s.GetString("status")
	if s.GetString("room") == "" || status != "scheduled" && status != "running" {
		return nil
	}
	if !record.Changed(s, "room", "starts", "ends", "status") {
		return nil
	}
	room, err := FindForSession(app, s.GetString("team"), s.GetString("room"))
	if err != nil {
		return err
	}
	if !room.Archived().IsZero() && !withinBookedTime(s) {
		return errs.Invalid("room", CodeArchived, "“"+room.Name()+"” is archived and can't be booked. Choose another room or no room.")
	}
	clash, err := FindConflict(app, room.Id, s.GetDateTime("starts").Time(), s.GetDateTime("ends").Time(), s.Id)
	if err != nil || clash == nil {
		return err
	}
	team, err := teams.Find(app, room.TeamID())
	if err != nil {
		return err
	}
	return errs.Invalid("room", CodeBusy, clash.ConflictText(room.Name(), team.Zone()))
}

// withinBookedTime reports whether the session already has its room for all of its time: it starts, continues, or ends
// earlier.
func withinBookedTime(s *core.Record) bool {
	if s.IsNew() {
		return false
	}
	before := s.Original()
	if status := before.GetString("status"); status != "scheduled" && status != "running" || record.Differs(s, before, "room", "starts") {
		return false
	}
	return s.GetString("status") == "running" || !s.GetDateTime("ends").Time().After(before.GetDateTime("ends").Time())
}

// ConflictText describes a booking that conflicts: what has the room, and when.
func (b Booking) ConflictText(room string, zone *time.Location) string {
	return fmt.Sprintf("%[2]s is already booked for “%[1]s”, %[3]s. Choose another time or room.", b.Title, room, b.TimeText(zone))
}

// TimeText is the time of the booking as text: "Thu 19 November 2026, 16:00 to 17:30 (Europe/Lisbon)".
func (b Booking) TimeText(zone *time.Location) string {
	from, to := b.Starts.In(zone), b.Ends.In(zone)
	end := text.TimeOfDay(to)
	if from.Format(time.DateOnly) != to.Format(time.DateOnly) {
		end = text.DateAndTime(to, "Mon 2 January")
	}
	return fmt.Sprintf("%s to %s (%s)", text.DateAndTime(from, "Mon 2 January 2006"), end, zone)
}
