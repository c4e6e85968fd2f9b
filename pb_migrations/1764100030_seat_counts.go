package pb_migrations

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// seat_counts holds the seats taken by members and reserved by invitations of a team. Triggers maintain it, so that checking a
// seat costs the same in a team of ten and of a hundred thousand. An expired invitation still counts as reserved until it is
// marked; the index finds those, to subtract them.
func init() {
	m.Register(func(app core.App) error {
		if err := run(app, `CREATE TABLE seat_counts (team TEXT PRIMARY KEY,
				admins INTEGER NOT NULL DEFAULT 0, organizers INTEGER NOT NULL DEFAULT 0,
				admins_promised INTEGER NOT NULL DEFAULT 0, organizers_promised INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID`,
			`INSERT INTO seat_counts SELECT id,
				(SELECT count(*) FROM memberships WHERE team = t.id AND (owner OR admin)),
				(SELECT count(*) FROM memberships WHERE team = t.id AND organizer),
				(SELECT count(*) FROM invitations WHERE team = t.id AND status = 'pending' AND admin),
				(SELECT count(*) FROM invitations WHERE team = t.id AND status = 'pending' AND organizer) FROM teams t`,
			`CREATE TRIGGER seat_counts_teams AFTER DELETE ON teams BEGIN DELETE FROM seat_counts WHERE team = OLD.id; END`); err != nil {
			return err
		}
		if err := run(app, counted("memberships", "admins, organizers", "(ROW.owner OR ROW.admin)", "ROW.organizer")...); err != nil {
			return err
		}
		if err := run(app, counted("invitations", "admins_promised, organizers_promised",
			"(ROW.status = 'pending' AND ROW.admin)", "(ROW.status = 'pending' AND ROW.organizer)")...); err != nil {
			return err
		}
		return indexed(app,
			"memberships", "idx_memberships_seats", "team, owner, admin, organizer", "owner OR admin OR organizer",
			"invitations", "idx_invitations_seats", "team, expires, admin, organizer", "status = 'pending' AND admin + organizer > 0")
	}, func(app core.App) error {
		for _, table := range []string{"teams", "memberships_insert", "memberships_update", "memberships_delete",
			"invitations_insert", "invitations_update", "invitations_delete"} {
			if err := run(app, "DROP TRIGGER IF EXISTS seat_counts_"+table); err != nil {
				return err
			}
		}
		if err := run(app, "DROP TABLE seat_counts"); err != nil {
			return err
		}
		if err := unindexed(app, "invitations", "idx_invitations_seats"); err != nil {
			return err
		}
		return indexed(app, "memberships", "idx_memberships_seats", "team, owner, admin, organizer", "")
	})
}

// counted returns the triggers that maintain two columns of seat_counts, given as expressions about ROW.
func counted(table, columns, admin, organizer string) []string {
	of := func(row, expression string) string { return strings.ReplaceAll(expression, "ROW", row) }
	first, second, _ := strings.Cut(columns, ", ")
	add := "INSERT INTO seat_counts (team, " + columns + ") VALUES (ROW.team, A, O) ON CONFLICT (team) DO UPDATE SET " +
		first + " = " + first + " + excluded." + first + ", " + second + " = " + second + " + excluded." + second + "; END"
	trigger := func(verb, when, row, admins, organizers string) string {
		return "CREATE TRIGGER seat_counts_" + table + "_" + strings.ToLower(verb) + " AFTER " + verb + " ON " + table + " WHEN " + when +
			" BEGIN " + strings.NewReplacer("ROW.", row+".", "(ROW.team, A, O)", "("+row+".team, "+admins+", "+organizers+")").Replace(add)
	}
	newA, newO, oldA, oldO := of("NEW", admin), of("NEW", organizer), of("OLD", admin), of("OLD", organizer)
	return []string{
		trigger("INSERT", newA+" OR "+newO, "NEW", newA, newO),
		trigger("UPDATE", newA+" <> "+oldA+" OR "+newO+" <> "+oldO, "NEW", newA+" - "+oldA, newO+" - "+oldO),
		"CREATE TRIGGER seat_counts_" + table + "_delete AFTER DELETE ON " + table + " WHEN " + oldA + " OR " + oldO +
			" BEGIN UPDATE seat_counts SET " + first + " = " + first + " - " + oldA + ", " + second + " = " + second + " - " + oldO +
			" WHERE team = OLD.team; END",
	}
}
