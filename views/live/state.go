package live

import (
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/join"
	"usher/hooks/paths"
	"usher/hooks/recordings"
	"usher/hooks/rooms"
	"usher/hooks/runs"
	"usher/hooks/sessions"
	"usher/hooks/tools/text"
	"usher/views/ui"
	"usher/views/web"
)

func state(e *core.RequestEvent) error {
	props, err := loadState(e.App, currentVisitor(e))
	if err != nil {
		return err
	}
	return web.Render(e, 200, stateFragments(props))
}

// loadState loads what an open page keeps up to date: the time left, and for hosts who is waiting and who is absent.
func loadState(app core.App, v *join.Visitor) (stateProps, error) {
	props := stateProps{Path: paths.Live(v.Session.Id), Leads: v.Participant.Leads(), CanShareScreen: v.Participant.CanShareScreen(v.Session), Started: v.Session.Started(), Now: time.Now()}
	recording, err := recordings.StateOf(app, v.Session)
	if err != nil {
		return props, err
	}
	props.Recording = newRecordingProps(recording, props)
	if props.TimeLeft, err = timeLeftOf(app, v, props.Now); err != nil || !props.Leads {
		return props, err
	}
	lobby := sessions.EffectiveSetting(v.Session, v.Room, "lobby")
	props.Lobby, props.LobbyByRoom, props.ShareLimited = lobby.On, lobby.ByRoom, v.Session.ShareLimited()
	props.CanInvite = v.SignedIn
	props.AccessCode = v.Session.AccessCode()
	props.OpenLinks, props.LinkOpen = v.Team.OpenLinks() && v.Session.ExternalLink() == "", sessions.IsOpen(v.Team, v.Session)
	people, err := sessions.ListParticipants(app, v.Session.Id)
	if err != nil {
		return props, err
	}
	for _, p := range people {
		one := personRow{ID: p.Id, Name: p.DisplayName(), Email: accounts.AddressLabel(p.Address())}
		switch p.State() {
		case sessions.StateWaiting:
			props.Waiting = append(props.Waiting, one)
		case sessions.StateInvited, sessions.StateAdmitted:
			props.Absent = append(props.Absent, one)
		case sessions.StateDenied:
			props.Denied = append(props.Denied, one)
		}
	}
	return props, nil
}

const (
	firstNotice = 15 * time.Minute
	shortNotice = 5 * time.Minute // of a session that runs for less than twice firstNotice
	lastNotice  = 2 * time.Minute
)

// timeLeftOf is the notice of the end, from firstNotice or shortNotice before it, again from lastNotice, and after it (R104).
func timeLeftOf(app core.App, v *join.Visitor, now time.Time) (timeLeftProps, error) {
	ends, times := v.Session.Ends(), v.Times()
	left := timeLeftProps{Action: paths.Live(v.Session.Id) + "/extend", CanExtend: v.Participant.Leads()}
	remains, first := ends.Sub(now), firstNotice
	if ends.Sub(v.Session.Started()) < 2*firstNotice {
		first = shortNotice
	}
	switch {
	case remains > first:
		return left, nil
	case remains <= 0:
		left.Phase, left.Title = "over", "Overtime."
		left.Text = "The session was due to end at " + formatClock(ends, times) + ". It ends automatically at " + formatClock(ends.Add(runs.GracePeriod), times) + "."
		return left, nil
	case remains <= lastNotice:
		left.Phase = "2"
	default:
		left.Phase = "15"
	}
	minutes := int((remains + time.Minute - 1) / time.Minute)
	left.Title = ui.Count(minutes, "minute", "minutes") + " left."
	left.Text = "The session ends at " + formatClock(ends, times) + "."
	free, err := roomFreeText(app, v, times)
	if free != "" {
		left.Text = "The session ends at " + formatClock(ends, times) + ", and " + free
	}
	return left, err
}

// roomFreeText says how long the room is free after the session.
func roomFreeText(app core.App, v *join.Visitor, times text.ReaderZone) (string, error) {
	if v.Room == nil {
		return "", nil
	}
	ends := v.Session.Ends()
	next, err := rooms.FindConflict(app, v.Room.Id, ends, ends.Add(12*time.Hour), v.Session.Id)
	switch {
	case err != nil:
		return "", fmt.Errorf("find the next booking of the room: %w", err)
	case next == nil:
		return "the room is free after that.", nil
	case !next.Starts.After(ends):
		return "the room is booked after that.", nil
	}
	return "the room is free until " + formatClock(next.Starts, times) + ".", nil
}

func formatClock(at time.Time, times text.ReaderZone) string {
	return text.TimeOfDay(times.In(at)) + times.Suffix()
}
