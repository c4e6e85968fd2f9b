package members_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/audit"
	"usher/hooks/hookstest"
	"usher/hooks/members"
)

// tap is a reader that does something once a few bytes have come.
type tap struct {
	strings.Builder
	after func()
}

func (d *tap) Write(data []byte) (int, error) {
	if d.Len() > 4000 && d.after != nil {
		d.after()
		d.after = nil
	}
	return d.Builder.Write(data)
}

func TestAListEndsWhereTheRightToItEnds(t *testing.T) {
	p := assemble(t, false)
	p.must(p.app.RunInTransaction(func(tx core.App) error {
		for n := range 1500 {
			if err := audit.Write(tx, audit.By(hookstest.Actor(t, tx, p.by["owner"], p.team), "team.update")); err != nil {
				return err
			}
			if n%3 > 0 {
				continue
			}
			invitation := hookstest.Blank(t, tx, "invitations", map[string]any{"team": p.team.Id, "email": fmt.Sprintf("p%d@big.example", n),
				"status": "pending", "inviter": p.by["owner"].Id, "token_hash": fmt.Sprint("hash", n), "expires": time.Now().Add(time.Hour)})
			if err := tx.Save(invitation); err != nil {
				return err
			}
		}
		return nil
	}))
	admin := hookstest.Actor(t, p.app, p.by["admin"], p.team)
	demoted := false
	revoke := func() {
		m := hookstest.Stored(t, p.app, "memberships", membershipOf(t, p.app, p.team.Id, p.by["admin"].Id))
		m.Set("admin", demoted)
		p.must(p.app.Save(m))
		demoted = !demoted
	}
	for name, export := range map[string]func(*tap) error{
		"people": func(to *tap) error {
			return members.Export(p.app, admin, members.Query{Search: "@big.example"}, time.UTC, to)
		},
		"log": func(to *tap) error { return audit.Export(p.app, admin, audit.Query{}, time.UTC, to) },
	} {
		to := &tap{after: revoke}
		err := export(to)
		if !demoted {
			t.Fatal("nothing was taken away")
		}
		if rows := strings.Count(to.String(), "\n"); err == nil || rows > 450 {
			t.Errorf("%s: %d rows, %v", name, rows, err)
		}
		if err := export(&tap{}); err == nil {
			t.Errorf("%s: by who was an Admin when the request began", name)
		}
		revoke()
	}
}

func membershipOf(t *testing.T, app core.App, team, user string) string {
	t.Helper()
	m, err := members.Find(app, team, user)
	if err != nil {
		t.Fatal(err)
	}
	return m.Id
}
