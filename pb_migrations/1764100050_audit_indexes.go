package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Indexes for filtering the audit log by actor, target, action, time and result, newest first, and for finding the invitations
// that an account accepted.
func init() {
	indexes := []struct{ collection, name, columns, where string }{
		{"audit", "idx_audit_actor", "team, actor, seq", ""},
		{"audit", "idx_audit_action", "team, action, seq", ""},
		{"audit", "idx_audit_at", "team, at", ""},
		{"audit", "idx_audit_refused", "team, seq", "result != 'ok'"},
		{"audit", "idx_audit_unknown", "team, target_name, seq", "target = ''"}, // a refused address has no invitation
		{"invitations", "idx_invitations_user", "user, team", "user != ''"},
	}
	change := func(up bool) func(core.App) error {
		return func(app core.App) error {
			for _, index := range indexes {
				collection, err := app.FindCollectionByNameOrId(index.collection)
				if err != nil {
					return err
				}
				if collection.RemoveIndex(index.name); up {
					collection.AddIndex(index.name, false, index.columns, index.where)
				}
				if err := app.Save(collection); err != nil {
					return err
				}
			}
			return nil
		}
	}
	m.Register(change(true), change(false))
}
