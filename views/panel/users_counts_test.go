package panel_test

import (
	"net/http"
	"strings"
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/invitations"
)

// The Users page, its navigation entry and Team Selection count the same members.
func TestMemberCount_IsTheSameEverywhere(t *testing.T) {
	s := newFixture(t, true)
	hookstest.Invite(t, s.App, s.owner, s.team, "open@halation.example")
	hookstest.Invite(t, s.App, s.owner, s.team, "gone@halation.example")
	gone, err := invitations.FindPending(s.App, s.team.Id, "gone@halation.example")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := invitations.Revoke(s.App, hookstest.Actor(t, s.App, s.owner, s.team), gone.Id); err != nil {
		t.Fatal(err)
	}
	b := s.As(s.owner)
	r := b.Get(s.path("/users"))
	if text := strings.Join(strings.Fields(pageText(r.Body)), " "); !strings.Contains(text, "5 members 7 &nbsp;entries, 1 &nbsp;pending") {
		t.Error(text[:300])
	}
	assertPage(t, b.Get("/teams"), http.StatusOK, "5 members")
}
