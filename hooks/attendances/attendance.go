// Package attendances records who was in a session and when, from reports. Attendances have an end, no negative length and no
// duplicates (R125).
package attendances

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/live"
	"usher/hooks/record"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
)

var _ core.RecordProxy = (*Attendance)(nil)

// Attendance is one stay of a person in a session. Someone who rejoins has another one.
type Attendance struct{ *core.Record }

// PreValidate makes sure that the proxy holds an attendance.
func (a *Attendance) PreValidate(context.Context, core.App) error {
	if a.Record == nil || a.Collection().Name != "attendances" {
		return errors.New("not an attendance")
	}
	return nil
}

// ProxyRecord returns the record.
func (a *Attendance) ProxyRecord() *core.Record { return a.Record }

// SetProxyRecord sets the record.
func (a *Attendance) SetProxyRecord(r *core.Record) { a.Record = r }

// ParticipantID is the id of the participant, or empty for someone in an external session who isn't one.
func (a *Attendance) ParticipantID() string { return a.GetString("participant") }

// UserID is the id of the account, or empty.
func (a *Attendance) UserID() string { return a.GetString("user") }

// Name is the name at the time of joining.
func (a *Attendance) Name() string { return a.GetString("name") }

// Joined is when the person joined.
func (a *Attendance) Joined() time.Time { return a.GetDateTime("joined").Time() }

// Left is when the person left, or zero if they are still in the session.
func (a *Attendance) Left() time.Time { return a.GetDateTime("left").Time() }

// Estimated reports whether the departure wasn't reported: Left is then when the person was last seen, or when the session
// ended.
func (a *Attendance) Estimated() bool { return a.GetBool("estimated") }

// Width and Height are the dimensions of the largest video that the person sent, and FPS its frame rate, as announced by their
// page; 0 for none.
func (a *Attendance) Width() int { return a.GetInt("width") }

// Height: see Width.
func (a *Attendance) Height() int { return a.GetInt("height") }

// FPS: see Width.
func (a *Attendance) FPS() int { return a.GetInt("fps") }

// Codec is the codec of the largest video that the person sent, as seen by the media server; empty for none.
func (a *Attendance) Codec() string { return a.GetString("codec") }

// Audio is "speech", "music" or "stereo", by how the audio was sent; empty for none.
func (a *Attendance) Audio() string { return a.GetString("audio") }

// List lists the attendances of a session, by time of joining.
func List(app core.App, session string) ([]*Attendance, error) {
	all := []*Attendance{}
	err := app.RecordQuery("attendances").AndWhere(dbx.HashExp{"session": session}).OrderBy("joined", "id").All(&all)
	if err != nil {
		return nil, fmt.Errorf("list who was in a session: %w", err)
	}
	return all, nil
}

// findOrNew finds the attendance with that sid, or returns a new one that isn't saved.
func findOrNew(tx core.App, session *sessions.Session, sid string) (*Attendance, error) {
	a, err := record.One[Attendance](tx.RecordQuery("attendances").AndWhere(dbx.HashExp{"session": session.Id, "sid": sid}), "find a stay")
	if errors.Is(err, errs.ErrNotFound) {
		collection, err := tx.FindCachedCollectionByNameOrId("attendances")
		if err != nil {
			return nil, fmt.Errorf("find attendances: %w", err)
		}
		a = &Attendance{core.NewRecord(collection)}
		a.Load(map[string]any{"team": session.TeamID(), "session": session.Id, "sid": sid})
		return a, nil
	}
	return a, err
}

// setJoined records a time of joining and keeps the earliest.
func (a *Attendance) setJoined(at time.Time) {
	if at.Unix() > 0 && (a.Joined().IsZero() || at.Before(a.Joined())) {
		a.Set("joined", at)
	}
}

// setLeft records a time of leaving. A reported time takes precedence over an estimate, then the earlier one.
func (a *Attendance) setLeft(at time.Time, estimated bool) {
	known := !a.Left().IsZero()
	switch {
	case known && !a.Estimated() && (estimated || !at.Before(a.Left())):
		return
	case known && a.Estimated() && estimated && !at.Before(a.Left()):
		return
	}
	a.Set("left", at)
	a.Set("estimated", estimated)
}

// addTrack records a track that the person sent, and keeps the largest video.
func (a *Attendance) addTrack(track live.Track) {
	switch {
	case track.IsVideo():
		size, had := track.Width*track.Height, a.Width()*a.Height()
		if size > had || size == had && (track.FPS > a.FPS() || track.FPS == a.FPS() && track.Codec > a.Codec()) {
			a.Load(map[string]any{"width": track.Width, "height": track.Height, "fps": track.FPS, "codec": track.Codec})
		}
	case track.Stereo:
		a.Set("audio", "stereo")
	case track.NoDTX && a.Audio() != "stereo":
		a.Set("audio", "music")
	case a.Audio() == "":
		a.Set("audio", "speech")
	}
}
