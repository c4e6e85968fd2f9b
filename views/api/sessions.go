package api

import (
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
	"usher/hooks/sessions"
	"usher/views/web"
)

// sessionRoutes mounts what is planned, of a team and by itself.
func sessionRoutes(own, team *web.Group) {
	team.GET("/sessions", listSessions)
	team.POST("/sessions", scheduleSession)

	one := own.Group("/sessions/{id}")
	one.BindFunc(inItsTeam)
	one.GET("", showSession)
	one.PATCH("", changeSession)
	one.POST("/cancel", cancelSession)
	one.POST("/duplicate", duplicateSession)
	one.POST("/participants/{participant}/resend", resendSession).BindFunc(noFields)
	one.POST("/participants/{participant}/link", copyPersonalLink).BindFunc(noFields)
}

// inItsTeam lets through who is in the team of the session of the address; for others there is no such session.
func inItsTeam(e *core.RequestEvent) error {
	session, err := sessions.ByID(e.App, e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	e.Request.SetPathValue("team", session.TeamID())
	return web.InTeam(e)
}

// A list of sessions is of a month, or as long as is asked for, a year at most.
const (
	listedDays  = 31
	longestList = 366
)

// listSessions are what the caller holds or is asked to between from and to; with all=true everything in the team.
func listSessions(e *core.RequestEvent) error {
	from, err := moment(e, "from", time.Now())
	if err != nil {
		return err
	}
	to, err := moment(e, "to", from.AddDate(0, 0, listedDays))
	if err != nil {
		return err
	}
	if to.Sub(from) > longestList*24*time.Hour {
		return record.Refuse("to", sessions.CodeTooFar, "Ask for a year at most.")
	}
	found, err := sessions.Between(e.App, web.Actor(e), from, to, e.Request.URL.Query().Get("all") == "true")
	if err != nil {
		return err
	}
	items, err := meetingsOf(e.App, found)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, list[meeting]{items})
}

// moment reads a time of the address.
func moment(e *core.RequestEvent, name string, otherwise time.Time) (time.Time, error) {
	value := e.Request.URL.Query().Get(name)
	if value == "" {
		return otherwise, nil
	}
	return sessions.ParseTime(name, value)
}

func scheduleSession(e *core.RequestEvent) error {
	var sent meetingForm
	if err := read(e, &sent); err != nil {
		return err
	}
	if err := sessions.AuthorizeHost(e.App, web.Actor(e)); err != nil {
		return err
	}
	form, err := sent.onto(sessions.Form{})
	if err != nil {
		return err
	}
	session, err := sessions.Schedule(e.App, web.Actor(e), form)
	if err != nil {
		return err
	}
	return answerMeeting(e, session)
}

func answerMeeting(e *core.RequestEvent, session *sessions.Session) error {
	shape, err := meetingOf(e.App, session)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, shape)
}

// showSession is a session as the caller may know it: who is asked is told to who manages or leads it.
func showSession(e *core.RequestEvent) error { return answerSession(e, e.Request.PathValue("id")) }

func answerSession(e *core.RequestEvent, id string) error {
	session, err := sessions.FindFor(e.App, web.Actor(e), id)
	if err != nil {
		return err
	}
	reply, err := details(e.App, web.Actor(e), session)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, reply)
}

// changeSession changes what is sent; scope "series" is about all of its series that have not started.
func changeSession(e *core.RequestEvent) error {
	var sent struct {
		meetingForm
		scoped
	}
	if err := read(e, &sent); err != nil {
		return err
	}
	scope, err := sent.scope()
	if err != nil {
		return err
	}
	session, err := sessions.FindFor(e.App, web.Actor(e), e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	if err := sessions.Authorize(e.App, web.Actor(e), session, "session.change"); err != nil {
		return err
	}
	form, err := sessions.FormOf(e.App, session)
	if err != nil {
		return err
	}
	if form, err = sent.onto(form); err != nil {
		return err
	}
	if err := sessions.Change(e.App, web.Actor(e), session.Id, form, scope); err != nil {
		return err
	}
	return answerSession(e, session.Id)
}

func cancelSession(e *core.RequestEvent) error {
	var sent scoped
	if err := read(e, &sent); err != nil {
		return err
	}
	scope, err := sent.scope()
	if err != nil {
		return err
	}
	if err := sessions.Cancel(e.App, web.Actor(e), e.Request.PathValue("id"), scope); err != nil {
		return err
	}
	return answerSession(e, e.Request.PathValue("id"))
}

// duplicateSession schedules the same for the same people at another time, held by the caller. What is sent differs.
func duplicateSession(e *core.RequestEvent) error {
	var sent meetingForm
	if err := read(e, &sent); err != nil {
		return err
	}
	actor := web.Actor(e)
	session, err := sessions.FindFor(e.App, actor, e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	form, err := sessions.DuplicateForm(e.App, actor, session)
	if err != nil {
		return err
	}
	if sent.Starts == nil {
		return record.Refuse("starts", sessions.CodeBadTime, "Say when the new one starts.")
	}
	if form, err = sent.onto(form); err != nil {
		return err
	}
	twin, err := sessions.Schedule(e.App, actor, form)
	if err != nil {
		return err
	}
	return answerMeeting(e, twin)
}

type scoped struct {
	Scope string `json:"scope"` // this or series; this
}

func (s scoped) scope() (sessions.Scope, error) {
	switch scope := sessions.Scope(s.Scope); scope {
	case "":
		return sessions.This, nil
	case sessions.This, sessions.Whole:
		return scope, nil
	}
	return "", record.Refuse("scope", "bad_scope", "Choose this or series.")
}

// resendSession emails a participant the invitation again.
func resendSession(e *core.RequestEvent) error {
	if err := sessions.Resend(e.App, web.Actor(e), e.Request.PathValue("id"), e.Request.PathValue("participant")); err != nil {
		return err
	}
	return answerSession(e, e.Request.PathValue("id"))
}

// copyPersonalLink replies with a personal link of a participant, for the caller to share.
func copyPersonalLink(e *core.RequestEvent) error {
	link, err := sessions.CopyLink(e.App, web.Actor(e), e.Request.PathValue("id"), e.Request.PathValue("participant"))
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, struct {
		URL string `json:"url"`
	}{link})
}
