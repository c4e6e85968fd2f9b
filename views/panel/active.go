package panel

import (
	"errors"
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/active"
	"usher/hooks/paths"
	sessionruns "usher/hooks/runs"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
	"usher/views/layout"
	"usher/views/recordings"
	"usher/views/ui"
	"usher/views/web"
)

// activeRoutes registers the pages of the running sessions (R114, R115).
func activeRoutes(panel *web.Group) {
	panel.GET("/active", listActive)
	panel.GET("/active/{id}", showActive)
	panel.GET("/active/{id}/end", confirmEnd)
	panel.POST("/active/{id}/end", endSession)
	panel.POST("/active/{id}/message", sendMessage)
}

func activePath(e *core.RequestEvent) string {
	return paths.ActiveSessions(e.Request.PathValue("team"))
}

// listActive shows the running sessions. They follow the event stream.
func listActive(e *core.RequestEvent) error {
	list, err := loadActive(e, "")
	if err != nil {
		return err
	}
	if web.IsFragmentFor(e, "details") {
		return web.Render(e, http.StatusOK, activeSwap(layout.PageTitle(e, "Active sessions"), nil, list))
	}
	pageShell, err := shell(e, "active", ui.Breadcrumb{Label: "Active sessions"})
	if err != nil {
		return err
	}
	return web.Render(e, http.StatusOK, ActiveSessions(ActiveProps{Shell: pageShell, List: list}))
}

// loadActive loads the list. current is the ID of the session whose details are open.
func loadActive(e *core.RequestEvent, current string) (ActiveListProps, error) {
	actor, now := web.Actor(e), time.Now()
	props := ActiveListProps{Team: actor.TeamName(), SessionsURL: paths.Sessions(teams.Of(actor.Team).Slug())}
	found, err := active.List(e.App, actor)
	for _, s := range found {
		props.Rows = append(props.Rows, ActiveRow{ID: s.ID, Href: activePath(e) + "/" + s.ID, Title: s.Title, Room: s.Room, Host: s.HostName,
			Started: s.Started.Time(), Ends: s.Ends.Time(), Now: now, Times: layout.TimesFor(actor), People: s.People, Over: s.Over(now), Recording: s.Recording,
			Quality: s.Quality, External: s.External, Current: s.ID == current})
	}
	return props, err
}

// showActive shows a running session beside the list.
func showActive(e *core.RequestEvent) error {
	session, err := active.Find(e.App, web.Actor(e), e.Request.PathValue("id"))
	if err != nil {
		return redirectIfEnded(e, err)
	}
	list, err := loadActive(e, session.ID)
	if err != nil {
		return err
	}
	if !web.IsFragmentFor(e, "details") {
		return renderActive(e, http.StatusOK, session, list, nil, messageInput{})
	}
	details, err := loadActiveDetails(e, session, list, messageInput{})
	if err != nil {
		return err
	}
	details.Focus = true
	return web.Render(e, http.StatusOK, activeSwap(layout.PageTitle(e, session.Title), ActiveDetails(details), list))
}

