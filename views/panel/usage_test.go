package panel_test

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
)

// newUsageFixture returns a fixture with two sessions in May 2026 and one in April.
func newUsageFixture(t *testing.T) *fixture {
	t.Helper()
	s := newFixture(t, true)
	name := "Grading suite"
	room, err := rooms.Create(s.App, hookstest.Actor(t, s.App, s.owner, s.team), rooms.Profile{Name: &name})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 5, 12, 9, 0, 0, 0, time.UTC)
	hookstest.PastSession(t, s.App, s.organizer, s.team, hookstest.PastRun{Title: "=Kestrel, final cut", Starts: at, Started: at, Ended: at.Add(20*time.Minute + 7*time.Second), Form: sessions.Form{Room: room.Id, Guests: []string{"clara@client.example"}}})
	hookstest.PastSession(t, s.App, s.owner, s.team, hookstest.PastRun{Title: "Fjord, spotting", Starts: at.Add(24 * time.Hour)})
	hookstest.PastSession(t, s.App, s.owner, s.team, hookstest.PastRun{Title: "April review", Starts: at.AddDate(0, -1, 0), Started: at.AddDate(0, -1, 0), Ended: at.AddDate(0, -1, 0).Add(time.Hour)})
	hookstest.Exec(t, s.App, "INSERT INTO tags (id, team, email, name, created) VALUES ('tag000000000001', {:team}, 'clara@client.example', 'Client', '')", dbx.Params{"team": s.team.Id})
	return s
}

func TestUsage_ShowsMonth(t *testing.T) {
	s := newUsageFixture(t)
	b := s.As(s.admin)
	page := b.Get(s.path("/usage?month=2026-05"))
	assertPage(t, page, http.StatusOK, "May 2026", "Kestrel, final cut", "Fjord, spotting", "Ended early: 40 min short", "Never started", "20 min", "Included", "in the Pro plan",
		"As of", "Refresh", "Export CSV", "Current month", "Hours by day", `aria-current="page"`, "Show figures", s.path("/usage?month=2026-04"), s.path("/usage?month=2026-06"))
	assertNotContains(t, page, "April review")
	assertPage(t, b.Get(s.path("/usage?month=2026-04")), http.StatusOK, "April 2026", "April review")

	current := b.Get(s.path("/usage"))
	assertPage(t, current, http.StatusOK, time.Now().UTC().Format("January 2006"), "not yet", "No sessions in", "when their time has passed")
	assertNotContains(t, current, "Current month")

	for by, text := range map[string]string{"organizer": "Hours by organizer", "room": "Hours by room"} {
		assertPage(t, b.Get(s.path("/usage?month=2026-05&by="+by)), http.StatusOK, text, "Grading suite")
	}
}

func TestUsage_Filters(t *testing.T) {
	s := newUsageFixture(t)
	b := s.As(s.owner)
	for query, shown := range map[string][2]bool{
		"tag=client":                    {true, false},
		"organizer=" + s.organizer.Id:   {true, false},
		"organizer=" + s.owner.Id:       {false, true},
		"room=none":                     {false, true},
		"room=none&tag=Client":          {false, false},
		"room=unknown":                  {false, false},
		"tag=' OR 1=1 --":               {false, false},
		"organizer=" + s.other.Id:       {false, false},
		"sort=title&page=7":             {true, true}, // the last page
		"sort=nonsense&page=-1&by=week": {true, true},
	} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		values.Set("month", "2026-05")
		page := b.Get(s.path("/usage?" + values.Encode()))
		assertPage(t, page, http.StatusOK)
		for n, title := range []string{"final cut", "Fjord, spotting"} {
			if strings.Contains(page.Body, title) != shown[n] {
				t.Errorf("%s shows %q: %v, want %v", query, title, !shown[n], shown[n])
			}
		}
		if shown == [2]bool{} {
			assertPage(t, page, http.StatusOK, "No sessions match these filters.", "Clear filters")
		}
	}
}

func TestUsage_BadMonth_IsRefused(t *testing.T) {
	s := newUsageFixture(t)
	b := s.As(s.owner)
	for _, month := range []string{"2026-13", "0000-01", "x", "2026-5", "%00", "1999-12", "2026-05-01"} {
		for _, path := range []string{"/usage", "/usage/export"} {
			page := b.Get(s.path(path + "?month=" + month))
			assertPage(t, page, http.StatusUnprocessableEntity, "This month can't be shown.", "such as 2026-11", "Show current month")
		}
	}
}

func TestUsage_Details(t *testing.T) {
	s := newUsageFixture(t)
	id := func(title string) string {
		t.Helper()
		var id string
		if err := s.App.DB().NewQuery("SELECT id FROM sessions WHERE title = {:title}").Bind(dbx.Params{"title": title}).Row(&id); err != nil {
			t.Fatal(err)
		}
		return id
	}
	b := s.As(s.admin)
	assertPage(t, b.Get(s.path("/usage/"+id("=Kestrel, final cut")+"?month=2026-05")), http.StatusOK, "Scheduled and actual", "20 min 7 s", "12 May, 09:20:07", "2 of 2", "1 participant and the host",
		s.path("/audit?person="), "Show in audit log", "Open session", "May 2026")
	// Without a month, the session's own is shown beside it.
	assertPage(t, b.Get(s.path("/usage/"+id("Fjord, spotting"))), http.StatusOK, "Never started", "No one joined.", "May 2026")
	foreign := hookstest.PastSession(t, s.App, s.other, s.foreign, hookstest.PastRun{Title: "Secret", Starts: time.Now().Add(-48 * time.Hour)})
	for _, unknown := range []string{foreign.Id, "abcdefghijklmno", "x"} {
		if r := b.Get(s.path("/usage/" + unknown)); r.Status != http.StatusNotFound || strings.Contains(r.Body, "Secret") {
			t.Errorf("%s: %d, want 404", unknown, r.Status)
		}
	}
}

func TestUsage_Export(t *testing.T) {
	s := newUsageFixture(t)
	hookstest.Exec(t, s.App, "UPDATE plans SET hourly_rate = 3, currency = 'EUR'", nil)
	b := s.As(s.admin)
	r := b.Get(s.path("/usage/export?month=2026-05&sort=title"))
	if r.Status != http.StatusOK || !strings.Contains(r.Header.Get("Content-Disposition"), "usage-2026-05.csv") {
		t.Fatalf("%d %s", r.Status, r.Header.Get("Content-Disposition"))
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(r.Body, "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 3 {
		t.Fatalf("%d rows, %v, want 3", len(rows), err)
	}
	cells := map[string]string{}
	for n, name := range rows[0] {
		cells[name] = rows[1][n]
	}
	for name, want := range map[string]string{"Session": "'=Kestrel, final cut", "Room": "Grading suite", "Participants invited": "1", "People who attended": "1", "Started (UTC)": "2026-05-12 09:00:00",
		"Ended (UTC)": "2026-05-12 09:20:07", "Scheduled (s)": "3600", "Actual (s)": "1207", "Reasons": "ended_early", "Scheduled cost (EUR)": "3.00", "Actual cost (EUR)": "1.01"} {
		if cells[name] != want {
			t.Errorf("%s: got %q, want %q", name, cells[name], want)
		}
	}
	page := b.Get(s.path("/usage?month=2026-05"))
	assertPage(t, page, http.StatusOK, "€6.00", "at €3.00 an hour", "€1.01")
	if n := hookstest.Count(t, s.App, "audit", dbx.HashExp{"action": "usage.export", "team": s.team.Id}); n != 1 {
		t.Errorf("%d entries in the audit log, want 1", n)
	}
}
