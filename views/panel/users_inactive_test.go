package panel_test

import (
	"net/http"
	"strings"
	"testing"

	"usher/hooks/hookstest"
)

func TestUsers_InactiveFilter(t *testing.T) {
	s := newFixture(t, true)
	hookstest.Exec(t, s.App, "UPDATE memberships SET created = '2025-01-01 00:00:00.000Z' WHERE kind = 'member' AND NOT owner", nil)
	b := s.As(s.owner)
	all := b.Get(s.path("/users?q=o&role=organizer"))
	assertPage(t, all, http.StatusOK, "Inactive for 30 days", `href="`+s.path("/users?inactive=true&q=o&role=organizer")+`"`)
	assertNotContains(t, all, "Clear filter: Inactive")

	r := b.Get(s.path("/users?inactive=true"))
	assertPage(t, r, http.StatusOK, "1 to 3 of 3", "Clear filter: Inactive for 30 days", `name="inactive" value="true"`, s.path("/users/export?inactive=true"),
		s.path("/users?inactive=true&status=pending"), s.path("/users/"+s.member.Id+"?inactive=true"))
	assertNotContains(t, r, "tr-"+s.owner.Id, "tr-"+s.guest.Id)
	assertPage(t, b.Get(s.path("/users?inactive=true&role=organizer&q=theo")), http.StatusOK, "1 to 1 of 1", `href="`+s.path("/users?q=theo&role=organizer")+`"`)
	assertPage(t, b.Get(s.path("/users?inactive=true&status=pending")), http.StatusOK, "No users match these filters.")
	assertPage(t, b.Get(s.path("/users?inactive=yes")), http.StatusOK, "of 5")

	csv := b.Get(s.path("/users/export?inactive=true&kind=member"))
	if lines := strings.Count(strings.TrimSpace(csv.Body), "\n"); lines != 3 || strings.Contains(csv.Body, "marta@") {
		t.Errorf("got %d users in the export, want 3: %s", lines, csv.Body)
	}
	assertContains(t, b.Get(s.path("/audit")), "<dt>Inactive</dt><dd>yes</dd>")
	dialog := b.Get(s.path("/users/selected?operation=remove&all=1&inactive=true"))
	assertPage(t, dialog, http.StatusOK, "Noor", "Theo")
	assertNotContains(t, dialog, `name="person" value="`+s.guest.Id)
}
