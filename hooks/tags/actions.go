package tags

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/members"
	"usher/hooks/people"
	"usher/hooks/tools/errs"
)

// Change adds tags to a user or invitee of the actor's team and removes others; id is the account's or the invitation's.
// A tag in both lists is added. changed is false if there was nothing to do.
func Change(app core.App, actor *actors.Actor, id string, add, drop []string) (changed bool, err error) {
	if add, err = NormalizeNames("add", add); err != nil {
		return false, err
	}
	if drop, err = NormalizeNames("remove", drop); err != nil {
		return false, err
	}
	return applyChange(app, actor, id, "add", func([]string) ([]string, []string) { return add, exclude(drop, add) })
}

// Set replaces the tags of a user or invitee of the actor's team.
func Set(app core.App, actor *actors.Actor, id string, wanted []string) error {
	wanted, err := NormalizeNames("tags", wanted)
	if err != nil {
		return err
	}
	_, err = applyChange(app, actor, id, "tags", func(now []string) ([]string, []string) { return wanted, exclude(now, wanted) })
	return err
}

// applyChange applies the change that plan makes of the current tags. Errors of the record hooks are returned under field.
func applyChange(app core.App, actor *actors.Actor, id, field string, plan func(now []string) (add, drop []string)) (changed bool, err error) {
	entry := audit.NewEntry(actor, "person.tag").WithTarget(id, "")
	err = audit.Do(app, entry, func(tx core.App) error {
		again, err := actor.Reload(tx)
		if err != nil {
			return err
		}
		if !again.CanUsePanel() {
			return members.ManageForbidden(actors.Roles{})
		}
		person, err := people.FindRow(tx, actor.Team.Id, id)
		if err != nil {
			return err
		}
		entry.WithTarget(person.ID, person.DisplayName())
		rows, err := rowsOf(tx, actor.Team.Id, person.Email)
		if err != nil {
			return err
		}
		add, drop := plan(namesOf(rows))
		gone, err := removeTags(tx, rows, drop)
		if err != nil {
			return err
		}
		given, err := addTags(tx, actor.Team.Id, person.Email, exclude(add, namesOf(rows)))
		if _, code, sentence, ok := errs.Details(err); ok {
			return errs.Invalid(field, code, sentence)
		} else if err != nil {
			return err
		}
		if changed = len(gone)+len(given) > 0; !changed {
			entry.Action = "" // nothing changed, so nothing is logged
		}
		entry.With("added", given).With("removed", gone)
		return nil
	})
	return changed, err
}

// Add adds the tags that an address in the team doesn't have yet, in a transaction of the caller, who has checked the actor's rights. It
// writes an entry of the actor to the audit log if there are any.
func Add(tx core.App, actor *actors.Actor, id, address string, names []string) error {
	if len(names) == 0 {
		return nil
	}
	names, err := NormalizeNames("tags", names)
	if err != nil {
		return err
	}
	rows, err := rowsOf(tx, actor.Team.Id, address)
	if err != nil {
		return err
	}
	given, err := addTags(tx, actor.Team.Id, address, exclude(names, namesOf(rows)))
	if err != nil || len(given) == 0 {
		return err
	}
	return audit.Write(tx, audit.NewEntry(actor, "person.tag").WithTarget(id, address).With("added", given))
}

// removeTags deletes the tags with these names.
func removeTags(tx core.App, rows []*core.Record, names []string) (gone []string, err error) {
	for _, row := range rows {
		if !containsFold(names, row.GetString("name")) {
			continue
		}
		if err := tx.Delete(row); err != nil {
			return gone, fmt.Errorf("remove a tag: %w", err)
		}
		gone = append(gone, row.GetString("name"))
	}
	return gone, nil
}

// addTags adds tags. The record hooks validate them and use the team's spelling.
func addTags(tx core.App, team, address string, names []string) (given []string, err error) {
	collection, err := tx.FindCachedCollectionByNameOrId("tags")
	if err != nil {
		return nil, fmt.Errorf("find tags: %w", err)
	}
	for _, name := range names {
		row := core.NewRecord(collection)
		row.Load(map[string]any{"team": team, "email": address, "name": name})
		if err := tx.Save(row); err != nil {
			return given, err
		}
		given = append(given, row.GetString("name"))
	}
	return given, nil
}

// canonicalSpelling returns how the team first spelled a name, or the name itself if it is new. known is the number of
// different tags of the team, counted only for a new name.
func canonicalSpelling(tx core.App, team, name string) (spelling string, known int, err error) {
	var found []string
	err = tx.DB().NewQuery("SELECT name FROM tags WHERE team = {:team} AND name = {:name} COLLATE NOCASE LIMIT 1").
		Bind(dbx.Params{"team": team, "name": name}).Column(&found)
	if err != nil {
		return "", 0, fmt.Errorf("find a tag: %w", err)
	}
	if len(found) == 1 {
		return found[0], 0, nil
	}
	all, err := Of(tx, team)
	if err != nil {
		return "", 0, err
	}
	for _, tag := range all { // NOCASE only folds A to Z
		if containsFold([]string{tag.Name}, name) {
			return tag.Name, 0, nil
		}
	}
	return name, len(all), nil
}
