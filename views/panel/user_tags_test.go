package panel_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/people"
)

func (s *fixture) assertTags(account *core.Record, want ...string) {
	s.t.Helper()
	row, err := people.FindRow(s.App, s.team.Id, account.Id)
	if err != nil || !slices.Equal(row.Tags, want) {
		s.t.Errorf("tagged %q, want %q (%v)", row.Tags, want, err)
	}
}

func TestUserDetails_Tags_AreEdited(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.admin)
	at := s.userPath(s.member, "")
	assertRedirect(t, b, b.Post(at+"/tags", url.Values{"add": {"Vendor, Kestrel & Sons"}}), at, "Tags saved for Noor.")
	s.assertTags(s.member, "Kestrel & Sons", "Vendor")
	assertPage(t, b.Get(at), http.StatusOK, "Remove tag Kestrel & Sons", "Remove tag Vendor")
	assertContains(t, b.Get(s.userPath(s.guest, "")), `<option value="Vendor">`) // existing tags are suggested
	assertRedirect(t, b, b.Post(at+"/tags", url.Values{"drop": {"Vendor"}}), at, "")
	s.assertTags(s.member, "Kestrel & Sons")
	assertPage(t, b.Post(at+"/tags", url.Values{"add": {"good, " + strings.Repeat("x", 500)}}), http.StatusUnprocessableEntity,
		"at most 40 characters", "good, "+strings.Repeat("x", 500))
	s.assertTags(s.member, "Kestrel & Sons")

	pending := hookstest.Invite(t, s.App, s.owner, s.team, "lucia@halation.example")
	at = s.path("/users/" + pending.ID)
	assertRedirect(t, b, b.Post(at+"/tags", url.Values{"add": {"VENDOR"}}), at, "Remove tag VENDOR")
}
