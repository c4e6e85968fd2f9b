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

// CanSee is nil if the actor may see the team's rooms and when they are taken; else it says why not.
func CanSee(actor *actors.Actor) error {
	if actor.CanSeeRooms() {
		return nil
	}
	return errs.Forbidden("Rooms are for the members of " + actor.Team.GetString("name") + ". As a guest, you join the sessions that you are invited to.")
}

// Create makes a room of the actor's team (R85).
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

// Update changes a room of the actor's team. Name, link, who may enter, how they come in and how many are at once
// as they are given; what is booked keeps the recording and the picture that it was scheduled with.
func Update(app core.App, actor *actors.Actor, id string, profile Profile) (*Room, error) {
	return modify(app, actor, id, audit.NewEntry(actor, "room.update"), func(_ core.App, room *Room, entry *audit.Entry) error {
		changed := profile.apply(room.Record)
		if len(changed) == 0 {
			entry.Action = "" // nothing is no deed
		}
		for _, field := range changed {
			entry.With(field, room.Get(field))
		}
		return nil
	})
}

// Archive takes a room of the actor's team out of use. What is booked keeps its time there; new bookings are refused.
func Archive(app core.App, actor *actors.Actor, id string) (*Room, error) {
	return modify(app, actor, id, audit.NewEntry(actor, "room.archive"), func(tx core.App, room *Room, entry *audit.Entry) error {
		if !room.Archived().IsZero() {
			return errs.Invalid("base", CodeArchived, "The room is archived already.")
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

// Restore puts an archived room of the actor's team into use again.
func Restore(app core.App, actor *actors.Actor, id string) (*Room, error) {
	return modify(app, actor, id, audit.NewEntry(actor, "room.restore"), func(_ core.App, room *Room, _ *audit.Entry) error {
		if room.Archived().IsZero() {
			return errs.Invalid("base", "not_archived", "The room is in use already.")
		}
		room.Set("archived", "")
		return nil
	})
}

// RotateLink gives a room of the actor's team a new link that nobody guesses. The old one lets nobody in any more, and
// says that it was replaced (R92).
func RotateLink(app core.App, actor *actors.Actor, id string) (*Room, error) {
	return modify(app, actor, id, audit.NewEntry(actor, "room.rotate"), func(_ core.App, room *Room, _ *audit.Entry) error {
		room.Set("slug", secretSlug(room.Name()))
		return nil
	})
}

// modify reads a room inside the transaction, judges the actor, and saves what do makes of it.
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
		err = errs.Forbidden("Only the Owner and Admins make and change rooms.")
	}
	return err
}
