package api

import (
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/join"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/views/web"
)

// sessionRoutes mounts the endpoints of sessions.
func sessionRoutes(own, team *web.Group) {
	team.GET("/sessions", listSessions)
	team.POST("/sessions", scheduleSession)
	team.POST("/meet", meetNow)

	one := own.Group("/sessions/{id}")
	one.BindFunc(requireSessionTeam)
	one.GET("", showSession)
	one.PATCH("", changeSession)
	one.POST("/cancel", cancelSession)
	one.POST("/undo-cancel", undoCancelSession).BindFunc(requireEmptyBody)
	one.POST("/duplicate", duplicateSession)
	one.POST("/participants", inviteToSession)
	one.POST("/participants/{participant}/resend", resendSessionEmail).BindFunc(requireEmptyBody)
	one.POST("/participants/{participant}/link", copyPersonalLink).BindFunc(requireEmptyBody)
}

// requireSessionTeam lets through users of the team of the session in the URL; for anyone else the session isn't found.
func requireSessionTeam(e *core.RequestEvent) error {
	session, err := sessions.FindByID(e.App, e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	e.Request.SetPathValue("team", session.TeamID())
	return web.RequireTeam(e)
}

// Time range of a list of sessions: the default and the maximum.
const (
	defaultListDays = 31
	maxListDays     = 366
)

// listSessions lists the sessions between from and to that the caller hosts or is invited to; with all=true, all sessions of the team.
func listSessions(e *core.RequestEvent) error {
	from, err := queryTime(e, "from", time.Now())
	if err != nil {
		return err
	}
	to, err := queryTime(e, "to", from.AddDate(0, 0, defaultListDays))
	if err != nil {
		return err
	}
	if to.Sub(from) > maxListDays*24*time.Hour {
		return errs.Invalid("to", sessions.CodeTooFar, "The range can't be longer than a year.")
	}
	found, err := sessions.ListInRange(e.App, web.Actor(e), from, to, e.Request.URL.Query().Get("all") == "true")
	if err != nil {
		return err
	}
	items, err := sessionInfosOf(e.App, found)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, list[sessionInfo]{items})
}

// queryTime reads a time query parameter.
func queryTime(e *core.RequestEvent, name string, otherwise time.Time) (time.Time, error) {
	value := e.Request.URL.Query().Get(name)
	if value == "" {
		return otherwise, nil
	}
	return sessions.ParseTime(name, value)
}

func scheduleSession(e *core.RequestEvent) error {
	var sent sessionForm
	if err := decodeBody(e, &sent); err != nil {
		return err
	}
	if err := sessions.AuthorizeHost(e.App, web.Actor(e)); err != nil {
		return err
	}
	session, err := sessions.Schedule(e.App, web.Actor(e), sent.applyTo(sessions.Form{}))
	if err != nil {
		return err
	}
	return writeSession(e, session)
}

// meetForm is where to meet.
type meetForm struct {
	Room string `json:"room"`
}

// meetNow starts a session of the caller and admits them to it (R162).
func meetNow(e *core.RequestEvent) error {
	var sent meetForm
	if err := decodeBody(e, &sent); err != nil {
		return err
	}
	visitor, err := join.MeetNow(e.App, web.Actor(e), sent.Room)
	if err != nil {
		return err
	}
	return writeSession(e, visitor.Session)
}

func writeSession(e *core.RequestEvent, session *sessions.Session) error {
	shape, err := sessionInfoOf(e.App, session)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, shape)
}

// showSession responds with a session. Only those who manage or co-host it see its participants.
func showSession(e *core.RequestEvent) error {
	return writeSessionDetails(e, e.Request.PathValue("id"))
}

func writeSessionDetails(e *core.RequestEvent, id string) error {
	session, err := sessions.FindVisible(e.App, web.Actor(e), id)
	if err != nil {
		return err
	}
	reply, err := sessionDetailsOf(e.App, web.Actor(e), session)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, reply)
}

// sessionChangeForm is a change of a session or its series.
type sessionChangeForm struct {
	sessionForm
	scopeForm
	Overwrite bool `json:"overwrite"` // with scope series: also what sessions were changed to on their own
}

