package sessions_test

import (
	"testing"
	"time"

	"usher/hooks/hookstest"
	"usher/hooks/sessions"
)

func TestFindOverview_CountsHostedAndAttended(t *testing.T) {
	s := newFixture(t, "pro")
	own := s.newSession(sessions.Form{Title: "Own", Starts: daysFromNow(1, 9), Guests: []string{"zed@out.example", "member@x.example"}})
	later := s.newSession(sessions.Form{Title: "Later", Starts: daysFromNow(2, 9), Guests: []string{"zed@out.example"}})
	running := s.newSession(sessions.Form{Title: "Running", Starts: time.Now().UTC(), Guests: []string{"zed@out.example"}})
	s.setRunning(running)
	cancelled := s.newSession(sessions.Form{Title: "Cancelled", Starts: daysFromNow(3, 9), Guests: []string{"zed@out.example"}})
	if err := sessions.Cancel(s.app, s.actor("organizer"), cancelled.Id, sessions.ScopeSession); err != nil {
		t.Fatal(err)
	}
	s.moveSession(t, cancelled, daysFromNow(-1, 9), sessions.Cancelled)
	hookstest.ScheduleSession(t, s.app, s.users["owner"], s.team, sessions.Form{Title: "Foreign", Starts: daysFromNow(4, 9)})

	for _, test := range []struct {
		name                               string
		subject                            sessions.Subject
		next, running, past, hosts, hosted int
		first                              string
	}{
		{"organizer", sessions.Subject{User: s.users["organizer"].Id, Email: "organizer@x.example"}, 2, 1, 1, 3, 1, own.Id},
		{"invited address", sessions.Subject{Email: "zed@out.example"}, 2, 1, 1, 0, 0, own.Id},
		{"member", sessions.Subject{User: s.users["member"].Id, Email: "member@x.example"}, 1, 0, 0, 0, 0, own.Id},
		{"stranger", sessions.Subject{Email: "other@out.example"}, 0, 0, 0, 0, 0, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.subject.Team = s.team.Id
			got, err := sessions.FindOverview(s.app, test.subject, 1)
			if err != nil {
				t.Fatal(err)
			}
			want := sessions.Counts{Upcoming: test.next, Running: test.running, Past: test.past}
			if got.Counts != want || got.HostingCount != test.hosts || got.HostedCount != test.hosted {
				t.Errorf("got %+v hosting %d, hosted %d; want %+v, %d, %d", got.Counts, got.HostingCount, got.HostedCount, want, test.hosts, test.hosted)
			}
			if first := firstID(got.Upcoming); first != test.first {
				t.Errorf("next session: got %q, want %q (later is %q)", first, test.first, later.Id)
			}
		})
	}
	if got, err := sessions.FindOverview(s.app, sessions.Subject{Team: "anotherteam0000", User: s.users["organizer"].Id}, 5); err != nil || got.Counts != (sessions.Counts{}) {
		t.Errorf("in another team: got %+v, %v; want nothing", got.Counts, err)
	}
}

func firstID(rows []sessions.Row) string {
	if len(rows) == 0 {
		return ""
	}
	return rows[0].ID
}
