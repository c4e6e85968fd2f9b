package member

import (
	"errors"
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
	"usher/hooks/sessions"
	"usher/views/ui"
	"usher/views/web"
)

// start begins the run of a session (R100).
func start(e *core.RequestEvent) error {
	session, err := found(e)
	if err != nil {
		return err
	}
	if _, err := sessions.Start(e.App, web.Actor(e), session.Id); err != nil {
		return refused(e, session, err)
	}
	return web.Go(e, "/live/"+session.Id)
}

// answer says whether the person will come.
func answer(e *core.RequestEvent) error {
	actor := web.Actor(e)
	session, err := found(e)
	if err != nil {
		return err
	}
	me, err := sessions.ParticipantOf(e.App, session.Id, actor.Account)
	if err != nil {
		return err
	}
	said := sent(e).Get("answer")
	if err := sessions.Answer(e.App, me.Id, said, actor.From); err != nil {
		return refused(e, session, err)
	}
	web.Toast(e, map[string]string{sessions.Yes: "You're going to “", sessions.Maybe: "You might go to “", sessions.No: "You declined “"}[said]+session.Title()+"”.")
	return web.Go(e, web.Next(sent(e).Get("back"), sessionsPath(e)+"/"+session.Id))
}

// askCancel asks before a session is called off, and says who is told.
func askCancel(e *core.RequestEvent) error {
	session, err := toChange(e)
	if err != nil {
		return err
	}
	props, err := cancelProps(e, session)
	if err != nil {
		return err
	}
	if web.Aimed(e, "dialog") {
		props.Close = ""
		return web.Render(e, http.StatusOK, cancelDialog(props))
	}
	return showDetails(e, http.StatusOK, session, nil, cancelDialog(props))
}

func cancelProps(e *core.RequestEvent, session *sessions.Session) (cancelForm, error) {
	props := cancelForm{Action: sessionsPath(e) + "/" + session.Id + "/cancel", Title: session.Title(), Close: sessionsPath(e) + "/" + session.Id, Series: session.SeriesID() != ""}
	people, err := sessions.Participants(e.App, session.Id)
	for _, p := range people {
		if p.UserID() != web.Actor(e).Account.Id && p.State() != sessions.StateOut {
			props.Told++
		}
	}
	if err == nil && props.Series {
		var rest []*sessions.Session
		rest, err = sessions.InSeries(e.App, session.SeriesID(), sessions.Scheduled)
		props.Rest = len(rest)
	}
	return props, err
}

// cancel calls a session off, or all of a series that have not started.
func cancel(e *core.RequestEvent) error {
	session, err := found(e)
	if err != nil {
		return err
	}
	scope := scopeOf(sent(e).Get("scope"))
	if err := sessions.Cancel(e.App, web.Actor(e), session.Id, scope); err != nil {
		return refused(e, session, err)
	}
	text := "“" + session.Title() + "” is cancelled."
	if scope == sessions.Whole {
		text = "The series “" + session.Title() + "” is cancelled."
	}
	web.Toast(e, text+" Whoever was asked hears of it.")
	return web.Go(e, sessionsPath(e)+"/"+session.Id)
}

// found is the session of the address, for who may see it.
func found(e *core.RequestEvent) (*sessions.Session, error) {
	return sessions.FindFor(e.App, web.Actor(e), e.Request.PathValue("id"))
}

// refused answers a deed that was not done with the details as they are now, and why.
func refused(e *core.RequestEvent, session *sessions.Session, err error) error {
	if _, ok := web.FaultsOf(err); !ok {
		return err
	}
	now, missing := found(e)
	if errors.Is(missing, record.ErrNotFound) {
		now = session
	} else if missing != nil {
		return missing
	}
	web.SetWait(e, err)
	return showDetails(e, web.Status(err), now, err, nil)
}

func (c cancelForm) what() []string {
	all := []string{"It cannot be taken back; it can be scheduled again."}
	if c.Told > 0 {
		all = append([]string{ui.Count(c.Told, "person is", "people are") + " told by mail, with a file that takes it out of their calendar."}, all...)
	}
	return all
}
