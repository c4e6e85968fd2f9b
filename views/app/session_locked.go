package app

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/paths"
	"usher/hooks/runs"
	"usher/hooks/sessions"
	"usher/hooks/tools/text"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

// showLocked says why a session that has started, ended or was cancelled can't be edited, and what can be done instead.
func showLocked(e *core.RequestEvent, session *sessions.Session) error {
	path := sessionsPath(e) + "/" + session.Id
	shell, err := shell(e, "sessions", ui.Breadcrumb{Label: "Sessions", Href: sessionsPath(e)}, ui.Breadcrumb{Label: session.Title(), Href: path}, ui.Breadcrumb{Label: "Edit"})
	if err != nil {
		return err
	}
	props := lockedProps{Shell: shell, Title: "Edit “" + session.Title() + "”", BackURL: path}
	props.Shell.Page.Title = layout.PageTitle(e, props.Title)
	switch session.Status() {
	case sessions.Running:
		props.Reason = "This session is running."
		props.Text = []string{"You can't change its title, time, room or settings.", "In the live session, its host can invite, admit and remove people, turn the waiting room and screen sharing by attendees on or off, extend the session by " +
			text.Count(runs.DefaultExtension, "minute", "minutes") + " at a time, and end it."}
		props.JoinURL = paths.Join(session.Code())
	case sessions.Ended:
		props.Reason = "This session has ended."
		props.Text = []string{"To hold it again, duplicate it and choose a new time."}
	case sessions.Scheduled:
		props.Reason = "This session was never started."
		props.Text = []string{"Its time has passed. To hold it, duplicate it and choose a new time."}
	default:
		props.Reason = "This session was cancelled."
		props.Text = []string{"To hold it anyway, duplicate it and choose a new time."}
	}
	if web.Actor(e).CanHost() && sessions.CanDuplicate(e.App, web.Actor(e), session) == nil {
		props.DuplicateURL = sessionsPath(e) + "/new?from=" + session.Id
	}
	return web.Render(e, http.StatusOK, lockedPage(props))
}
