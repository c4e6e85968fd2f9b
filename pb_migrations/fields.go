// Package pb_migrations defines the database schema: one small file per change, never edited after release.
package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

func created() core.Field { return &core.AutodateField{Name: "created", OnCreate: true} }

func updated() core.Field {
	return &core.AutodateField{Name: "updated", OnCreate: true, OnUpdate: true}
}

// relation is a field for one record of another collection. cascade deletes this record with that one.
func relation(app core.App, name, collection string, required, cascade bool) (core.Field, error) {
	target, err := app.FindCollectionByNameOrId(collection)
	if err != nil {
		return nil, err
	}
	return &core.RelationField{Name: name, CollectionId: target.Id, Required: required, CascadeDelete: cascade, MaxSelect: 1}, nil
}

func rule(s string) *string { return types.Pointer(s) }

// drop reverts a migration that created collections.
func drop(names ...string) func(core.App) error {
	return func(app core.App) error {
		for _, name := range names {
			collection, err := app.FindCollectionByNameOrId(name)
			if err != nil {
				return err
			}
			if err := app.Delete(collection); err != nil {
				return err
			}
		}
		return nil
	}
}

// run executes statements in order.
func run(app core.App, statements ...string) error {
	for _, statement := range statements {
		if _, err := app.DB().NewQuery(statement).Execute(); err != nil {
			return err
		}
	}
	return nil
}

// indexed creates or replaces indexes: collection, name, columns, condition.
func indexed(app core.App, each ...string) error {
	for ; len(each) > 0; each = each[4:] {
		collection, err := app.FindCollectionByNameOrId(each[0])
		if err != nil {
			return err
		}
		collection.AddIndex(each[1], false, each[2], each[3])
		if err := app.Save(collection); err != nil {
			return err
		}
	}
	return nil
}

func unindexed(app core.App, name, index string) error {
	collection, err := app.FindCollectionByNameOrId(name)
	if err != nil {
		return err
	}
	collection.RemoveIndex(index)
	return app.Save(collection)
}
