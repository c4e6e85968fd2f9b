// Package sessions keeps the meetings of a team: who holds which, when, where and with whom, and that no more of
// them run at once than the team has licences.
package sessions

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

// The states of a session. Ended and cancelled are final: a session runs once (R115).
const (
	Scheduled = "scheduled"
	Running   = "running"
	Ended     = "ended"
	Cancelled = "cancelled"
)

// What a session may hold.
const (
	MaxTitle       = 200 // characters
	MaxDescription = 500
	MinMinutes     = 15
	MaxMinutes     = 40 * 60

	StartWindow = 15 * time.Minute // before its time it can be started, and its link leads to the waiting page (R100, R101)
)

// Codes of refusals.
const (
	CodeEnded        = "session_ended"
	CodeNotStarted   = "not_started"
	CodeLicencesFull = "licences_full"
)

var _ core.RecordProxy = (*Session)(nil)

// Session is one meeting. Starts and Minutes are its plan (R126).
type Session struct{ *core.Record }

// PreValidate makes sure that the proxy holds a session.
func (s *Session) PreValidate(context.Context, core.App) error {
	if s.Record == nil || s.Collection().Name != "sessions" {
		return errors.New("not a session")
	}
	return nil
}

// ProxyRecord returns the record.
func (s *Session) ProxyRecord() *core.Record { return s.Record }

// SetProxyRecord sets the record.
func (s *Session) SetProxyRecord(r *core.Record) { s.Record = r }

// Title is what people call the session.
func (s *Session) Title() string { return s.GetString("title") }

// TeamID is the team on whose behalf people meet.
func (s *Session) TeamID() string { return s.GetString("team") }

// HostID is the account that holds the session; empty once the account is gone.
func (s *Session) HostID() string { return s.GetString("host") }

// RoomID is the room that the session has, or empty.
func (s *Session) RoomID() string { return s.GetString("room") }

// SeriesID is the series that the session is one of, or empty.
func (s *Session) SeriesID() string { return s.GetString("series") }

// Status is Scheduled, Running, Ended or Cancelled.
func (s *Session) Status() string { return s.GetString("status") }

// Starts is when the session is planned to start.
func (s *Session) Starts() time.Time { return s.GetDateTime("starts").Time() }

// Minutes is how long it is planned to last.
func (s *Session) Minutes() int { return s.GetInt("minutes") }

// Ends is when it is to end, by the plan and what it was extended by.
func (s *Session) Ends() time.Time { return s.GetDateTime("ends").Time() }

// Started is when it really began, or zero.
func (s *Session) Started() time.Time { return s.GetDateTime("started").Time() }

// Ended is when it was really over, or zero.
func (s *Session) Ended() time.Time { return s.GetDateTime("ended").Time() }

// Zone is the time zone in which the session was planned.
func (s *Session) Zone() *time.Location { return zoneOrUTC(s.GetString("timezone")) }

// Code is the session's name in its link.
func (s *Session) Code() string { return s.GetString("code") }

// Link is the session's own link. It lets in who is on the list and signs in; each invited address has a link of
// its own besides (R72).
func (s *Session) Link(app core.App) string { return settings.Of(app).Link("/s/" + s.Code()) }

// Media is the name of the media room of the session's run; empty before it.
func (s *Session) Media() string { return s.GetString("media") }

// ExternalLink is the address where the team holds the session by other means, or empty (R118).
func (s *Session) ExternalLink() string { return s.GetString("elsewhere") }

// Find reads a session of the team by its id, or record.ErrNotFound.
func Find(app core.App, team, id string) (*Session, error) {
	return findOne(app, dbx.HashExp{"id": id, "team": team})
}

// FindByID reads a session of whatever team, or record.ErrNotFound. Who asks must still be judged.
func FindByID(app core.App, id string) (*Session, error) { return findOne(app, dbx.HashExp{"id": id}) }

// FindByCode reads the session of a session link, or record.ErrNotFound.
func FindByCode(app core.App, code string) (*Session, error) {
	return findOne(app, dbx.HashExp{"code": code})
}

// FindByMedia reads the session whose run has that media room, or record.ErrNotFound.
func FindByMedia(app core.App, room string) (*Session, error) {
	if room == "" {
		return nil, errs.NotFound
	}
	return findOne(app, dbx.HashExp{"media": room})
}

func findOne(app core.App, where dbx.HashExp) (*Session, error) {
	session := &Session{}
	err := app.RecordQuery("sessions").AndWhere(where).Limit(1).One(session)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errs.NotFound
	}
	if err != nil {
		return nil, fmt.Errorf("find a session: %w", err)
	}
	return session, nil
}
