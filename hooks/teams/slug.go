package teams

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// MaxSlug is the maximum length of a team's slug.
const MaxSlug = 60

// maxOldSlugs is the number of previous slugs that a team keeps. Older ones can be used by other teams.
const maxOldSlugs = 10

// CodeTaken is the code of an error because another team uses or used the slug.
const CodeTaken = "taken"

// baseSlug returns the slug for a name, without checking whether it is taken.
func baseSlug(name string) string {
	slug := text.Slug(name, 50)
	switch {
	case slug == "":
		return "team"
	case text.LooksLikeID(slug):
		return slug + "-team"
	}
	return slug
}

// uniqueSlug returns the slug for a name, with a number appended if another team has or had it.
func uniqueSlug(tx core.App, name string) (string, error) {
	base := baseSlug(name)
	for n := 1; ; n++ {
		slug := base
		if n > 1 {
			slug = fmt.Sprintf("%s-%d", base, n)
		}
		taken, err := slugTaken(tx, slug, "")
		if err != nil {
			return "", err
		}
		if !taken && !text.LooksLikeID(slug) {
			return slug, nil
		}
	}
}

// slugTaken reports whether a team other than the given one has or had the slug.
func slugTaken(tx core.App, slug, team string) (bool, error) {
	var taken int
	err := tx.DB().NewQuery(`SELECT EXISTS (SELECT 1 FROM teams WHERE slug = {:slug} COLLATE NOCASE AND id != {:team})
		OR EXISTS (SELECT 1 FROM team_slugs WHERE slug = {:slug} COLLATE NOCASE AND team != {:team})`).
		Bind(dbx.Params{"slug": slug, "team": team}).Row(&taken)
	if err != nil {
		return false, fmt.Errorf("look for a team's slug: %w", err)
	}
	return taken == 1, nil
}

// ensureSlug sets the slug of a team without one from its name, and validates a given one.
func ensureSlug(tx core.App, r *core.Record) (err error) {
	slug := r.GetString("slug")
	switch {
	case slug == "" && r.IsNew():
		slug, err = uniqueSlug(tx, r.GetString("name"))
		r.Set("slug", slug)
	case record.Changed(r, "slug"):
		err = validateSlug(tx, slug, r.Id)
	}
	return err
}

func validateSlug(tx core.App, slug, team string) error {
	if slug == "" {
		return errs.Invalid("slug", "required", "Enter the team's link.")
	}
	if err := text.ValidateSlug(slug, MaxSlug); err != nil {
		return err
	}
	taken, err := slugTaken(tx, slug, team)
	if err == nil && taken {
		err = errs.Invalid("slug", CodeTaken, "This link is or was used by another team. Choose another one.")
	}
	return err
}

// keepOldSlug stores the previous slug of a changed team, so that it redirects.
func keepOldSlug(e *core.RecordEvent) error {
	return record.InTx(e, func() error {
		before := ""
		// The stored slug: another writer may have changed it since the record was read.
		if err := e.App.DB().Select("slug").From("teams").Where(dbx.HashExp{"id": e.Record.Id}).Row(&before); err != nil {
			return fmt.Errorf("read a team's slug: %w", err)
		}
		if err := e.Next(); err != nil || before == e.Record.GetString("slug") {
			return err
		}
		return rememberSlug(e.App, e.Record.Id, before, e.Record.GetString("slug"))
	})
}

// rememberSlug stores the old slug, deletes the current one if the team had it before, and the oldest beyond maxOldSlugs.
func rememberSlug(tx core.App, team, old, current string) error {
	collection, err := tx.FindCachedCollectionByNameOrId("team_slugs")
	if err != nil {
		return fmt.Errorf("find the previous slugs of teams: %w", err)
	}
	r := core.NewRecord(collection)
	r.Load(map[string]any{"team": team, "slug": old})
	if err := tx.Save(r); err != nil {
		return fmt.Errorf("keep the previous slug of a team: %w", err)
	}
	var kept []*core.Record
	if err := tx.RecordQuery(collection).AndWhere(dbx.HashExp{"team": team}).OrderBy("created DESC", "rowid DESC").All(&kept); err != nil {
		return fmt.Errorf("list the previous slugs of a team: %w", err)
	}
	n := 0
	for _, r := range kept {
		if r.GetString("slug") != current {
			if n++; n <= maxOldSlugs {
				continue
			}
		}
		if err := tx.Delete(r); err != nil {
			return fmt.Errorf("drop a previous slug of a team: %w", err)
		}
	}
	return nil
}

// validateOldSlug refuses a previous slug that is the current slug of a team.
func validateOldSlug(tx core.App, r *core.Record) error {
	if !r.IsNew() && record.Changed(r, "team", "slug") {
		return errs.Invalid("base", "fixed", "A previous link can't be changed.")
	}
	n, err := tx.CountRecords("teams", dbx.NewExp("slug = {:slug} COLLATE NOCASE", dbx.Params{"slug": r.GetString("slug")}))
	if err != nil {
		return fmt.Errorf("look for a team's slug: %w", err)
	}
	if n > 0 {
		return errs.Invalid("slug", CodeTaken, "This link is used by a team.")
	}
	return nil
}
