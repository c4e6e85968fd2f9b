package sessions_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
)

// listTitles lists the titles of a person's sessions, in pages of size.
func (s *fixture) listTitles(t *testing.T, role string, query sessions.Query) string {
	t.Helper()
	var all []string
	for {
		page, err := sessions.ListForUser(s.app, s.actor(role), query)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range page.Rows {
			all = append(all, row.Title)
		}
		if !page.Next {
			return strings.Join(all, ", ")
		}
		query.After = page.Rows[len(page.Rows)-1].ID
	}
}

func (s *fixture) moveSession(t *testing.T, one *sessions.Session, starts time.Time, status string) {
	t.Helper()
	hookstest.Exec(t, s.app, "UPDATE sessions SET starts = {:s}, ends = {:e}, status = {:st} WHERE id = {:id}", dbx.Params{"id": one.Id, "st": status,
		"s": starts.UTC().Format("2006-01-02 15:04:05.000Z"), "e": starts.UTC().Add(time.Hour).Format("2006-01-02 15:04:05.000Z")})
}

func TestListForUser_Search_FindsWordsInAnyOrder(t *testing.T) {
	s := newFixture(t, "pro")
	name := "Sala Ñandú"
	room, err := rooms.Create(s.app, s.actor("owner"), rooms.Profile{Name: &name})
	if err != nil {
		t.Fatal(err)
	}
	hookstest.Exec(t, s.app, "UPDATE users SET name = 'Lucía Organizadora' WHERE id = {:id}", dbx.Params{"id": s.users["organizer"].Id})
	s.newSession(sessions.Form{Title: "Grade Review", Description: "Bring the Årsrapport, 100% done", Starts: daysFromNow(1, 9), Room: room.Id})
	s.newSession(sessions.Form{Title: "Élan, Überblick", Starts: daysFromNow(2, 9)})
	for search, want := range map[string]string{
		"review grade": "Grade Review", "GRADE": "Grade Review", "elan": "Élan, Überblick", "UBERBLICK Élan": "Élan, Überblick",
		"nandu": "Grade Review", "arsrapport grade": "Grade Review", "LUCIA": "Grade Review, Élan, Überblick", "lucía überblick": "Élan, Überblick",
		"grade überblick": "", "100%": "Grade Review", "gr_de": "", "' grade": "Grade Review",
	} {
		if got := s.listTitles(t, "organizer", sessions.Query{Search: search, Size: 10}); got != want {
			t.Errorf("%q: got %q, want %q", search, got, want)
		}
	}
	for _, search := range []string{"---", "%", " , ", "'"} {
		if got := s.listTitles(t, "organizer", sessions.Query{Search: search, Show: sessions.ShowRunning, Size: 10}); got != "" {
			t.Errorf("%q: got %q, want the running sessions as without a search", search, got)
		}
		if got := s.listTitles(t, "organizer", sessions.Query{Search: search, Show: sessions.ShowUpcoming, Size: 10}); got != "Grade Review, Élan, Überblick" {
			t.Errorf("%q: got %q, want all upcoming sessions", search, got)
		}
	}
}

func TestListForUser_SearchAndLists_AreInOrderOfTime(t *testing.T) {
	s := newFixture(t, "pro")
	make := func(title string, days int, status string) {
		one := s.newSession(sessions.Form{Title: "X " + title, Starts: daysFromNow(10, 9)})
		s.moveSession(t, one, daysFromNow(days, 9), status)
	}
	make("in 9", 9, "scheduled")
	make("in 3", 3, "scheduled")
	make("off in 5", 5, "cancelled")
	make("ago 2", -2, "ended")
	make("ago 8", -8, "ended")
	make("off ago 4", -4, "cancelled")
	make("never ago 6", -6, "scheduled")
	now := s.newSession(sessions.Form{Title: "X now", Starts: daysFromNow(10, 9)})
	s.moveSession(t, now, time.Now().Add(-10*time.Minute), "running")
	for _, test := range []struct {
		name  string
		query sessions.Query
		want  string
	}{
		{"a search", sessions.Query{Search: "x", Cancelled: true}, "X now, X in 3, X off in 5, X in 9, X ago 2, X off ago 4, X never ago 6, X ago 8"},
		{"a search without cancelled ones", sessions.Query{Search: "x"}, "X now, X in 3, X in 9, X ago 2, X never ago 6, X ago 8"},
		{"upcoming", sessions.Query{Show: sessions.ShowUpcoming}, "X in 3, X in 9"},
		{"upcoming with cancelled ones", sessions.Query{Show: sessions.ShowUpcoming, Cancelled: true}, "X in 3, X off in 5, X in 9"},
		{"past", sessions.Query{Show: sessions.ShowPast, Cancelled: true}, "X ago 2, X off ago 4, X never ago 6, X ago 8"},
		{"running", sessions.Query{Show: sessions.ShowRunning, Cancelled: true}, "X now"},
	} {
		for _, size := range []int{1, 3, 20} {
			test.query.Size = size
			if got := s.listTitles(t, "organizer", test.query); got != test.want {
				t.Errorf("%s in pages of %d: got %s, want %s", test.name, size, got, test.want)
			}
		}
	}
	counts, err := sessions.CountForUser(s.app, s.actor("organizer"), true)
	if want := (sessions.Counts{Upcoming: 2, CancelledAhead: 1, Running: 1, Past: 4}); err != nil || counts != want {
		t.Errorf("got %+v, %v; want %+v", counts, err, want)
	}
}

// BenchmarkListForUser_Search searches the 100,000 sessions that one person hosts, for what none of them has.
func BenchmarkListForUser_Search(b *testing.B) {
	app := hookstest.NewApp(b)
	owner := hookstest.Account(b, app, "owner@x.example")
	team := hookstest.Team(b, app, owner, "Halation", "unlimited")
	hookstest.Exec(b, app, "UPDATE memberships SET organizer = 1 WHERE owner", nil)
	first := hookstest.ScheduleSession(b, app, owner, team, sessions.Form{Title: "Überblick", Description: strings.Repeat("What we look at. ", 10)})
	hookstest.Exec(b, app, `INSERT INTO sessions (id, team, host, host_name, title, description, starts, ends, minutes, status, code, uid, timezone)
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
		SELECT printf('s%014d', i), team, host, host_name, 'Überblick ' || i, description, starts, ends, minutes, status, 'c' || i, 'u' || i, timezone FROM n, sessions WHERE id = {:id}`,
		dbx.Params{"id": first.Id})
	actor := hookstest.Actor(b, app, owner, team)
	for b.Loop() {
		if page, err := sessions.ListForUser(app, actor, sessions.Query{Search: "nothing like it", Size: 50}); err != nil || len(page.Rows) != 0 {
			b.Fatal(len(page.Rows), err)
		}
	}
}
