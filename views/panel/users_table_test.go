package panel_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"usher/hooks/addresslist"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/views/viewstest"
)

// pendingInvitees returns the pending invitations of a team as "Name <address>".
func (s *fixture) pendingInvitees(sample hookstest.SampleList) []string {
	s.t.Helper()
	var all []string
	for _, one := range sample.Want {
		i, err := invitations.FindPending(s.App, s.team.Id, addresslist.Parse(one).Address)
		if err != nil {
			s.t.Fatalf("%s: %s: %v", sample.Name, one, err)
		}
		all = append(all, addresslist.Format(invitations.Line{Name: i.GetString("name"), Address: i.Address()}))
	}
	return all
}

func assertAllInvited(t *testing.T, what string, r viewstest.Reply, n int) {
	t.Helper()
	want := slices.Repeat([]string{"ok: Will be invited"}, n)
	if got := previewLines(r.Body); r.Status != http.StatusOK || !slices.Equal(got, want) {
		t.Errorf("%s: %d %v, want %v and %v", what, r.Status, got, http.StatusOK, want)
	}
}

func TestAddUsers_ExportedLists_AreRead(t *testing.T) {
	for _, sample := range hookstest.SampleLists(t) {
		t.Run(sample.Name, func(t *testing.T) {
			s := newFixture(t, true)
			b := s.As(s.admin)
			assertAllInvited(t, "pasted", b.Post(s.path("/users/preview"), inviteForm(sample.Text)), len(sample.Want))
			for _, path := range []string{"/users/add", "/users/preview"} {
				r := s.upload(b, s.path(path), inviteForm(""), "file", strings.NewReader(sample.Text))
				assertAllInvited(t, "uploaded", r, len(sample.Want))
				if got := listValue(t, r.Body); got != strings.Join(sample.Want, "\n") {
					t.Errorf("%s: %q", path, got)
				}
			}
			assertRedirect(t, b, b.Post(s.path("/users/add"), withSend(inviteForm(sample.Text))), s.path("/users"), " sent.")
			if got := s.pendingInvitees(sample); !slices.Equal(got, sample.Want) {
				t.Errorf("invited %q, want %v", got, sample.Want)
			}
			if n := hookstest.Count(t, s.App, "invitations"); n != len(sample.Want) {
				t.Errorf("%d invitations, want %v", n, len(sample.Want))
			}
		})
	}
}

func TestAddUsers_SaysHowTheListWasRead(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.admin)
	text := "City,Display name,User principal name\nLisboa,Ana Silva,ana@example.org\n,Nobody,\n,Rui,rui.example.org\n,Ana,ana@example.org\n"
	notes := []string{"Read column “User principal name” as the address and “Display name” as the name.", "Not used: “City”.",
		"1 row has no address and is skipped: row 3.", "1 row repeats an address that is already in the list and is skipped."}
	assertPage(t, b.Post(s.path("/users/preview"), inviteForm(text)), http.StatusOK, notes...)
	r := s.upload(b, s.path("/users/preview"), inviteForm(""), "file", strings.NewReader(text))
	assertPage(t, r, http.StatusOK, append(notes, "be read: row 4 (No @ in the address).")...)
	if got := listValue(t, r.Body); got != "Ana Silva <ana@example.org>\nRui rui.example.org\nAna <ana@example.org>" {
		t.Errorf("%q", got)
	}
	assertNotContains(t, b.Post(s.path("/users/preview"), inviteForm("ana@example.org, rui@example.org")), `id="read"`)
}

// A long table is imported by its columns, and the report has its row numbers.
func TestImport_TableIsReadByItsColumns(t *testing.T) {
	s := newFixtureWithoutWorkers(t)
	b := s.As(s.admin)
	var table strings.Builder
	table.WriteString("First Name [Required]\tLast Name [Required]\tEmail Address [Required]\tOrg Unit Path [Required]\n")
	for n := range 230 {
		fmt.Fprintf(&table, "Ana\tSilva\trow%d@example.org\t/\n", n)
	}
	table.WriteString("No\tBody\t\t/\nAna\tSilva\trow230.example.org\t/\n")
	r := b.Post(s.path("/users/preview"), inviteForm(table.String()))
	assertPage(t, r, http.StatusOK, "Read column “Email Address [Required]” as the address and “First Name [Required]” and “Last Name [Required]” as the name.",
		"1 row has no address and is skipped: row 232.", "Start import", "230 rows")
	page := s.startImport(b, inviteForm(table.String()))
	for s.importStep() {
	}
	i, err := invitations.FindPending(s.App, s.team.Id, "row7@example.org")
	if err != nil || i.GetString("name") != "Ana Silva" {
		t.Fatal(err)
	}
	assertPage(t, b.Get(page), http.StatusOK, "230", "This row has no address.", "No @ in the address.")
	report := b.Get(page + "/report").Body
	for _, line := range []string{"\r\n2,Ana Silva row0@example.org /,Ana Silva,row0@example.org,invited,,,queued,,,\r\n", "\r\n232,No Body /,,,refused,bad_email,This row has no address.,,,,\r\n", "\r\n233,"} {
		if !strings.Contains(report, line) {
			t.Errorf("no %q in the report, want it to contain %q", line, line)
		}
	}
}
