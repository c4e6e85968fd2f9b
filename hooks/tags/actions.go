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

// Change gives a person of the actor's team tags and takes others away; id is the account's or the
// invitation's. A tag that is in both is given. changed is false if nothing was to be done.
func Change(app core.App, actor *actors.Actor, id string, add, drop []string) (changed bool, err error) {
	if add, err = NormalizeNames("add", add); err != nil {
		return false, err
	}
	if drop, err = NormalizeNames("remove", drop); err != nil {
		return false, err
	}
	return applyChange(app, actor, id, "add", func([]string) ([]string, []string) { return add, exclude(drop, add) })
}

// Set lets a person of the actor's team have exactly these tags.
func Set(app core.App, actor *actors.Actor, id string, wanted []string) error {
	wanted, err := NormalizeNames("tags", wanted)
	if err != nil {
		return err
	}
	_, err = applyChange(app, actor, id, "tags", func(now []string) ([]string, []string) { return wanted, exclude(now, wanted) })
	return err
}

// applyChange does what plan makes of the tags that the person has. What the record hooks refuse is refused under field.
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
			entry.Action = "" // nothing is no deed
		}
		entry.With("added", given).With("removed", gone)
		return nil
	})
	return changed, err
}

// removeTags deletes the rows with these names.
func removeTags(tx core.App, rows []*core.Record, names []string) (gone []string, err error) {
	for _, row := range rows {
		if !containsFold(names, row.GetString("name")) {
			continue
		}
		if err := tx.Delete(row); err != nil {
			return gone, fmt.Errorf("take a tag away: %w", err)
		}
		gone = append(gone, row.GetString("name"))
	}
	return gone, nil
}

// addTags adds rows; the record hooks judge them, and spell them as the team does.
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

// canonicalSpelling is how a name is spelled in the team by whoever used it first; itself if nobody has yet. known is the
// number of different tags that the team has, counted only for a new one.
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
	for _, tag := range all { // NOCASE folds the letters A to Z alone
		if containsFold([]string{tag.Name}, name) {
			return tag.Name, 0, nil
		}
	}
	return name, len(all), nil
}