// changeSession updates the fields that are sent. Scope "series" applies to all sessions of the series that haven't started.
func changeSession(e *core.RequestEvent) error {
	var sent sessionChangeForm
	if err := decodeBody(e, &sent); err != nil {
		return err
	}
	scope, err := sent.parse()
	if err != nil {
		return err
	}
	session, err := sessions.FindVisible(e.App, web.Actor(e), e.Request.PathValue("id"))
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
	form = sent.applyTo(form)
	form.Overwrite = sent.Overwrite
	if err := sessions.Change(e.App, web.Actor(e), session.Id, form, scope); err != nil {
		return err
	}
	return writeSessionDetails(e, session.Id)
}

func cancelSession(e *core.RequestEvent) error {
	var sent scopeForm
	if err := decodeBody(e, &sent); err != nil {
		return err
	}
	scope, err := sent.parse()
	if err != nil {
		return err
	}
	if err := sessions.Cancel(e.App, web.Actor(e), e.Request.PathValue("id"), scope); err != nil {
		return err
	}
	return writeSessionDetails(e, e.Request.PathValue("id"))
}

// undoCancelSession undoes the cancellation of a session, or of all sessions of its series that were cancelled with it.
func undoCancelSession(e *core.RequestEvent) error {
	if err := sessions.UndoCancel(e.App, web.Actor(e), e.Request.PathValue("id")); err != nil {
		return err
	}
	return writeSessionDetails(e, e.Request.PathValue("id"))
}

// duplicateSession schedules a copy with the same participants at another time, hosted by the caller. Fields that are sent replace those
// of the original.
func duplicateSession(e *core.RequestEvent) error {
	var sent sessionForm
	if err := decodeBody(e, &sent); err != nil {
		return err
	}
	actor := web.Actor(e)
	session, err := sessions.FindVisible(e.App, actor, e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	form, err := sessions.DuplicateForm(e.App, actor, session)
	if err != nil {
		return err
	}
	if sent.Starts == nil {
		return errs.Invalid("starts", sessions.CodeBadTime, "Enter a start time for the new session.")
	}
	twin, err := sessions.Schedule(e.App, actor, sent.applyTo(form))
	if err != nil {
		return err
	}
	return writeSession(e, twin)
}

type scopeForm struct {
	Scope string `json:"scope"` // this or series; this
}

func (s scopeForm) parse() (sessions.Scope, error) {
	switch scope := sessions.Scope(s.Scope); scope {
	case "":
		return sessions.ScopeSession, nil
	case sessions.ScopeSession, sessions.ScopeSeries:
		return scope, nil
	}
	return "", errs.Invalid("scope", "bad_scope", "Choose this or series.")
}

// inviteesForm lists people to invite to a session.
type inviteesForm struct {
	Guests []string `json:"guests"`
}

// inviteToSession invites more people to a session that is scheduled or running.
func inviteToSession(e *core.RequestEvent) error {
	var sent inviteesForm
	if err := decodeBody(e, &sent); err != nil {
		return err
	}
	if _, err := sessions.Invite(e.App, web.Actor(e), e.Request.PathValue("id"), sent.Guests); err != nil {
		return err
	}
	return writeSessionDetails(e, e.Request.PathValue("id"))
}

// resendSessionEmail sends a participant the invite again.
func resendSessionEmail(e *core.RequestEvent) error {
	if err := sessions.Resend(e.App, web.Actor(e), e.Request.PathValue("id"), e.Request.PathValue("participant")); err != nil {
		return err
	}
	return writeSessionDetails(e, e.Request.PathValue("id"))
}

// linkReply is a participant's personal link.
type linkReply struct {
	URL string `json:"url"`
}

// copyPersonalLink replies with a personal link of a participant, for the caller to share.
func copyPersonalLink(e *core.RequestEvent) error {
	link, err := sessions.CopyLink(e.App, web.Actor(e), e.Request.PathValue("id"), e.Request.PathValue("participant"))
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, linkReply{link})
}
