// Package sessions manages the sessions of a team: their schedule, series and participants, and the emails about them.
// Package runs starts and ends them.
package sessions

import (
	"context"
	"errors"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/paths"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

// The statuses of a session. Ended is final: a session runs once (R115). So is Cancelled, except for UndoCancel.
const (
	Scheduled = "scheduled"
	Running   = "running"
	Ended     = "ended"
	Cancelled = "cancelled"
)

// The limits of a session.
const (
	MaxTitle       = 200 // characters
	MaxDescription = 500
	MinMinutes     = 15
	MaxMinutes     = 40 * 60

	StartWindow = 15 * time.Minute // how long before its start it can be started, and its link opens the waiting page (R100, R101)
)

// Codes of errors.
const (
	CodeEnded      = "session_ended"
	CodeNotStarted = "not_started"
	CodeNoHost     = "no_host"
)

var _ core.RecordProxy = (*Session)(nil)

// Session is a scheduled, running or past session. Starts and Minutes are its schedule (R126).
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

// Title is the title of the session.
func (s *Session) Title() string { return s.GetString("title") }

// TeamID is the id of the team.
func (s *Session) TeamID() string { return s.GetString("team") }

// HostID is the account id of the host, or empty if the account was deleted.
func (s *Session) HostID() string { return s.GetString("host") }

// RoomID is the id of the session's room, or empty.
func (s *Session) RoomID() string { return s.GetString("room") }

// SeriesID is the id of the session's series, or empty.
func (s *Session) SeriesID() string { return s.GetString("series") }

// Status is Scheduled, Running, Ended or Cancelled.
func (s *Session) Status() string { return s.GetString("status") }

// Starts is when the session is scheduled to start.
func (s *Session) Starts() time.Time { return s.GetDateTime("starts").Time() }

// Minutes is the scheduled length.
func (s *Session) Minutes() int { return s.GetInt("minutes") }

// Ends is when the session is scheduled to end, including extensions.
func (s *Session) Ends() time.Time { return s.GetDateTime("ends").Time() }

// Started is when the session actually started, or zero.
func (s *Session) Started() time.Time { return s.GetDateTime("started").Time() }

// Ended is when the session actually ended, or zero.
func (s *Session) Ended() time.Time { return s.GetDateTime("ended").Time() }

// LaterSeconds is how long the runs after the first one took, of a session that is held in another tool.
func (s *Session) LaterSeconds() int { return s.GetInt("later_seconds") }

// Zone is the time zone in which the session was scheduled.
func (s *Session) Zone() *time.Location { return zoneOrUTC(s.GetString("timezone")) }

// Code identifies the session in its link.
func (s *Session) Code() string { return s.GetString("code") }

// Link is the session link. It works for participants who sign in; each invited address also has a personal link (R72).
func (s *Session) Link(app core.App) string { return settings.Of(app).Link(paths.Join(s.Code())) }

// NextLink is the link to the running or next session of the series of s, for those who are invited to it.
func (s *Session) NextLink(app core.App) string {
	return settings.Of(app).Link(paths.JoinNext(s.Code()))
}

// Media is the name of the session's media room, or empty before it started.
func (s *Session) Media() string { return s.GetString("media") }

// ShareLimited reports whether attendees can't share their screen.
func (s *Session) ShareLimited() bool { return s.GetBool("share_limited") }

// ExternalLink is the URL of a session that is held in another tool, or empty (R118).
func (s *Session) ExternalLink() string { return s.GetString("elsewhere") }

// Description is the description of the session, or "".
func (s *Session) Description() string { return s.GetString("description") }

// HostName is the name that the host had when they became the host. It stays after their account was deleted.
func (s *Session) HostName() string { return s.GetString("host_name") }

// ZoneName is the name of the time zone in which the session was planned.
func (s *Session) ZoneName() string { return s.GetString("timezone") }

// EndReason says why the session ended, or "".
func (s *Session) EndReason() string { return s.GetString("end_reason") }

// Resolution is the height of video: "1080p".
func (s *Session) Resolution() string { return s.GetString("resolution") }

// FPS is the frame rate of video.
func (s *Session) FPS() int { return s.GetInt("fps") }

// Codec is the codec of video.
func (s *Session) Codec() string { return s.GetString("codec") }

// Audio is the kind of sound: speech, music or stereo.
func (s *Session) Audio() string { return s.GetString("audio") }

// Passwordless reports whether invitees can join with their personal link and a name.
func (s *Session) Passwordless() bool { return s.GetBool("passwordless") }

// LinkEntry is how people who have the session link enter without an invitation: LinkWait, LinkDirect, or empty for not at all.
// It holds only while the team allows it (R163).
func (s *Session) LinkEntry() string { return s.GetString("link_entry") }

// AccessCode is the code that people who enter by the session link have to know, or empty.
func (s *Session) AccessCode() string { return s.GetString("access_code") }

// Recording says who may record, or rooms.RecordingOff.
func (s *Session) Recording() string { return s.GetString("recording") }

// MaxPeople is how many people may be in the session; 0: as many as the plan allows.
func (s *Session) MaxPeople() int { return s.GetInt("people") }

// Find finds a session of the team by id, or returns errs.ErrNotFound.
func Find(app core.App, team, id string) (*Session, error) {
	return findOne(app, dbx.HashExp{"id": id, "team": team})
}

// FindByID finds a session of any team, or returns errs.ErrNotFound. The caller checks access.
func FindByID(app core.App, id string) (*Session, error) { return findOne(app, dbx.HashExp{"id": id}) }

// FindByCode finds the session of a session link, or returns errs.ErrNotFound.
func FindByCode(app core.App, code string) (*Session, error) {
	return findOne(app, dbx.HashExp{"code": code})
}

// FindByMedia finds the session with that media room, or returns errs.ErrNotFound.
func FindByMedia(app core.App, room string) (*Session, error) {
	if room == "" {
		return nil, errs.ErrNotFound
	}
	return findOne(app, dbx.HashExp{"media": room})
}

func findOne(app core.App, where dbx.HashExp) (*Session, error) {
	return record.One[Session](app.RecordQuery("sessions").AndWhere(where), "find a session")
}