// redirectIfEnded leads from the page of a session that no longer runs to the list.
func redirectIfEnded(e *core.RequestEvent, err error) error {
	if !errors.Is(err, errs.ErrNotFound) {
		return err
	}
	session, err := sessions.Find(e.App, web.Actor(e).Team.Id, e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	if session.Status() == sessions.Ended {
		setEndedToast(e, session)
	} else {
		web.SetToast(e, "“"+text.Isolate(session.Title())+"” isn't running.")
	}
	return web.Redirect(e, activePath(e))
}

// messageInput is a message that was refused.
type messageInput struct{ Text, Error string }

// renderActive renders the whole page with a session's details, and optionally a dialog.
func renderActive(e *core.RequestEvent, status int, session *active.Session, list ActiveListProps, dialog templ.Component, input messageInput) error {
	details, err := loadActiveDetails(e, session, list, input)
	if err != nil {
		return err
	}
	pageShell, err := shell(e, "active", ui.Breadcrumb{Label: "Active sessions", Href: activePath(e)}, ui.Breadcrumb{Label: session.Title})
	if err != nil {
		return err
	}
	pageShell.Drawer = ActiveDetails(details)
	return web.Render(e, status, ActiveSessions(ActiveProps{Shell: pageShell, List: list, Dialog: dialog}))
}

func loadActiveDetails(e *core.RequestEvent, session *active.Session, list ActiveListProps, input messageInput) (ActiveDetailsProps, error) {
	props := ActiveDetailsProps{
		Drawer: ui.DrawerProps{Label: session.Title, CloseURL: activePath(e), CopyLink: true, Attrs: ui.OpenDrawer()},
		Path:   activePath(e) + "/" + session.ID, SessionURL: paths.Session(teams.Of(web.Actor(e).Team).Slug(), session.ID), Message: input,
		HistoryURL: paths.History(e.Request.PathValue("team"), session.ID),
	}
	for n, row := range list.Rows {
		if row.ID != session.ID {
			continue
		}
		props.Row, props.Drawer.Position = row, ui.Number(n+1)+" of "+ui.Number(len(list.Rows))
		if n > 0 {
			props.Drawer.PreviousURL = list.Rows[n-1].Href
		}
		if n+1 < len(list.Rows) {
			props.Drawer.NextURL = list.Rows[n+1].Href
		}
	}
	var err error
	if props.Recordings, err = recordings.LoadSession(e, paths.PanelRecordings(e.Request.PathValue("team")), session.ID); err != nil {
		return props, err
	}
	people, err := active.Participants(e.App, session.ID)
	for _, p := range people {
		row := ActivePerson{Name: p.Name, Role: roleNames[p.Role], Joined: p.Joined.Time(), Now: props.Row.Now, Times: props.Row.Times}
		if p.Device != nil {
			row.Quality, row.Devices = p.Device.Quality, deviceWords(p.Device)
		}
		props.People = append(props.People, row)
	}
	return props, err
}

// roleNames are the names of the roles in a session.
var roleNames = map[string]string{sessions.Host: "Host", sessions.Cohost: "Co-host", sessions.Presenter: "Presenter", sessions.Attendee: "Attendee", "": "Participant"}

// deviceWords describes what a participant uses: "Firefox on Linux, camera on, microphone off".
func deviceWords(d *active.Device) string {
	onOff := map[bool]string{true: " on", false: " off"}
	words := d.Browser + ", camera" + onOff[d.Camera] + ", microphone" + onOff[d.Microphone]
	if d.Sharing {
		words += ", sharing a screen"
	}
	return words
}

// confirmEnd asks for confirmation before a session is ended.
func confirmEnd(e *core.RequestEvent) error {
	session, err := active.Find(e.App, web.Actor(e), e.Request.PathValue("id"))
	if err != nil {
		return redirectIfEnded(e, err)
	}
	path := activePath(e) + "/" + session.ID
	props := layout.NewEndSession(e.App, session, path+"/end")
	if web.IsFragmentFor(e, "dialog") {
		return web.Render(e, http.StatusOK, layout.EndSession(props))
	}
	props.CloseURL = path
	list, err := loadActive(e, session.ID)
	if err != nil {
		return err
	}
	return renderActive(e, http.StatusOK, session, list, layout.EndSession(props), messageInput{})
}

func endSession(e *core.RequestEvent) error {
	id := e.Request.PathValue("id")
	session, err := sessions.Find(e.App, web.Actor(e).Team.Id, id)
	if err != nil {
		return err
	}
	if err := sessionruns.End(e.App, web.Actor(e), id); err != nil {
		return err
	}
	setEndedToast(e, session)
	return web.Redirect(e, activePath(e))
}

// setEndedToast says on the next page that a session has ended, and leads to what it used.
func setEndedToast(e *core.RequestEvent, session *sessions.Session) {
	web.SetLinkToast(e, "“"+text.Isolate(session.Title())+"” has ended.", "View usage", usagePath(e)+"/"+session.Id)
}

// sendMessage shows a message to everyone in a session.
func sendMessage(e *core.RequestEvent) error {
	id, words := e.Request.PathValue("id"), e.Request.FormValue("text")
	refusal := active.SendMessage(e.App, web.Actor(e), id, words)
	if refusal == nil {
		web.SetToast(e, "Message sent.")
		return web.Redirect(e, activePath(e)+"/"+id)
	}
	_, _, sentence, refused := errs.Details(refusal)
	if !refused {
		return refusal
	}
	session, err := active.Find(e.App, web.Actor(e), id)
	if err != nil {
		return redirectIfEnded(e, err)
	}
	list, err := loadActive(e, id)
	if err != nil {
		return err
	}
	web.SetRetryAfter(e, refusal)
	return renderActive(e, web.StatusCode(refusal), session, list, nil, messageInput{words, sentence})
}
