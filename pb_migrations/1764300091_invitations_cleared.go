package pb_migrations

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Ended invitations can be cleared from the list of users. They stay in the database, so that their links still say why they
// don't work.
func init() {
	changes := []string{
		"i.status != 'accepted' AND NOT EXISTS (", "i.status != 'accepted' AND NOT i.cleared AND NOT EXISTS (",
		"coalesce((SELECT status FROM invitations", "coalesce((SELECT iif(cleared, 'accepted', status) FROM invitations",
		"answered, name, created ON invitations", "answered, name, created, cleared ON invitations",
	}
	var reversed []string
	for n := 0; n < len(changes); n += 2 {
		reversed = append(reversed, changes[n+1], changes[n])
	}
	m.Register(func(app core.App) error {
		invitations, err := app.FindCollectionByNameOrId("invitations")
		if err != nil {
			return err
		}
		invitations.Fields.Add(&core.BoolField{Name: "cleared", Hidden: true})
		if err := app.Save(invitations); err != nil {
			return err
		}
		return replaceInTriggers(app, changes)
	}, func(app core.App) error {
		if err := replaceInTriggers(app, reversed); err != nil {
			return err
		}
		stale := "INSERT INTO people_stale SELECT team, email FROM invitations WHERE cleared ON CONFLICT DO NOTHING"
		if _, err := app.DB().NewQuery(stale).Execute(); err != nil {
			return err // cleared invitations return to the list
		}
		invitations, err := app.FindCollectionByNameOrId("invitations")
		if err != nil {
			return err
		}
		invitations.Fields.RemoveByName("cleared")
		return app.Save(invitations)
	})
}

// replaceInTriggers replaces texts in all triggers of people; changes are pairs of old and new texts.
func replaceInTriggers(app core.App, changes []string) error {
	var triggers []struct {
		Name string `db:"name"`
		SQL  string `db:"sql"`
	}
	if err := app.DB().NewQuery("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'people_%'").All(&triggers); err != nil {
		return err
	}
	statements := ""
	for _, t := range triggers {
		if changed := strings.NewReplacer(changes...).Replace(t.SQL); changed != t.SQL {
			statements += "DROP TRIGGER " + t.Name + ";; " + changed + ";;"
		}
	}
	return execute(app, statements)
}
