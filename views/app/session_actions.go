package app

import (
	"errors"
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/join"
	"usher/hooks/mail"
	"usher/hooks/paths"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
	"usher/views/web"
)

// start starts a session (R100) and leads the host into it, or to the join page if it takes place in another tool.
func start(e *core.RequestEvent) error {
	session, err := findSession(e)
	if err != nil {
		return err
	}
	visitor, err := join.Resolve(e.App, e.Auth, "", session)
	if err != nil {
		return err
	}
	if err := join.Start(e.App, visitor, e.RealIP()); err != nil {
		return renderRefused(e, session, err)
	}
	if visitor.Status != join.Admitted {
		return web.Redirect(e, paths.Join(session.Code()))
	}
	return web.Redirect(e, paths.Live(session.Id))
}

// rsvp saves the answer of the user to an invitation.
func rsvp(e *core.RequestEvent) error {
	actor := web.Actor(e)
	session, err := findSession(e)
	if err != nil {
		return err
	}
	me, err := sessions.FindParticipantFor(e.App, session.Id, actor.Account)
	if err != nil {
		return err
	}
	said := postForm(e).Get("answer")
	if err := sessions.Answer(e.App, me.Id, said, actor.IP); err != nil {
		return renderRefused(e, session, err)
	}
	web.SetToast(e, map[string]string{sessions.Yes: "You're going to “", sessions.Maybe: "You might go to “", sessions.No: "You declined “"}[said]+text.Isolate(session.Title())+"”.")
	return web.Redirect(e, web.SafeNext(postForm(e).Get("back"), sessionsPath(e)+"/"+session.Id))
}

// confirmCancel asks for confirmation before a session is cancelled.
func confirmCancel(e *core.RequestEvent) error {
	session, err := findEditable(e)
	if err != nil {
		return err
	}
	props, err := loadCancelDialog(e, session)
	if err != nil {
		return err
	}
	if web.IsFragmentFor(e, "dialog") {
		props.CloseURL = ""
		return web.Render(e, http.StatusOK, cancelDialog(props))
	}
	return showDetails(e, http.StatusOK, session, nil, cancelDialog(props))
}

func loadCancelDialog(e *core.RequestEvent, session *sessions.Session) (cancelDialogProps, error) {
	props := cancelDialogProps{UndoNote: undoNote(session, time.Now()), Action: sessionsPath(e) + "/" + session.Id + "/cancel", Title: session.Title(), CloseURL: sessionsPath(e) + "/" + session.Id, Series: session.SeriesID() != ""}
	people, err := sessions.ListParticipants(e.App, session.Id)
	for _, p := range people {
		if p.UserID() != web.Actor(e).Account.Id && p.State() != sessions.StateRemoved {
			props.OthersCount++
		}
	}
	props.EmailOff = !mail.Enabled(e.App)
	if err == nil && props.Series {
		var rest []*sessions.Session
		rest, err = sessions.ListInSeries(e.App, session.SeriesID(), sessions.Scheduled)
		props.RemainingCount = len(rest)
	}
	return props, err
}

// cancel cancels a session, or all sessions of its series that haven't started.
func cancel(e *core.RequestEvent) error {
	session, err := findSession(e)
	if err != nil {
		return err
	}
	scope := parseScope(postForm(e).Get("scope"))
	if err := sessions.Cancel(e.App, web.Actor(e), session.Id, scope); err != nil {
		return renderRefused(e, session, err)
	}
	message := "“" + text.Isolate(session.Title()) + "” was cancelled."
	if scope == sessions.ScopeSeries {
		message = "The series “" + text.Isolate(session.Title()) + "” was cancelled."
	}
	toast := web.Toast{Text: message + " " + notified(e.App)}
	if session, err = findSession(e); err != nil {
		return err
	}
	if sessions.CanUndoCancel(e.App, web.Actor(e), session) == nil {
		toast.UndoPath = undoCancelPath(e, session)
	}
	web.SetUndoToast(e, toast)
	return web.Redirect(e, sessionsPath(e)+"/"+session.Id)
}

func undoCancelPath(e *core.RequestEvent, session *sessions.Session) string {
	return sessionsPath(e) + "/" + session.Id + "/undo-cancel"
}

// undoCancel undoes the cancellation of a session, or of all sessions of its series that were cancelled with it.
func undoCancel(e *core.RequestEvent) error {
	session, err := findSession(e)
	if err != nil {
		return err
	}
	if err := sessions.UndoCancel(e.App, web.Actor(e), session.Id); err != nil {
		return renderRefused(e, session, err)
	}
	message := tellInvitees
	if mail.Enabled(e.App) {
		message = "Invitees who were notified get another email."
	}
	web.SetToast(e, "“"+text.Isolate(session.Title())+"” is scheduled again. "+message)
	return web.Redirect(e, sessionsPath(e)+"/"+session.Id)
}

// findSession returns the session of the request if the actor can see it.
func findSession(e *core.RequestEvent) (*sessions.Session, error) {
	return sessions.FindVisible(e.App, web.Actor(e), e.Request.PathValue("id"))
}

// renderRefused shows the current details with the reason why an action was refused.
func renderRefused(e *core.RequestEvent, session *sessions.Session, err error) error {
	if _, ok := web.FormErrorsOf(err); !ok {
		return err
	}
	now, missing := reloadSession(e, session)
	if missing != nil {
		return missing
	}
	web.SetRetryAfter(e, err)
	return showDetails(e, web.StatusCode(err), now, err, nil)
}

// reloadSession returns the session as it is now, or as it was if the actor can no longer see it.
func reloadSession(e *core.RequestEvent, session *sessions.Session) (*sessions.Session, error) {
	now, err := findSession(e)
	if errors.Is(err, errs.ErrNotFound) {
		return session, nil
	}
	return now, err
}

const tellInvitees = "Email isn't set up, so tell the invitees yourself."

// notified says how invitees learn of a change.
func notified(app core.App) string {
	if !mail.Enabled(app) {
		return tellInvitees
	}
	return "Invitees are notified by email."
}

// cancelNote says who learns of a cancellation.
func cancelNote(app core.App) string {
	if !mail.Enabled(app) {
		return tellInvitees
	}
	return "Invitees are notified by email, with a file that removes the session from their calendar."
}

// undoNote says how long the cancellation of a session can be undone.
func undoNote(session *sessions.Session, now time.Time) string {
	switch ahead := session.Starts().Sub(now); {
	case ahead <= 0:
		return "You can't undo this, but you can schedule the session again."
	case ahead < sessions.UndoWindow:
		return "You can undo this until the start."
	}
	return "You can undo this for " + text.Duration(sessions.UndoWindow) + "."
}

func (c cancelDialogProps) consequences() []string {
	all := []string{c.UndoNote}
	switch {
	case c.OthersCount == 0:
	case c.EmailOff:
		all = append([]string{tellInvitees}, all...)
	default:
		all = append([]string{text.Count(c.OthersCount, "person is", "people are") + " notified by email, with a file that removes the session from their calendar."}, all...)
	}
	return all
}
