package layout

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/active"
	"usher/hooks/mail"
	"usher/hooks/tools/text"
	"usher/views/ui"
)

// EndSessionProps describes the confirmation before a running session is ended.
type EndSessionProps struct {
	Title, Action, CloseURL string
	Consequences            []string
}

// NewEndSession describes what ending a session does. action is the URL that ends it.
func NewEndSession(app core.App, session *active.Session, action string) EndSessionProps {
	props := EndSessionProps{Title: "End “" + text.Isolate(session.Title) + "”?", Action: action}
	switch {
	case session.External:
		props.Consequences = append(props.Consequences, "This session is held in another tool. It's marked as ended here, but no one is disconnected.")
	case session.People == 0:
		props.Consequences = append(props.Consequences, "No one is in the session now.")
	default:
		props.Consequences = append(props.Consequences, ui.Count(session.People, "participant is", "participants are")+" disconnected immediately.")
	}
	props.Consequences = append(props.Consequences, "The session can't be started again. Its licence becomes free.")
	switch {
	case session.Leads:
	case mail.Enabled(app):
		props.Consequences = append(props.Consequences, text.Isolate(session.HostName)+" gets an email.")
	default:
		props.Consequences = append(props.Consequences, "Email isn't set up, so tell "+text.Isolate(session.HostName)+" yourself.")
	}
	return props
}
