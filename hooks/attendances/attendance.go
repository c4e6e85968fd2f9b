// Package attendances keeps who was in a session from when to when, as it was reported: nothing open for ever,
// nothing negative, nothing twice (R125).
package attendances

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/live"
	"usher/hooks/sessions"
)

var _ core.RecordProxy = (*Attendance)(nil)

// Attendance is one stay of somebody in a session; who comes again has another.
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

// ParticipantID is who it was on the session's list; empty for somebody of a session elsewhere who is not on it.
func (a *Attendance) ParticipantID() string { return a.GetString("participant") }

// UserID is the account, or empty.
func (a *Attendance) UserID() string { return a.GetString("user") }

// Name is what he was called when he came.
func (a *Attendance) Name() string { return a.GetString("name") }

// Joined is when he came.
func (a *Attendance) Joined() time.Time { return a.GetDateTime("joined").Time() }

// Left is when he went; zero while he is in.
func (a *Attendance) Left() time.Time { return a.GetDateTime("left").Time() }

// Estimated reports whether nobody said when he went: Left is then when he was last known to be in, or when the
// session ended.
func (a *Attendance) Estimated() bool { return a.GetBool("estimated") }

// Width and Height are those of the largest picture that he sent, FPS its frames a second, all as his page announced
// them when it began; 0 for nothing.
func (a *Attendance) Width() int { return a.GetInt("width") }

// Height is in Width.
func (a *Attendance) Height() int { return a.GetInt("height") }

// FPS is in Width.
func (a *Attendance) FPS() int { return a.GetInt("fps") }

// Codec is that of the largest picture that he sent, as the media server saw it; empty for none.
func (a *Attendance) Codec() string { return a.GetString("codec") }

// Audio is "speech", "music" or "stereo", by how his sound was sent; empty for none.
func (a *Attendance) Audio() string { return a.GetString("audio") }

// List lists the stays in a session, the first that came first.
func List(app core.App, session string) ([]*Attendance, error) {
	all := []*Attendance{}
	err := app.RecordQuery("attendances").AndWhere(dbx.HashExp{"session": session}).OrderBy("joined", "id").All(&all)
	if err != nil {
		return nil, fmt.Errorf("list who was in a session: %w", err)
	}
	return all, nil
}

// findOrNew reads the stay of that name, or makes one that is not stored yet.
func findOrNew(tx core.App, session *sessions.Session, sid string) (*Attendance, error) {
	a := &Attendance{}
	err := tx.RecordQuery("attendances").AndWhere(dbx.HashExp{"session": session.Id, "sid": sid}).Limit(1).One(a)
	if errors.Is(err, sql.ErrNoRows) {
		collection, err := tx.FindCachedCollectionByNameOrId("attendances")
		if err != nil {
			return nil, fmt.Errorf("find attendances: %w", err)
		}
		a = &Attendance{core.NewRecord(collection)}
		a.Load(map[string]any{"team": session.TeamID(), "session": session.Id, "sid": sid})
		return a, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find a stay: %w", err)
	}
	return a, nil
}

// setJoined takes in when he joined: the earliest that is known.
func (a *Attendance) setJoined(at time.Time) {
	if at.Unix() > 0 && (a.Joined().IsZero() || at.Before(a.Joined())) {
		a.Set("joined", at)
	}
}

// setLeft takes in when he left. What was reported counts before what was estimated, and of two the earlier.
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

// addTrack takes in what he sent: of pictures the largest.
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
