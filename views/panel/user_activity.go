package panel

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/audit"
	"usher/hooks/paths"
	"usher/hooks/people"
	"usher/views/layout"
	"usher/views/web"
)

// activitySize is how many entries the details show.
const activitySize = 6

// loadActivity returns the latest entries about a user, as actor or target.
func loadActivity(e *core.RequestEvent, row *people.Row) (ActivityProps, error) {
	return loadTimeline(e, row.ID, "Activity")
}

// loadTimeline returns the latest entries about a user or an object.
func loadTimeline(e *core.RequestEvent, id, title string) (ActivityProps, error) {
	actor := web.Actor(e)
	events, err := audit.Activity(e.App, actor.Team.Id, id, activitySize)
	if err != nil {
		return ActivityProps{}, err
	}
	links, err := loadLogLinks(e, activityIDs(events))
	if err != nil {
		return ActivityProps{}, err
	}
	props := ActivityProps{Title: title, LogURL: paths.History(e.Request.PathValue("team"), id), Zone: layout.ZoneFor(actor)}
	for _, event := range events {
		line := ActivityLine{Icon: activityIcon(event.Row), At: event.Time(), Refused: event.Refused()}
		for _, part := range event.Parts() {
			line.Parts = append(line.Parts, LinkedText{Text: part.Text, Name: part.ID != "", Href: links[part.ID]})
		}
		props.Lines = append(props.Lines, line)
	}
	return props, nil
}

func activityIDs(events []audit.Event) []string {
	var ids []string
	for _, event := range events {
		ids = append(ids, event.Actor, event.Target)
	}
	return ids
}

var activityIcons = map[string]string{
	"invitation.create": "mail", "invitation.resend": "mail", "invitation.accept": "user-check", "invitation.decline": "user-x", "invitation.reopen": "history",
	"invitation.revoke": "ban", "invitation.clear": "x", "member.revoke": "user-minus", "member.restore": "history", "member.remove": "user-x", "member.leave": "log-out",
}

func activityIcon(entry audit.Row) string {
	if entry.Refused() {
		return "circle-slash"
	}
	if icon, known := activityIcons[entry.Action]; known {
		return icon
	}
	return "history"
}
