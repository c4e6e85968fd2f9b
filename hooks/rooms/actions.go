package rooms

import (
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// CanSee returns nil if the actor can see the team's rooms and their bookings, or else an error that says why not.
func CanSee(actor *actors.Actor) error {
	if actor.CanSeeRooms() {
		return nil
	}
	return errs.Forbidden("Only members of " + actor.Team.GetString("name") + " can see its rooms. As a guest, you can join the sessions you're invited to.")
}

// Create creates a room in the actor's team (R85).
func Create(app core.App, actor *actors.Actor, profile Profile) (*Room, error) {
	room := &Room{}
	entry := audit.NewEntry(actor, "room.create")
	if profile.Name != nil {
		entry.WithTarget("", text.Truncate(*profile.Name, MaxName))
	}
	err := audit.Do(app, entry, func(tx core.App) error {
		if err := canEdit(tx, actor); err != nil {
			return err
		}
		collection, err := tx.FindCachedCollectionByNameOrId("rooms")
		if err != nil {
			return fmt.Errorf("find rooms: %w", err)
		}
		room.SetProxyRecord(core.NewRecord(collection))
		room.Set("team", actor.Team.Id)
		profile.apply(room.Record)
		if err := tx.Save(room); err != nil {
			return err
		}
		entry.WithTarget(room.Id, room.Name()).With("slug", room.Slug()).With("entry", room.Access())
		return nil
	})
	return room, err
}

// Update changes a room of the actor's team. Name, link, access, waiting room and maximum number of people apply immediately;
// booked sessions keep the recording and resolution that they were scheduled with.
func Update(app core.App, actor *actors.Actor, id string, profile Profile) (*Room, error) {
	return modify(app, actor, id, audit.NewEntry(actor, "room.update"), func(_ core.App, room *Room, entry *audit.Entry) error {
		changed := profile.apply(room.Record)
		if len(changed) == 0 {
			entry.Action = "" // nothing changed
		}
		for _, field := range changed {
			entry.With(field, room.Get(field))
		}
		return nil
	})
}

// Archive archives a room of the actor's team. Existing bookings keep their time; new ones are refused.
func Archive(app core.App, actor *actors.Actor, id string) (*Room, error) {
	return modify(app, actor, id, audit.NewEntry(actor, "room.archive"), func(tx core.App, room *Room, entry *audit.Entry) error {
		if !room.Archived().IsZero() {
			return errs.Invalid("base", CodeArchived, "This room is already archived.")
		}
		kept, err := ListBookings(tx, room.TeamID(), room.Id, time.Now(), time.Time{})
		if err != nil {
			return err
		}
		entry.With("bookings", len(kept))
		room.Set("archived", types.NowDateTime())
		return nil
	})
}

// Restore restores an archived room of the actor's team.
func Restore(app core.App, actor *actors.Actor, id string) (*Room, error) {
	return modify(app, actor, id, audit.NewEntry(actor, "room.restore"), func(_ core.App, room *Room, _ *audit.Entry) error {
		if room.Archived().IsZero() {
			return errs.Invalid("base", "not_archived", "This room isn't archived.")
		}
		room.Set("archived", "")
		return nil
	})
}

// RotateLink gives a room of the actor's team a new link that can't be guessed. The previous link no longer works and says
// that it was replaced (R92).
func RotateLink(app core.App, actor *actors.Actor, id string) (*Room, error) {
	return modify(app, actor, id, audit.NewEntry(actor, "room.rotate"), func(_ core.App, room *Room, _ *audit.Entry) error {
		room.Set("slug", secretSlug(room.Name()))
		return nil
	})
}

// modify loads a room in the transaction, checks the actor's rights, and saves the changes of do.
func modify(app core.App, actor *actors.Actor, id string, entry *audit.Entry, do func(tx core.App, room *Room, entry *audit.Entry) error) (*Room, error) {
	var room *Room
	entry.WithTarget(id, "")
	err := audit.Do(app, entry, func(tx core.App) (err error) {
		if err := canEdit(tx, actor); err != nil {
			return err
		}
		if room, err = Find(tx, actor.Team.Id, id); err != nil {
			return err
		}
		entry.WithTarget(room.Id, room.Name())
		before := room.Slug()
		if err := do(tx, room, entry); err != nil {
			return err
		}
		if err := tx.Save(room); err != nil {
			return err
		}
		if room.Slug() != before {
			entry.With("slug", room.Slug())
		}
		return nil
	})
	return room, err
}

func canEdit(tx core.App, actor *actors.Actor) error {
	again, err := actor.Reload(tx)
	if err == nil && !again.CanEditRooms() {
		err = errs.Forbidden("Only the Owner and Admins can create and change rooms.")
	}
	return err
}
