// Package recordings records sessions on the server, and manages a team's recordings: who can see them, how much storage they use,
// and when they're deleted (R119 to R122).
package recordings

import (
	"context"
	"errors"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/emails"
	"usher/hooks/record"
)

// The statuses of a recording.
const (
	StatusRecording  = "recording"
	StatusProcessing = "processing" // it has stopped, and its files are being finished
	StatusReady      = "ready"
	StatusFailed     = "failed" // there is nothing to keep
)

// Why a recording stopped.
const (
	StoppedByHost  = "host"
	StoppedWithEnd = "session_ended"
	StoppedStorage = emails.RecordingStorageFull // at the limit of the team's plan
	StoppedDisk    = emails.RecordingDiskFull    // at the floor of free disk space
	StoppedRestart = emails.RecordingInterrupted // the server stopped
	StoppedMedia   = emails.RecordingNoMedia     // the connection to the media server was lost, or never made
)

// The states of the MP4 of a recording; empty: there is none.
const (
	MP4Queued    = "queued"
	MP4Rendering = "rendering"
	MP4Ready     = "ready"
	MP4Failed    = "failed"
)

// Where the files of a recording are.
const (
	LocationLocal = "local"
	LocationS3    = "s3"
)

// TrashPeriod is how long a recording stays in the trash before it's deleted.
const TrashPeriod = 7 * 24 * time.Hour

// MaxTitle is the maximum length of a title in characters.
const MaxTitle = 200

// Codes of errors.
const (
	CodeOn           = "already_recorded"
	CodeNotOn        = "not_recorded"
	CodeAlways       = "always_recorded"
	CodeOff          = "recording_off"
	CodeServerFull   = "recordings_full"
	CodeStorageFull  = "storage_full"
	CodeDiskFull     = "disk_full"
	CodeUnfinished   = "recording"
	CodeBadRetention = "bad_retention"
	CodeInTrash      = "in_trash"
	CodeNotInTrash   = "not_in_trash"
	CodeNotFailed    = "not_failed"
)

var _ core.RecordProxy = (*Recording)(nil)

// Recording is a recording of a session. Its names stay when the session, room or accounts are deleted.
type Recording struct{ *core.Record }

// PreValidate makes sure that the proxy holds a recording.
func (r *Recording) PreValidate(context.Context, core.App) error {
	if r.Record == nil || r.Collection().Name != "recordings" {
		return errors.New("not a recording")
	}
	return nil
}

// ProxyRecord returns the record.
func (r *Recording) ProxyRecord() *core.Record { return r.Record }

// SetProxyRecord sets the record.
func (r *Recording) SetProxyRecord(stored *core.Record) { r.Record = stored }

// TeamID is the id of the team.
func (r *Recording) TeamID() string { return r.GetString("team") }

// SessionID is the id of the session, or empty if it was deleted.
func (r *Recording) SessionID() string { return r.GetString("session") }

// RoomID is the id of the session's room, or empty.
func (r *Recording) RoomID() string { return r.GetString("room") }

// RoomName is the name that the room had, or empty.
func (r *Recording) RoomName() string { return r.GetString("room_name") }

// Title is the title; at first that of the session.
func (r *Recording) Title() string { return r.GetString("title") }

// HostID is the account id of the session's host, or empty if the account was deleted.
func (r *Recording) HostID() string { return r.GetString("host") }

// HostName is the name that the host had.
func (r *Recording) HostName() string { return r.GetString("host_name") }

// StartedBy is the account id of the host or co-host who started the recording, or empty.
func (r *Recording) StartedBy() string { return r.GetString("started_by") }

// StartedByName is the name of that person, or empty if the recording started automatically.
func (r *Recording) StartedByName() string { return r.GetString("started_by_name") }

// Status is one of the Status constants.
func (r *Recording) Status() string { return r.GetString("status") }

// StopReason says why the recording stopped, or is empty.
func (r *Recording) StopReason() string { return r.GetString("stop_reason") }

// Started is when the recording started.
func (r *Recording) Started() time.Time { return r.GetDateTime("started").Time() }

// Ended is when the recording stopped, or zero.
func (r *Recording) Ended() time.Time { return r.GetDateTime("ended").Time() }

// Milliseconds is the length; 0 until the recording is ready.
func (r *Recording) Milliseconds() int64 { return int64(r.GetFloat("milliseconds")) }

// Length is Milliseconds as a duration.
func (r *Recording) Length() time.Duration {
	return time.Duration(r.Milliseconds()) * time.Millisecond
}

// Bytes is the size of the files without the MP4. While the session is recorded, it is updated from time to time.
func (r *Recording) Bytes() int64 { return int64(r.GetFloat("bytes")) }

// TotalBytes is the size of all files.
func (r *Recording) TotalBytes() int64 { return r.Bytes() + r.MP4Bytes() }

// Shared reports whether the session's participants can see the recording.
func (r *Recording) Shared() bool { return r.GetBool("shared") }

// Trashed is when the recording was moved to the trash, or zero.
func (r *Recording) Trashed() time.Time { return r.GetDateTime("trashed").Time() }

// TrashedBy is the name of the person who moved the recording to the trash, or empty if its retention period did.
func (r *Recording) TrashedBy() string { return r.GetString("trashed_by") }

// Purged is when the recording will be deleted from the trash, or zero.
func (r *Recording) Purged() time.Time {
	if r.Trashed().IsZero() {
		return time.Time{}
	}
	return r.Trashed().Add(TrashPeriod)
}

// MP4Status is one of the MP4 constants, or empty.
func (r *Recording) MP4Status() string { return r.GetString("mp4_status") }

// MP4Progress is how much of the MP4 is rendered, from 0 to 100.
func (r *Recording) MP4Progress() int { return r.GetInt("mp4_progress") }

// MP4Bytes is the size of the MP4, or 0.
func (r *Recording) MP4Bytes() int64 { return int64(r.GetFloat("mp4_bytes")) }

// MP4Error says why there is no MP4, if making it failed.
func (r *Recording) MP4Error() string { return r.GetString("mp4_error") }

// MP4Attempts is how often making the MP4 was tried.
func (r *Recording) MP4Attempts() int { return r.GetInt("mp4_attempts") }

// Location is LocationLocal or LocationS3.
func (r *Recording) Location() string { return r.GetString("location") }

// FindByID finds a recording of any team, or returns errs.ErrNotFound. The caller checks access.
func FindByID(app core.App, id string) (*Recording, error) {
	return record.One[Recording](app.RecordQuery("recordings").AndWhere(dbx.HashExp{"id": id}), "find a recording")
}

// FindCurrent finds the recording that a session is recorded into, or returns errs.ErrNotFound.
func FindCurrent(app core.App, session string) (*Recording, error) {
	return record.One[Recording](app.RecordQuery("recordings").WithContext(record.Prepared).
		AndWhere(dbx.HashExp{"session": session, "status": StatusRecording}), "find the recording of a session")
}
