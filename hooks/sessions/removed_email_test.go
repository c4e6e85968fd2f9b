package sessions_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/mail"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/sessions"
)

// removedEmail is the email to the organizer who was removed.
func (p *mailFixture) removedEmail(handOver string) string {
	p.fixture.Helper()
	p.deliver()
	_, err := members.Remove(p.app, p.actor("admin"), p.users["organizer"].Id, members.Handover{To: handOver})
	must(p.fixture.T, err)
	sent, _ := p.deliver()
	return emailTo(p.fixture.T, sent, "organizer@x.example").Text
}

func TestRemove_EmailListsTheSessionsThatWereLost(t *testing.T) {
	for name, c := range map[string]struct {
		heir string
		want string
	}{
		"handed over": {"owner", "Handed over to Owner."},
		"cancelled":   {"", "Cancelled."},
	} {
		t.Run(name, func(t *testing.T) {
			p := newMailFixture(t)
			p.newSession(sessions.Form{Title: "Hosted"})
			p.newSession(sessions.Form{Title: "Weekly", Starts: daysFromNow(2, 9), Rule: "FREQ=WEEKLY;COUNT=3"})
			over := p.newSession(sessions.Form{Title: "Past", Starts: daysFromNow(3, 9)})
			hookstest.Exec(t, p.app, "UPDATE sessions SET starts = {:then}, ends = {:then} WHERE id = {:id}", dbx.Params{"then": record.FormatTime(daysFromNow(-2, 9)), "id": over.Id})
			hookstest.ScheduleSession(t, p.app, p.users["owner"], p.team, sessions.Form{Title: "Attended", Starts: daysFromNow(4, 9), Guests: []string{"organizer@x.example"}})
			hookstest.ScheduleSession(t, p.app, p.users["owner"], p.team, sessions.Form{Title: "Theirs", Starts: daysFromNow(5, 9)})
			heir := ""
			if c.heir != "" {
				heir = p.users[c.heir].Id
			}
			text := p.removedEmail(heir)
			for _, line := range []string{"Hosted: ", "Weekly: ", "Attended: "} {
				_, rest, found := strings.Cut(text, "\n\n"+line)
				said, _, _ := strings.Cut(rest, "\n")
				want := c.want
				if line == "Attended: " {
					want = "You're no longer invited."
				}
				if !found || !strings.HasSuffix(said, want) {
					t.Errorf("%s got %q, want it to end with %q in %s", line, said, want, text)
				}
			}
			if !strings.Contains(text, ", and 2 sessions after it in this series. "+c.want) {
				t.Errorf("the series isn't one line: %s", text)
			}
			for _, none := range []string{"Past", "Theirs", "more."} {
				if strings.Contains(text, none) {
					t.Errorf("it says %q: %s, want no %q", none, text, none)
				}
			}
		})
	}
}

func TestRemove_EmailListsTenSessionsAtMost(t *testing.T) {
	p := newMailFixture(t)
	for n := range 12 {
		p.newSession(sessions.Form{Title: fmt.Sprintf("Session %d", n), Starts: daysFromNow(n+1, 9)})
	}
	text := p.removedEmail("")
	if n := strings.Count(text, ". Cancelled."); n != 10 || !strings.Contains(text, "And 2 more.") {
		t.Errorf("it lists %d sessions: %s, want 10 and it with %q", n, text, "And 2 more.")
	}
}

func TestRemove_WithoutSessions_ListsNone(t *testing.T) {
	p := newMailFixture(t)
	if text := p.removedEmail(""); strings.Contains(text, "These sessions") {
		t.Errorf("got %s, want no %q", text, "These sessions")
	}
}

func TestRemove_MemberAgain_SendsNoList(t *testing.T) {
	p := newMailFixture(t)
	p.newSession(sessions.Form{Title: "Hosted"})
	p.deliver()
	_, err := members.Remove(p.app, p.actor("admin"), p.users["organizer"].Id, members.Handover{})
	must(t, err)
	hookstest.CopyRecords(t, p.app, hookstest.NewRecord(t, p.app, "memberships", map[string]any{"team": p.team.Id, "user": p.users["organizer"].Id, "kind": "member"}))
	worker := mail.NewWorker(p.app)
	worker.MinInterval = 0
	worker.Deliver(context.Background())
	if got := p.dropReasons(mail.KindRemoved); !slices.Equal(got, []string{mail.ReasonMemberRestored}) {
		t.Errorf("dropped for %v, want %s", got, mail.ReasonMemberRestored)
	}
}
