package people_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/audit"
	"usher/hooks/hookstest"
	"usher/hooks/members"
	"usher/hooks/people"
)

// triggerWriter is a reader that does something once a few bytes have come.
type triggerWriter struct {
	strings.Builder
	trigger func()
}

func (d *triggerWriter) Write(data []byte) (int, error) {
	if d.Len() > 4000 && d.trigger != nil {
		d.trigger()
		d.trigger = nil
	}
	return d.Builder.Write(data)
}

func TestExport_RightLostMeanwhile_Stops(t *testing.T) {
	p := newFixture(t, false)
	p.must(p.app.RunInTransaction(func(tx core.App) error {
		for n := range 1500 {
			if err := audit.Write(tx, audit.NewEntry(hookstest.Actor(t, tx, p.users["owner"], p.team), "team.update")); err != nil {
				return err
			}
			if n%3 > 0 {
				continue
			}
			invitation := hookstest.NewRecord(t, tx, "invitations", map[string]any{"team": p.team.Id, "email": fmt.Sprintf("p%d@big.example", n),
				"status": "pending", "inviter": p.users["owner"].Id, "token_hash": fmt.Sprint("hash", n), "expires": time.Now().Add(time.Hour)})
			if err := tx.Save(invitation); err != nil {
				return err
			}
		}
		return nil
	}))
	admin := hookstest.Actor(t, p.app, p.users["admin"], p.team)
	demoted := false
	revoke := func() {
		m := hookstest.FindRecord(t, p.app, "memberships", findMembershipID(t, p.app, p.team.Id, p.users["admin"].Id))
		m.Set("admin", demoted)
		p.must(p.app.Save(m))
		demoted = !demoted
	}
	for name, export := range map[string]func(*triggerWriter) error{
		"people": func(to *triggerWriter) error {
			return people.Export(p.app, admin, people.Query{Search: "@big.example"}, time.UTC, to)
		},
		"log": func(to *triggerWriter) error { return audit.Export(p.app, admin, audit.Query{}, time.UTC, to) },
	} {
		to := &triggerWriter{trigger: revoke}
		err := export(to)
		if !demoted {
			t.Fatal("nothing was taken away")
		}
		if rows := strings.Count(to.String(), "\n"); err == nil || rows > 450 {
			t.Errorf("%s: %d rows, %v, want an error and at most 450", name, rows, err)
		}
		if err := export(&triggerWriter{}); err == nil {
			t.Errorf("%s: by who was an Admin when the request began, want an error", name)
		}
		revoke()
	}
}

func findMembershipID(t *testing.T, app core.App, team, user string) string {
	t.Helper()
	m, err := members.Find(app, team, user)
	if err != nil {
		t.Fatal(err)
	}
	return m.Id
}
