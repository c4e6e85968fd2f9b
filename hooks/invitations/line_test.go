package invitations_test

import (
	"fmt"
	"strings"
	"testing"

	"usher/hooks/addresslist"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/seats"
)

const listWithRoles = `Email,Name,Roles,Tags
a@x.example,Ana Silva,"Admin, Organizer",Sound; Film
b@x.example,Ben Okafor,organizer,"Film,film"
c@x.example,Chloe Martin,Member,
d@x.example,Dana Novak,,
e@x.example,Eli Stone,Owner,Sound
f@x.example,Finn Berg,"Admin, Boss",Sound
g@x.example,Gina Rossi,Organizer,` + "An overlong tag that nobody would ever want to read in a list" + `
`

// rolesAndTags returns what was stored: the address, the roles and the tags of each invitation.
func (f *fixture) rolesAndTags() string {
	f.Helper()
	return strings.Join(hookstest.QueryRows(f.T, f.app, `SELECT i.email || ' ' || iif(i.admin, 'admin', '') || iif(i.organizer, 'organizer', '') ||
		coalesce((SELECT ' ' || group_concat(name, '+') FROM (SELECT name FROM tags t WHERE t.team = i.team AND t.email = i.email ORDER BY name)), '')
		FROM invitations i ORDER BY i.email`), "\n")
}

const storedRoles = "a@x.example adminorganizer Film+Sound\nb@x.example organizer Film\nc@x.example\nd@x.example organizer"

func requestOf(list string) invitations.Request {
	req := invitations.Request{Lines: addresslist.Read(list).Entries}
	req.Roles.Organizer = true
	return req
}

func TestInvite_RolesAndTagsOfEachLine(t *testing.T) {
	f := newFixture(t)
	req := requestOf(listWithRoles)
	preview, err := invitations.PreviewInvite(f.app, f.actor(f.owner), req)
	f.must(err)
	results, err := invitations.Invite(f.app, f.actor(f.owner), req)
	f.must(err)
	var got []string
	for n, result := range results {
		if p := preview.Lines[n]; p.Status != result.Status || p.Code != result.Code || p.Message != result.Message {
			t.Errorf("%s: previewed as %s %s, but was %s %s", result.Line.Address, p.Status, p.Code, result.Status, result.Code)
		}
		got = append(got, strings.TrimSpace(result.Status+" "+result.Code))
	}
	if want := "invited,invited,invited,invited,refused bad_role,refused bad_role,refused too_long"; strings.Join(got, ",") != want {
		t.Errorf("got %s, want %s", strings.Join(got, ","), want)
	}
	if want := "“boss” can't be given. Use Admin, Organizer or Member."; results[5].Message != want {
		t.Errorf("got %q, want %q", results[5].Message, want)
	}
	if preview.Lines[0].Roles.Label() != "Admin and Organizer" || preview.Seats.Organizer.Reserved != 3 || preview.Seats.Admin.Reserved != 1 {
		t.Errorf("previewed %v with %+v, want both roles, and 1 and 3 seats reserved", preview.Lines[0].Roles, preview.Seats)
	}
	if got := f.rolesAndTags(); got != storedRoles {
		t.Errorf("got\n%s\nwant\n%s", got, storedRoles)
	}
	hookstest.AssertPeopleIndex(t, f.app)
}

func TestImport_RolesAndTagsOfEachRow(t *testing.T) {
	f := newFixture(t)
	req := requestOf(listWithRoles)
	preview, err := invitations.PreviewImport(f.app, f.actor(f.owner), req)
	f.must(err)
	if preview.Invited != 4 || preview.Unusable != 3 || preview.Malformed != 0 || len(preview.Errors) != 3 {
		t.Errorf("previewed %+v, want 4 invited and 3 unusable", preview)
	}
	i, err := invitations.StartImport(f.app, f.actor(f.owner), req, "people.csv")
	f.must(err)
	f.assertImport(f.runImport(i), "done 7/7 4 0 0 3")
	if got := f.rolesAndTags(); got != storedRoles {
		t.Errorf("got\n%s\nwant\n%s", got, storedRoles)
	}
}

func TestPreviewImport_CountsTheSeatsOfEachRow(t *testing.T) {
	f := newFixture(t)
	hookstest.Exec(t, f.app, "UPDATE teams SET admin_seats = 2, organizer_seats = 2", nil)
	list := "Email,Roles\n"
	for n := range 3 {
		list += fmt.Sprintf("a%d@x.example,Admin\no%d@x.example,Organizer\nm%d@x.example,Member\n", n, n, n)
	}
	preview, err := invitations.PreviewImport(f.app, f.actor(f.owner), requestOf(list))
	f.must(err)
	now := f.seats()
	if preview.MissingAdminSeats != 3-now.Admin.Free() || preview.MissingOrganizerSeats != 3-now.Organizer.Free() {
		t.Errorf("got %+v with %+v, want the seats that 3 rows each lack", preview, now)
	}
}

// Only who may invite Admins can do so with a column.
func TestInvite_AdminInAColumn_NeedsTheRight(t *testing.T) {
	f := newFixture(t)
	admin := hookstest.Member(t, f.app, f.team, "admin@x.example", "admin")
	results, err := invitations.Invite(f.app, f.actor(admin), requestOf("Email,Roles\na@x.example,Admin\nb@x.example,Organizer"))
	f.must(err)
	if results[0].Code != "not_allowed" || results[1].Status != invitations.Invited {
		t.Errorf("got %+v, want the Admin refused", results)
	}
	hookstest.Exec(t, f.app, "UPDATE teams SET organizer_seats = 0", nil)
	results, err = invitations.Invite(f.app, f.actor(f.owner), requestOf("Email,Roles,Tags\nc@x.example,Organizer,Sound\nd@x.example,Member,Sound"))
	f.must(err)
	if results[0].Code != seats.CodeFull || results[1].Status != invitations.Invited || hookstest.Count(t, f.app, "tags") != 1 {
		t.Errorf("got %+v and %d tags, want no seat for the Organizer, and nothing left of it", results, hookstest.Count(t, f.app, "tags"))
	}
}
