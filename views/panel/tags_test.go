package panel_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/members"
)

func (s *scene) tagged(account *core.Record, want ...string) {
	s.t.Helper()
	row, err := members.FindRow(s.App, s.team.Id, account.Id)
	if err != nil || !slices.Equal(row.Tags, want) {
		s.t.Errorf("tagged %q, want %q (%v)", row.Tags, want, err)
	}
}

func TestAPersonsTagsAreEditedInTheDetails(t *testing.T) {
	s := open(t, true)
	b := s.As(s.admin)
	at := s.user(s.member, "")
	went(t, b, b.Post(at+"/tags", url.Values{"add": {"Vendor, Kestrel & Sons"}}), at, "Tags of Noor saved.")
	s.tagged(s.member, "Kestrel & Sons", "Vendor")
	want(t, b.Get(at), http.StatusOK, "Take the tag Kestrel & Sons away", "Take the tag Vendor away")
	has(t, b.Get(s.user(s.guest, "")), `<option value="Vendor">`) // what is there is offered
	went(t, b, b.Post(at+"/tags", url.Values{"drop": {"Vendor"}}), at, "")
	s.tagged(s.member, "Kestrel & Sons")
	want(t, b.Post(at+"/tags", url.Values{"add": {"good, " + strings.Repeat("x", 500)}}), http.StatusUnprocessableEntity,
		"at most 40 characters", "good, "+strings.Repeat("x", 500))
	s.tagged(s.member, "Kestrel & Sons")

	pending := hookstest.Invite(t, s.App, s.owner, s.team, "lucia@halation.example")
	at = s.path("/users/" + pending.ID)
	went(t, b, b.Post(at+"/tags", url.Values{"add": {"VENDOR"}}), at, "Take the tag VENDOR away")
}
