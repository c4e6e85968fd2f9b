package audit_test

import (
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/audit"
	"usher/hooks/hookstest"
)

func TestExport_AppliesFilters(t *testing.T) {
	s := newFixture(t)
	s.must(s.app.RunInTransaction(func(tx core.App) error {
		for range 1100 { // more than two pages
			if err := audit.Write(tx, &audit.Entry{Team: s.team.Id, Actor: s.owner.Id, ActorName: "=cmd()", Action: "mail.test"}); err != nil {
				return err
			}
		}
		return nil
	}))
	zone := time.FixedZone("Europe/Nowhere", 3600)
	export := func(query audit.Query) [][]string {
		t.Helper()
		var b strings.Builder
		s.must(audit.Export(s.app, hookstest.Actor(t, s.app, s.admin, s.team), query, zone, &b))
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.String(), "\ufeff"))).ReadAll()
		s.must(err)
		return rows
	}
	rows := export(audit.Query{})
	if len(rows) != 1+1+1100+9 || rows[0][1] != "Time (Europe/Nowhere)" || rows[1][3] != "audit.export" || rows[2][2] != "'=cmd()" || rows[len(rows)-1][3] != "team.found" {
		t.Errorf("got %d rows, want 1111: %q %q %q", len(rows), rows[0], rows[1], rows[2])
	}
	rows = export(audit.Query{Result: audit.ResultRefused, Person: "lucia"})
	if len(rows) != 2 || rows[1][6] != "refused" || rows[1][7] != "Already invited." || rows[1][9] != "Marta tried to invite lucia@x.example" {
		t.Errorf("got %q, want one refused invitation of lucia@x.example", rows)
	}
	page, err := audit.List(s.app, hookstest.Actor(t, s.app, s.owner, s.team), audit.Query{Size: 1})
	s.must(err)
	if details := page.Rows[0].Details(); page.Rows[0].Action != "audit.export" || details["person"] != "lucia" || details["result"] != "refused" {
		t.Errorf("got %+v, want the export with its filters", page.Rows[0])
	}
}

func TestRecordDenied_IsListedOncePerMinute(t *testing.T) {
	s := newFixture(t)
	theo := hookstest.Actor(t, s.app, s.theo, s.team)
	for range 5 {
		audit.RecordDenied(s.app, theo, "panel.enter", "pages")
	}
	audit.RecordDenied(s.app, theo, "panel.enter", "programs")
	if got := s.listActions(audit.Query{Person: s.theo.Id}); got != "enter! enter! revoke" {
		t.Errorf("got %q, want two entries of panel.enter", got)
	}
	s.app.Store().Remove("usher.limits.turned-away") // a minute has passed
	audit.RecordDenied(s.app, theo, "panel.enter", "pages")
	if got := s.listActions(audit.Query{Person: s.theo.Id}); got != "enter! enter! enter! revoke" {
		t.Errorf("got %q a minute later, want three entries of panel.enter", got)
	}
	if err := audit.Verify(s.app, s.team.Id); err != nil {
		t.Error(err)
	}
}
