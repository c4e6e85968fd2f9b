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

// Register wires what holds for every writer of a tag: it is on somebody of the team, a readable line, spelled as
// the team's first of that name, and there are not too many. A tag is given or taken away, never changed.
// Those of somebody who is not listed any more go with the row of the list.
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
			return errs.Invalid("base", "fixed", "A tag stays as it is. Take it away and give another.")
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
		return fmt.Errorf("find who is tagged: %w", err)
	}
	if listed == 0 {
		return errs.Invalid("email", CodeNotListed, "Nobody of this address is listed in the team.")
	}
	rows, err := rowsOf(app, team, address)
	if err != nil {
		return err
	}
	switch {
	case containsFold(namesOf(rows), r.GetString("name")):
		return errs.Invalid("name", CodeAlreadyTagged, "The person has this tag already.")
	case len(rows) >= MaxPerPerson:
		return errs.Invalid("name", errs.CodeTooMany, fmt.Sprintf("A person can have at most %d tags. Take one away first.", MaxPerPerson))
	}
	spelling, known, err := canonicalSpelling(app, team, r.GetString("name"))
	if err != nil {
		return err
	}
	if known >= MaxPerTeam {
		return errs.Invalid("name", errs.CodeTooMany, fmt.Sprintf("A team can have at most %d different tags. Use one that is there, or take one away from everybody.", MaxPerTeam))
	}
	r.Set("name", spelling)
	return nil
}
