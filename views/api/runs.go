package api

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/attendances"
	"usher/hooks/runs"
	"usher/hooks/sessions"
	"usher/views/web"
)

// runRoutes mounts the endpoints that run a session.
func runRoutes(own *web.Group) {
	own.POST("/sessions/{id}/start", startSession).BindFunc(requireEmptyBody)
	own.POST("/sessions/{id}/end", endSession).BindFunc(requireEmptyBody)
	own.POST("/sessions/{id}/extend", extendSession)
	own.POST("/sessions/{id}/events", reportEvents)
}

type runInfo struct {
	ID      string `json:"id"`
	Status  string `json:"status"` // running, ended
	Started string `json:"started"`
	Ends    string `json:"ends"`            // planned end, including extensions
	Ended   string `json:"ended,omitempty"` // actual end
}

func writeRun(e *core.RequestEvent, session *sessions.Session) error {
	return e.JSON(http.StatusOK, runInfo{ID: session.Id, Status: session.Status(), Started: formatTime(session.Started()), Ends: formatTime(session.Ends()), Ended: formatTime(session.Ended())})
}

func startSession(e *core.RequestEvent) error {
	actor, err := sessionActor(e)
	if err != nil {
		return err
	}
	session, err := runs.Start(e.App, actor, e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	return writeRun(e, session)
}

func endSession(e *core.RequestEvent) error {
	actor, err := sessionActor(e)
	if err != nil {
		return err
	}
	if err := runs.End(e.App, actor, e.Request.PathValue("id")); err != nil {
		return err
	}
	session, err := sessions.FindByID(e.App, e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	return writeRun(e, session)
}

// extensionForm is by how much to extend a running session.
type extensionForm struct {
	Minutes int `json:"minutes"`
}

func extendSession(e *core.RequestEvent) error {
	var form extensionForm
	if err := decodeBody(e, &form); err != nil {
		return err
	}
	actor, err := sessionActor(e)
	if err != nil {
		return err
	}
	session, err := runs.Extend(e.App, actor, e.Request.PathValue("id"), form.Minutes)
	if err != nil {
		return err
	}
	return writeRun(e, session)
}

type runEvent struct {
	ID       string               `json:"id"`
	Type     string               `json:"type"` // started, joined, left, ended
	At       string               `json:"at"`   // RFC 3339
	Person   string               `json:"person"`
	Settings attendances.Settings `json:"settings"`
}

// eventsForm is a batch of events.
type eventsForm struct {
	Events []runEvent `json:"events"`
}

// eventsReply is how many events of a batch were new.
type eventsReply struct {
	Counted int `json:"counted"`
}

// reportEvents records events of an external session.
func reportEvents(e *core.RequestEvent) error {
	var form eventsForm
	if err := decodeBody(e, &form); err != nil {
		return err
	}
	actor, err := sessionActor(e)
	if err != nil {
		return err
	}
	events := make([]attendances.Event, 0, len(form.Events))
	for _, sent := range form.Events {
		at, err := sessions.ParseTime("events", sent.At)
		if err != nil {
			return err
		}
		events = append(events, attendances.Event{ID: sent.ID, Type: sent.Type, At: at, Person: sent.Person, Settings: sent.Settings})
	}
	counted, err := attendances.Report(e.App, actor, e.Request.PathValue("id"), events)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, eventsReply{counted})
}

// sessionActor returns the caller as an actor in the team of the session in the URL. For anyone else the session isn't found.
func sessionActor(e *core.RequestEvent) (*actors.Actor, error) {
	session, err := sessions.FindByID(e.App, e.Request.PathValue("id"))
	if err != nil {
		return nil, err
	}
	actor, err := actors.Find(e.App, e.Auth, session.TeamID())
	if err != nil {
		return nil, err
	}
	actor.IP = e.RealIP()
	return actor, nil
}
