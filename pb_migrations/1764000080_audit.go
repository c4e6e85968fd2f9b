package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// The audit log. Rows outlive their team, so team is text. Triggers refuse every change of a row.
func init() {
	m.Register(func(app core.App) error {
		audit := core.NewBaseCollection("audit")
		audit.Fields.Add(
			&core.TextField{Name: "team", Max: 15},
			&core.NumberField{Name: "seq", OnlyInt: true},
			&core.TextField{Name: "actor", Max: 15},
			&core.TextField{Name: "actor_name", Max: 254},
			&core.TextField{Name: "action", Required: true, Max: 60},
			&core.TextField{Name: "target", Max: 15},
			&core.TextField{Name: "target_name", Max: 254},
			&core.TextField{Name: "result", Required: true, Max: 60},
			&core.JSONField{Name: "detail", MaxSize: 10_000},
			&core.TextField{Name: "address", Hidden: true, Max: 64},
			&core.TextField{Name: "at", Required: true, Max: 40},
			&core.TextField{Name: "previous", Max: 64},
			&core.TextField{Name: "hash", Required: true, Max: 64},
		)
		audit.AddIndex("idx_audit_team_seq", true, "team, seq", "")
		audit.AddIndex("idx_audit_target", false, "team, target, seq", "")
		if err := app.Save(audit); err != nil {
			return err
		}
		for _, verb := range []string{"UPDATE", "DELETE"} {
			_, err := app.DB().NewQuery("CREATE TRIGGER audit_no_" + verb + " BEFORE " + verb +
				" ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END").Execute()
			if err != nil {
				return err
			}
		}
		_, err := app.DB().NewQuery("CREATE TRIGGER audit_no_REPLACE BEFORE INSERT ON audit WHEN EXISTS " +
			"(SELECT 1 FROM audit WHERE id = NEW.id OR team = NEW.team AND seq >= NEW.seq) " +
			"BEGIN SELECT RAISE(ABORT, 'audit rows are only added'); END").Execute()
		return err
	}, func(app core.App) error {
		for _, verb := range []string{"UPDATE", "DELETE", "REPLACE"} {
			if _, err := app.DB().NewQuery("DROP TRIGGER IF EXISTS audit_no_" + verb).Execute(); err != nil {
				return err
			}
		}
		return drop("audit")(app)
	})
}
