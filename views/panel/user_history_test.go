package panel_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/invitations"
)

func TestUserDetails_ShowHistory(t *testing.T) {
	s := newFixture(t, true)
	s.team.Set("timezone", "Europe/Berlin")
	if err := s.App.Save(s.team); err != nil {
		t.Fatal(err)
	}
	joined := func(id, day string) {
		hookstest.Exec(t, s.App, "UPDATE memberships SET created = {:at} WHERE team = {:team} AND user = {:id}",
			dbx.Params{"at": day + " 23:30:00.000Z", "team": s.team.Id, "id": id})
	}
	lucia := hookstest.Account(t, s.App, "lucia@halation.example")
	invited := hookstest.Invite(t, s.App, s.admin, s.team, "lucia@halation.example")
	if _, err := invitations.Accept(s.App, invitations.Response{Account: lucia, ID: invited.ID}); err != nil {
		t.Fatal(err)
	}
	hookstest.Exec(t, s.App, "UPDATE invitations SET created = '2025-02-27 23:30:00.000Z', answered = '2025-02-28 23:30:00.000Z' WHERE id = {:id}", dbx.Params{"id": invited.ID})
	joined(lucia.Id, "2025-02-28")
	joined(s.guest.Id, "2025-03-30")
	joined(s.owner.Id, "2025-01-31")
	declined := hookstest.Invite(t, s.App, s.owner, s.team, "declined@halation.example")
	hookstest.Exec(t, s.App, "UPDATE invitations SET status = 'declined', created = '2025-04-01 10:00:00.000Z', answered = '2025-04-02 10:00:00.000Z' WHERE id = {:id}",
		dbx.Params{"id": declined.ID})
	pending := hookstest.Invite(t, s.App, s.owner, s.team, "pending@halation.example")

	for _, test := range []struct{ name, id, want, not string }{
		{"member", lucia.Id, "Member since 1 Mar 2025 Invited by Jonas , 28 Feb 2025 Last active Never in this team Two factors Off Sessions hosted None Sessions joined None", "guest"},
		{"owner", s.owner.Id, "Member since 1 Feb 2025 , created the team Last active", "Invited by"},
		{"guest", s.guest.Id, "Guest since 31 Mar 2025 Last active Never in this team Sessions joined None", "Sessions hosted"},
		{"declined invitation", declined.ID, "Invited by Marta , 1 Apr 2025 Declined 2 Apr 2025", "Last active"},
		{"pending invitation", pending.ID, "Invited by Marta", "Last active"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := s.As(s.owner).Get(s.path("/users/" + test.id))
			assertPage(t, r, http.StatusOK)
			facts, _, _ := strings.Cut(detailsOf(r).Body, "Sessions</h3>")
			if got := pageText(facts); !strings.Contains(got, test.want) || strings.Contains(got, test.not) {
				t.Errorf("got %q, want %q and not %q", got, test.want, test.not)
			}
		})
	}
	assertContains(t, s.As(s.owner).Get(s.path("/users/"+lucia.Id+"?q=lucia")), `href="`+s.path("/users/"+s.admin.Id+"?q=lucia")+`"`)
}

// An account's activity in another team is none of this team's business.
func TestUserDetails_ActivityElsewhere_IsNotShown(t *testing.T) {
	s := newFixture(t, true)
	both := hookstest.NewRecord(t, s.App, "memberships", map[string]any{"team": s.foreign.Id, "user": s.member.Id, "kind": "member"})
	if err := s.App.Save(both); err != nil {
		t.Fatal(err)
	}
	s.As(s.member).Get("/app/" + s.foreign.Slug())
	details := func() string {
		return pageText(detailsOf(s.As(s.admin).Get(s.userPath(s.member, ""))).Body)
	}
	if got := details(); !strings.Contains(got, "Last active Never in this team") {
		t.Errorf("after a visit to the other team: got %q, want never active in this one", got)
	}
	s.As(s.member).Get("/app/" + s.team.Slug())
	if got := details(); !strings.Contains(got, "Last active just now in this team") {
		t.Errorf("after a visit to this team: got %q, want active just now", got)
	}
}
