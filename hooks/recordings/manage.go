package recordings

import (
	"errors"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// Rename changes the title of a recording that the actor manages. The session keeps its title.
func Rename(app core.App, actor *actors.Actor, id, title string) (*Recording, error) {
	return modify(app, actor, id, "recording.rename", func(_ core.App, r *Recording, entry *audit.Entry) error {
		title, err := text.RequiredLine("title", "The title", title, MaxTitle)
		switch {
		case err != nil:
			return err
		case !r.Trashed().IsZero():
			return inTrashError()
		case title == r.Title():
			return errNoChange
		}
		entry.With("title", title)
		r.Set("title", title)
		return nil
	})
}

// Share shows a recording that the actor manages to the participants of its session who have an account.
func Share(app core.App, actor *actors.Actor, id string) (*Recording, error) {
	return setShared(app, actor, id, "recording.share", true)
}

// Unshare shows a recording only to those who manage it.
func Unshare(app core.App, actor *actors.Actor, id string) (*Recording, error) {
	return setShared(app, actor, id, "recording.unshare", false)
}

func setShared(app core.App, actor *actors.Actor, id, action string, shared bool) (*Recording, error) {
	return modify(app, actor, id, action, func(_ core.App, r *Recording, _ *audit.Entry) error {
		switch {
		case !r.Trashed().IsZero():
			return inTrashError()
		case r.Shared() == shared:
			return errNoChange
		}
		r.Set("shared", shared)
		return nil
	})
}

// Trash moves a recording that the actor manages to the trash. It is deleted after TrashPeriod, and uses storage until then.
func Trash(app core.App, actor *actors.Actor, id string) (*Recording, error) {
	return modify(app, actor, id, "recording.trash", func(_ core.App, r *Recording, _ *audit.Entry) error {
		switch {
		case !r.Trashed().IsZero():
			return errNoChange
		case !r.finished():
			return unfinishedError(r)
		}
		r.Set("trashed", types.NowDateTime())
		r.Set("trashed_by", actor.Name())
		return nil
	})
}

// Restore moves a recording that the actor manages out of the trash. Its retention period starts again.
func Restore(app core.App, actor *actors.Actor, id string) (*Recording, error) {
	return modify(app, actor, id, "recording.restore", func(_ core.App, r *Recording, _ *audit.Entry) error {
		if r.Trashed().IsZero() {
			return errNoChange
		}
		r.Load(map[string]any{"trashed": "", "trashed_by": "", "warned": "", "restored": types.NowDateTime()})
		return nil
	})
}

// DeleteForever deletes a recording that is in the trash and that the actor manages, and its files.
func DeleteForever(app core.App, actor *actors.Actor, id string) error {
	entry := audit.NewEntry(actor, "recording.delete").WithTarget(id, "")
	return audit.Do(app, entry, func(tx core.App) error {
		r, err := findManaged(tx, actor, id, entry)
		switch {
		case err != nil:
			return err
		case r.Trashed().IsZero():
			return errs.Invalid("base", CodeNotInTrash, "Move the recording to the trash before you delete it.")
		}
		entry.With("bytes", r.TotalBytes())
		return tx.Delete(r)
	})
}

// finished reports whether nothing writes the files of the recording but the MP4's renderer.
func (r *Recording) finished() bool {
	return r.Status() == StatusReady || r.Status() == StatusFailed
}

var errNoChange = errors.New("nothing to do")

// modify loads a recording of the actor's team in a transaction, checks that the actor manages it, and saves the changes of do.
func modify(app core.App, actor *actors.Actor, id, action string, do func(tx core.App, r *Recording, entry *audit.Entry) error) (*Recording, error) {
	var r *Recording
	entry := audit.NewEntry(actor, action).WithTarget(id, "")
	err := audit.Do(app, entry, func(tx core.App) (err error) {
		if r, err = findManaged(tx, actor, id, entry); err != nil {
			return err
		}
		err = do(tx, r, entry)
		if errors.Is(err, errNoChange) {
			entry.Action = ""
			return nil
		}
		if err != nil {
			return err
		}
		return tx.Save(r)
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// findManaged finds a recording for a change, with the actor's current rights.
func findManaged(tx core.App, actor *actors.Actor, id string, entry *audit.Entry) (*Recording, error) {
	actor, err := actor.Reload(tx)
	if err != nil {
		return nil, err
	}
	found, err := Find(tx, actor, id)
	if err != nil {
		return nil, err
	}
	entry.WithTarget(found.Id, found.Title())
	if !found.Manages {
		return nil, actor.Refusal((*actors.Actor).CanUsePanel, errs.Forbidden("Only the hosts of the session, the Owner and Admins can change this recording."))
	}
	return found.Recording, nil
}

func inTrashError() error {
	return errs.Invalid("base", CodeInTrash, "This recording is in the trash. Restore it first.")
}

func unfinishedError(r *Recording) error {
	if r.Status() == StatusRecording {
		return errs.Invalid("base", CodeUnfinished, "The session is still being recorded. Stop the recording first.")
	}
	return errs.Invalid("base", CodeUnfinished, "This recording is still being processed. Try again in a few minutes.")
}
