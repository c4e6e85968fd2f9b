package api

import (
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/active"
	"usher/views/web"
)

// activeSession is a running session.
type activeSession struct {
	ID        string      `json:"id"`
	Title     string      `json:"title"`
	Room      string      `json:"room"` // ID; empty: none
	RoomName  string      `json:"roomName"`
	Host      sessionHost `json:"host"`
	Started   string      `json:"started"`
	Ends      string      `json:"ends"`
	People    int         `json:"people"`
	Over      bool        `json:"over"` // beyond its scheduled end
	Recording bool        `json:"recording"`
	Quality   string      `json:"quality"` // the worst of its participants; empty: unknown
	External  bool        `json:"external"`
}

// listActive lists the running sessions that the caller can end.
func listActive(e *core.RequestEvent) error {
	found, err := active.List(e.App, web.Actor(e))
	if err != nil {
		return err
	}
	now, list := time.Now(), make([]activeSession, 0, len(found))
	for _, s := range found {
		list = append(list, activeSession{ID: s.ID, Title: s.Title, Room: s.RoomID, RoomName: s.Room, Host: sessionHost{s.HostID, s.HostName}, Started: formatTime(s.Started.Time()),
			Ends: formatTime(s.Ends.Time()), People: s.People, Over: s.Over(now), Recording: s.Recording, Quality: s.Quality, External: s.External})
	}
	return e.JSON(http.StatusOK, list)
}

// messageForm is a message to everyone in a session.
type messageForm struct {
	Text string `json:"text"`
}

type messageReply struct {
	ID string `json:"id"`
}

// sendMessage shows a message to everyone in a running session.
func sendMessage(e *core.RequestEvent) error {
	var form messageForm
	if err := decodeBody(e, &form); err != nil {
		return err
	}
	actor, err := sessionActor(e)
	if err != nil {
		return err
	}
	id := e.Request.PathValue("id")
	if err := active.SendMessage(e.App, actor, id, form.Text); err != nil {
		return err
	}
	return e.JSON(http.StatusOK, messageReply{id})
}
