package panel

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/audit"
	"usher/hooks/members"
	"usher/views/frame"
	"usher/views/web"
)

// activitySize is how many entries stand in the details; the log has them all.
const activitySize = 6

// activity is what a person did lately, and what was done to him.
func activity(e *core.RequestEvent, row *members.Row) (ActivityProps, error) {
	actor := web.Actor(e)
	events, err := audit.Activity(e.App, actor.Team.Id, row.ID, activitySize)
	props := ActivityProps{All: LogProps{Path: auditPath(e)}.about(row.ID), Zone: frame.ZoneOf(actor)}
	for _, event := range events {
		props.Lines = append(props.Lines, ActivityLine{Text: event.Text(), Icon: trailIcon(event.Row), At: event.Time(), Refused: event.Refused()})
	}
	return props, err
}

var trailIcons = map[string]string{
	"invitation.create": "mail", "invitation.resend": "mail", "invitation.accept": "user-check", "invitation.decline": "user-x",
	"invitation.revoke": "ban", "member.revoke": "user-minus", "member.remove": "user-x", "member.leave": "log-out",
}

func trailIcon(entry audit.Row) string {
	if entry.Refused() {
		return "circle-slash"
	}
	if icon, known := trailIcons[entry.Action]; known {
		return icon
	}
	return "history"
}
