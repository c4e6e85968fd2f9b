package recordings

import (
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/live"
	"usher/hooks/plans"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
	"usher/hooks/tools/text"
)

// minStorage is how much storage must be free to start a recording, and minDisk how much disk space must be left for everything
// else on the server, at the start and while recording.
const (
	minStorage = 5 << 20
	minDisk    = 1 << 30
)

// Start starts to record a running session. Hosts and co-hosts can start it, unless the session's setting doesn't allow it (R91, R122).
func Start(app core.App, actor *actors.Actor, session string) (*Recording, error) {
	var r *Recording
	err := runAction(app, actor, session, "recording.start", func(tx core.App, actor *actors.Actor, s *sessions.Session, entry *audit.Entry) (err error) {
		r, err = startTx(tx, s, actor.Account.Id, actor.Name())
		switch errs.Code(err) {
		case CodeStorageFull:
			return storageFullError(tx, actor)
		case "":
			if err == nil {
				entry.With("recording", r.Id)
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// Stop stops the recording of a session. Hosts and co-hosts can stop it, unless the session is always recorded.
func Stop(app core.App, actor *actors.Actor, session string) (*Recording, error) {
	var r *Recording
	err := runAction(app, actor, session, "recording.stop", func(tx core.App, _ *actors.Actor, s *sessions.Session, entry *audit.Entry) (err error) {
		r, err = FindCurrent(tx, s.Id)
		switch {
		case errors.Is(err, errs.ErrNotFound):
			return errs.Invalid("base", CodeNotOn, "This session isn't being recorded.")
		case err != nil:
			return err
		case sessions.RecordingOf(tx, s) == rooms.RecordingAlways:
			return errs.Invalid("base", CodeAlways, "This session is always recorded. To stop the recording, end the session.")
		}
		entry.With("recording", r.Id)
		r.setStopped(StoppedByHost, time.Now())
		return tx.Save(r)
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// runAction runs an action of a host or co-host on a session in one transaction, and records it in the audit log.
func runAction(app core.App, actor *actors.Actor, id, action string,
	do func(tx core.App, actor *actors.Actor, s *sessions.Session, entry *audit.Entry) error) error {
	entry := audit.NewEntry(actor, action).WithTarget(id, "")
	return audit.Do(app, entry, func(tx core.App) error {
		actor, err := actor.Reload(tx)
		if err != nil {
			return err
		}
		s, err := sessions.FindVisible(tx, actor, id)
		if err != nil {
			return err
		}
		entry.WithTarget(s.Id, s.Title())
		leads, err := sessions.Leads(tx, s, actor)
		switch {
		case err != nil:
			return err
		case !leads:
			return errs.Forbidden("Only the host and co-hosts can record this session.")
		}
		return do(tx, actor, s, entry)
	})
}

// startTx stores a new recording of a session, which starts the recorder after the commit. by is empty if it starts automatically.
func startTx(tx core.App, s *sessions.Session, by, byName string) (*Recording, error) {
	if err := canStart(tx, s); err != nil {
		return nil, err
	}
	collection, err := tx.FindCachedCollectionByNameOrId("recordings")
	if err != nil {
		return nil, fmt.Errorf("find recordings: %w", err)
	}
	roomName, err := sessions.RoomName(tx, s)
	if err != nil {
		return nil, err
	}
	r := &Recording{core.NewRecord(collection)}
	r.Load(map[string]any{
		"team": s.TeamID(), "session": s.Id, "room": s.RoomID(), "room_name": roomName, "title": s.Title(), "host": s.HostID(), "host_name": s.HostName(),
		"started_by": by, "started_by_name": byName, "status": StatusRecording, "started": types.NowDateTime(), "location": LocationLocal,
	})
	return r, tx.Save(r)
}

// canStart refuses a recording that the session's setting, the storage, the disk or the media server doesn't allow.
func canStart(tx core.App, s *sessions.Session) error {
	switch {
	case s.ExternalLink() != "":
		return errs.Invalid("base", CodeOff, "This session takes place in another tool. Record it there.")
	case settings.Of(tx).Recordings == 0:
		return errs.Invalid("base", CodeOff, "Recording is off on this server. Contact your server administrator.")
	case sessions.RecordingOf(tx, s) == rooms.RecordingOff:
		return errs.Invalid("base", CodeOff, "Recording is off for this session. Its setting can't be changed while it's running.")
	case s.Status() != sessions.Running:
		return sessions.StatusError(s.Status())
	}
	storage, err := Storage(tx, s.TeamID())
	switch {
	case err != nil:
		return err
	case storage.Limit != plans.Unlimited && storage.Free() < minStorage:
		return errs.Invalid("base", CodeStorageFull, "The team's storage for recordings is full.")
	}
	if DiskFull(tx) {
		return errs.Invalid("base", CodeDiskFull, "The server has too little free disk space to record. Contact your server administrator.")
	}
	if engineOf(tx).Ready(tx) != nil {
		return live.ErrUnavailable
	}
	return nil
}

// storageFullError says what the actor can do when the storage is full.
func storageFullError(tx core.App, actor *actors.Actor) error {
	storage, err := Storage(tx, actor.Team.Id)
	if err != nil {
		return err
	}
	sentence := fmt.Sprintf("The team's storage for recordings is full: %s of %s.", text.Storage(storage.Used), text.Storage(storage.Limit))
	if storage.Trash > 0 {
		sentence += " " + text.Storage(storage.Trash) + " of it is in the trash."
	}
	if actor.CanUsePanel() {
		return errs.Invalid("base", CodeStorageFull, sentence+" Delete recordings forever to free space. "+plans.MoreHint("storage")+".")
	}
	hint, err := actors.AskHint(tx, actor, (*actors.Actor).CanUsePanel, "to free space")
	if err != nil {
		return err
	}
	return errs.Invalid("base", CodeStorageFull, sentence+" Delete recordings of your sessions forever. "+hint)
}

// setStopped ends a recording, whose files remain to be finished.
func (r *Recording) setStopped(reason string, at time.Time) {
	r.Load(map[string]any{"status": StatusProcessing, "stop_reason": reason, "ended": at})
}

// validateStart refuses a second recording of a session at the same time, one of a session that isn't running, and more at the same time
// than the server allows.
func validateStart(app core.App, r *core.Record) error {
	if r.GetString("status") != StatusRecording {
		return nil
	}
	s, err := sessions.Find(app, r.GetString("team"), r.GetString("session"))
	switch {
	case err != nil:
		return err
	case s.Status() != sessions.Running:
		return sessions.StatusError(s.Status())
	}
	var same, all int
	err = app.DB().NewQuery("SELECT coalesce(sum(session = {:session}), 0), count(*) FROM recordings WHERE status = 'recording'").
		Bind(dbx.Params{"session": s.Id}).Row(&same, &all)
	limit := settings.Of(app).Recordings
	switch {
	case err != nil:
		return fmt.Errorf("count what is being recorded: %w", err)
	case same > 0:
		return errs.Invalid("base", CodeOn, "This session is already being recorded.")
	case all >= limit:
		return errs.Invalid("base", CodeServerFull, fmt.Sprintf("The server is already recording %s, which is the most it can do at the same time. Try again when one of them stops.",
			text.Count(all, "session", "sessions")))
	}
	return nil
}

// nextStatuses are the statuses that can follow each one. A failed recording can be processed again.
var nextStatuses = map[string]string{StatusRecording: StatusProcessing, StatusProcessing: StatusReady, StatusFailed: StatusProcessing}

// validateChange refuses to move a recording to another team or session, and to change its status except to the next one or StatusFailed.
func validateChange(_ core.App, r *core.Record) error {
	before := r.Original()
	was, is := before.GetString("status"), r.GetString("status")
	switch {
	case before.GetString("team") != r.GetString("team"), r.GetString("session") != "" && before.GetString("session") != r.GetString("session"):
		return errs.Invalid("base", sessions.CodeFixed, "The session of a recording can't be changed.")
	case was != is && is != nextStatuses[was] && !(is == StatusFailed && was == StatusProcessing):
		return errs.Invalid("status", sessions.CodeFixed, "A recording can't go from “"+was+"” to “"+is+"”.")
	}
	return nil
}
