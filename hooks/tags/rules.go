package tags

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/people"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// Register registers the rules for every writer of a tag: it belongs to a listed user or invitee, is a readable line spelled
// as the team first spelled it, and is within the limits. Tags are added and removed, never changed. They are deleted with
// the row of the user list.
func Register(app core.App) {
	app.OnRecordCreate("tags").BindFunc(func(e *core.RecordEvent) error {
		if err := normalize(e.Record); err != nil {
			return err
		}
		return e.Next()
	})
	app.OnRecordCreateExecute("tags").BindFunc(record.Guard(validateCreate))
	app.OnRecordUpdateExecute("tags").BindFunc(record.Guard(func(_ core.App, r *core.Record) error {
		if record.Changed(r, "team", "email", "name") {
			return errs.Invalid("base", "fixed", "A tag can't be changed. Remove it and add another.")
		}
		return nil
	}))
}

func normalize(r *core.Record) error {
	name, err := text.RequiredLine("name", "The tag", r.GetString("name"), MaxName)
	if err != nil {
		return err
	}
	address, err := accounts.CanonicalEmail(r.GetString("email"))
	if err != nil {
		return err
	}
	r.Set("name", name)
	r.Set("email", address)
	return nil
}

func validateCreate(app core.App, r *core.Record) error {
	team, address := r.GetString("team"), r.GetString("email")
	if err := people.Refresh(app, team); err != nil {
		return err
	}
	var listed int
	err := app.DB().NewQuery("SELECT count(*) FROM people WHERE team = {:team} AND email = {:email}").
		Bind(dbx.Params{"team": team, "email": address}).Row(&listed)
	if err != nil {
		return fmt.Errorf("find the tagged user: %w", err)
	}
	if listed == 0 {
		return errs.Invalid("email", CodeNotListed, "The team has no user or invitation with this address.")
	}
	rows, err := rowsOf(app, team, address)
	if err != nil {
		return err
	}
	switch {
	case containsFold(namesOf(rows), r.GetString("name")):
		return errs.Invalid("name", CodeAlreadyTagged, "This user already has this tag.")
	case len(rows) >= MaxPerPerson:
		return errs.Invalid("name", errs.CodeTooMany, fmt.Sprintf("A user can have at most %d tags. Remove one first.", MaxPerPerson))
	}
	spelling, known, err := canonicalSpelling(app, team, r.GetString("name"))
	if err != nil {
		return err
	}
	if known >= MaxPerTeam {
		return errs.Invalid("name", errs.CodeTooMany, fmt.Sprintf("A team can have at most %d different tags. Use an existing tag, or remove one from all users.", MaxPerTeam))
	}
	r.Set("name", spelling)
	return nil
}
