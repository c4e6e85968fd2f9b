package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// openLinkFields are the fields by which sessions are opened to everyone who has their link, by collection.
//
// The access code is stored as it is: the host reads it again to pass it on, and who reads the database reads all that it protects,
// too. It is hidden from the records API, and only those who manage the session see it.
func openLinkFields() map[string][]core.Field {
	return map[string][]core.Field{
		"teams": {&core.BoolField{Name: "open_links"}},
		"sessions": {&core.SelectField{Name: "link_entry", MaxSelect: 1, Values: []string{"wait", "direct"}},
			&core.TextField{Name: "access_code", Hidden: true, Max: 32}},
		"participants": {&core.BoolField{Name: "by_link"}},
	}
}

func init() {
	m.Register(func(app core.App) error {
		for name, fields := range openLinkFields() {
			collection, err := app.FindCollectionByNameOrId(name)
			if err != nil {
				return err
			}
			collection.Fields.Add(fields...)
			if err := app.Save(collection); err != nil {
				return err
			}
		}
		return nil
	}, func(app core.App) error {
		for name, fields := range openLinkFields() {
			collection, err := app.FindCollectionByNameOrId(name)
			if err != nil {
				return err
			}
			for _, field := range fields {
				collection.Fields.RemoveByName(field.GetName())
			}
			if err := app.Save(collection); err != nil {
				return err
			}
		}
		return nil
	})
}
