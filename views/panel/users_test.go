package panel_test

import (
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/tools/errs"
	"usher/views/viewstest"
)

func TestSeats_ShowTheirHolders(t *testing.T) {
	s := newFixture(t, true)
	lucia := hookstest.Invite(t, s.App, s.owner, s.team, "lucia@halation.example", "organizer")
	r := s.As(s.admin).Get(s.path("/users"))
	assertPage(t, r, http.StatusOK, `aria-label="MA, Marta, Owner"`, `aria-label="LU, lucia@halation.example, invited, expires in 7 days"`,
		`href="`+s.path("/users/"+lucia.ID)+`"`, "Free seat", "(you)", "6 accepted"[2:])
	if n := strings.Count(r.Body, `class="seat" data-state="free"`); n != 3+22 {
		t.Errorf("%d free seats are drawn, want %v", n, 3+22)
	}
	for _, sentence := range []string{"2 of 5 Admin seats used, 0 reserved, 3 free", "2 of 25 Organizer seats used, 1 reserved, 22 free"} {
		if !strings.Contains(pageText(r.Body), sentence) {
			t.Errorf("no %q in %s, want it to contain %q", sentence, pageText(r.Body), sentence)
		}
	}
}

func TestSeats_ManyOrUnlimited_AreSummarized(t *testing.T) {
	s := newFixture(t, true)
	s.team.Set("organizer_seats", 100)
	s.team.Set("admin_seats", -1)
	if err := s.App.Save(s.team); err != nil {
		t.Fatal(err)
	}
	r := s.As(s.owner).Get(s.path("/users"))
	assertPage(t, r, http.StatusOK, `aria-label="2 of 100 Organizer seats used, 0 reserved, 98 free"`, "no limit", "View holders")
	if !strings.Contains(pageText(r.Body), "2 Admin seats used, 0 reserved, no limit") {
		t.Error(pageText(r.Body))
	}
	if strings.Contains(r.Body, "style=") {
		t.Error("an inline style")
	}
}

func TestUsers_OnlyOwner_ShowsHowToStart(t *testing.T) {
	s := newFixture(t, true)
	r := s.As(s.other).Get("/admin/" + s.foreign.Slug() + "/users")
	assertPage(t, r, http.StatusOK, "Invite your team", "Only you, the Owner", "Upload CSV", "Members and guests don't use a seat.")
	assertNotContains(t, r, listTable)
}

// listTable is the start of the user table.
const listTable = `<table class="table stack"`

func TestUsers_FilterSortAndPage(t *testing.T) {
	s := newFixture(t, true)
	for n := range 120 {
		hookstest.Member(t, s.App, s.team, fmt.Sprintf("p%03d@halation.example", n))
	}
	hookstest.Invite(t, s.App, s.owner, s.team, "o_k@lantern.example")
	b := s.As(s.owner)
	get := func(query string) viewstest.Reply { return b.Get(s.path("/users" + query)) }

	for _, c := range []struct{ query, has, not string }{
		{"", "1 to 50 of 126", "1 to 49"},
		{"?page=2", "51 to 100 of 126", "1 to 50"},
		{"?page=3", "101 to 126 of 126", "row-none"},
		{"?page=99", "101 to 126 of 126", "Nobody"},
		{"?page=-4", "1 to 50 of 126", "Nobody"},
		{"?page=abc", "1 to 50 of 126", "Nobody"},
		{"?q=p00", "1 to 10 of 10", "Noor"},
		{"?q=no%25", "No users match “no%”", listTable},
		{"?q=o_", "1 to 1 of 1", "p001"},
		{"?q=%27+OR+%271", "No users match “' OR '1”", listTable},
		{"?q=zzz", "Clear filters", listTable},
		{"?q=%00%ff", "Clear filters", listTable},
		{"?status=pending", "o_k@lantern.example", "p001"},
		{"?kind=guest", "Guests join individual sessions of Halation Post", "p001"},
		{"?role=admin", "jonas@halation.example", "p001"},
		{"?role=organizer&kind=guest", "No guests yet", listTable},
		{"?sort=bogus", "1 to 50 of 126", "Nobody"},
		{"?status=bogus", "No users match these filters", "p001"},
		{"?kind=bogus", "No users match these filters", "p001"},
	} {
		r := get(c.query)
		assertPage(t, r, http.StatusOK)
		list := listOf(r.Body)
		if !strings.Contains(html.UnescapeString(list), c.has) {
			t.Errorf("%s: no %q in %s, want it to contain %q", c.query, c.has, pageText(list), c.has)
		}
		if strings.Contains(list, c.not) {
			t.Errorf("%s: %q is there, want no %q", c.query, c.not, c.not)
		}
	}
	up, down := get("?sort=person&q=p0"), get("?sort=-person&q=p0")
	if strings.Index(up.Body, "p000@") > strings.Index(up.Body, "p049@") || !strings.Contains(down.Body, "p099@") {
		t.Error("the order does not turn round")
	}
	assertContains(t, up, `aria-sort="ascending"`)
	assertContains(t, down, `aria-sort="descending"`)
	assertContains(t, get("?q=p0&status=accepted&sort=-added"), s.path("/users?after="), "&page=2&q=p0&sort=-added&status=accepted")
	second := regexp.MustCompile(`href="([^"]*after=[^"]*)"`).FindStringSubmatch(get("").Body)
	r := b.Get(html.UnescapeString(second[1]))
	assertPage(t, r, http.StatusOK)
	if !strings.Contains(listOf(r.Body), "51 to 100 of 126") || !strings.Contains(listOf(r.Body), "p047@") {
		t.Error(pageText(listOf(r.Body)))
	}
	assertContains(t, r, "before=")
}

func listOf(body string) string {
	_, list, _ := strings.Cut(body, `id="list"`)
	return list
}

func TestUsers_Fragment_MatchesThePage(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.owner)
	part := s.fragment(b, s.path("/users?q=noor&status=&role="), "div#list")
	assertPage(t, part, http.StatusOK, "noor@halation.example")
	assertNotContains(t, part, "<html", "theo@halation.example")
	if part.Header.Get("HX-Push-Url") != s.path("/users?q=noor") {
		t.Error(part.Header.Get("HX-Push-Url"))
	}
	whole := b.Get(s.path("/users?q=noor"))
	if !strings.Contains(whole.Body, part.Body) {
		t.Error("the part differs from the page")
	}
	details := s.fragment(b, s.userPath(s.member, "?q=noor"), "div#details")
	assertPage(t, details, http.StatusOK, `<aside class="details"`, "autofocus", `hx-swap-oob="outerMorph"`, "data-current")
	assertNotContains(t, details, "<html")

	request, _ := http.NewRequest(http.MethodGet, s.URL+s.path("/users?q=noor"), nil)
	request.Header.Set("HX-Request", "true")
	request.Header.Set("HX-Target", "aside#details")
	request.Header.Set("HX-Current-URL", s.URL+s.userPath(s.member, "?q=noor"))
	closed := b.Send(request)
	assertPage(t, closed, http.StatusOK, `<div id="details" hidden>`)
	link := regexp.MustCompile(`<a[^>]*id="row-` + s.member.Id + `"[^>]*>`).FindString(closed.Body)
	if !strings.Contains(link, "autofocus") {
		t.Errorf("the focus does not go back to the row: %s, want it to contain %q", link, "autofocus")
	}
}

func TestUserDetails_ActionsFitTheState(t *testing.T) {
	s := newFixture(t, true)
	hookstest.Invite(t, s.App, s.owner, s.team, "theo@halation.example", "admin")
	pending := hookstest.Invite(t, s.App, s.owner, s.team, "lucia@halation.example", "organizer")
	b := s.As(s.owner)

	r := detailsOf(b.Get(s.userPath(s.organizer, "")))
	assertPage(t, r, http.StatusOK, "Revoke role…", "Revoke invitation…", "Resend in <span data-countdown>", `/remove"`, "Queued", "1 Admin seat reserved", "Invited by", "Revoking an invitation disables its link")
	assertNotContains(t, r, "Invite as", "Invite again", `/resend"`)
	hookstest.Exec(t, s.App, "UPDATE outbox SET created = '2026-01-01 00:00:00.000Z'", nil)
	assertContains(t, b.Get(s.userPath(s.organizer, "")), `/resend"`)

	r = detailsOf(b.Get(s.path("/users/" + pending.ID)))
	assertPage(t, r, http.StatusOK, "Revoke invitation…", "Resend", "Invite as Admin…")
	assertNotContains(t, r, "Revoke role…", `/remove"`, "Invite again")

	r = detailsOf(b.Get(s.userPath(s.member, "")))
	assertPage(t, r, http.StatusOK, "Invite as Admin…", "Invite as Organizer…", `/remove"`)
	assertNotContains(t, r, "Revoke role…", "Revoke invitation…", `/resend"`, "Revoking an invitation disables its link")

	r = detailsOf(b.Get(s.userPath(s.owner, "")))
	assertPage(t, r, http.StatusOK, "can't be removed or demoted")
	assertNotContains(t, r, `/remove"`)

	r = detailsOf(s.As(s.admin).Get(s.userPath(s.admin, "")))
	assertPage(t, r, http.StatusOK, "You can't remove yourself", "Revoke role…")
	r = detailsOf(s.As(s.admin).Get(s.userPath(s.organizer, "")))
	assertPage(t, r, http.StatusOK, "Only the Owner can manage Admin invitations")
	assertNotContains(t, r, "/resend\"", "Revoke invitation…")
}

func TestUserDetails_EndedInvitation_ShowsWhatTheLinkSays(t *testing.T) {
	s := newFixture(t, false)
	b := s.As(s.owner)
	for status, end := range map[string]func(invitations.Response) error{
		invitations.Declined: func(a invitations.Response) error { _, err := invitations.Decline(s.App, a); return err },
		invitations.Revoked: func(a invitations.Response) error {
			i, _, _ := invitations.FindByToken(s.App, a.Token)
			_, err := invitations.Revoke(s.App, hookstest.Actor(t, s.App, s.owner, s.team), i.Id)
			return err
		},
		invitations.Expired: func(a invitations.Response) error {
			_, err := s.App.DB().NewQuery("UPDATE invitations SET expires = '2020-01-01 00:00:00.000Z' WHERE status = 'pending'").Execute()
			return err
		},
	} {
		result := hookstest.Invite(t, s.App, s.owner, s.team, status+"@halation.example", "organizer")
		answer := invitations.Response{Token: result.Link[strings.LastIndexByte(result.Link, '/')+1:]}
		if err := end(answer); err != nil {
			t.Fatal(err)
		}
		answer.Account = hookstest.Account(t, s.App, status+"@halation.example")
		_, _, sentence, ok := errs.Details(secondError(invitations.Accept(s.App, answer)))
		if !ok {
			t.Fatal("it was accepted")
		}
		r := detailsOf(b.Get(s.path("/users/" + result.ID)))
		assertPage(t, r, http.StatusOK, "“"+sentence+"”", "Invite again…", "Organizer", "· "+status)
		assertNotContains(t, r, `/resend"`, "Revoke invitation…", `/remove"`)
	}
}

func TestUserDetails_UnconfirmedAccount_SaysWhatItWaitsFor(t *testing.T) {
	s := newFixture(t, false)
	b := s.As(s.owner)
	result := hookstest.Invite(t, s.App, s.owner, s.team, "lucia@halation.example", "organizer")
	assertNotContains(t, b.Get(s.path("/users/"+result.ID)), "Waiting for")
	newcomer := invitations.NewAccountForm{Token: result.Link[strings.LastIndexByte(result.Link, '/')+1:], Name: "Lucía", Password: hookstest.Password}
	if _, _, err := invitations.AcceptNew(s.App, newcomer); errs.Code(err) != accounts.CodeUnverified {
		t.Fatal(err)
	}
	assertPage(t, b.Get(s.path("/users/"+result.ID)), http.StatusOK, "Waiting for", "usher user confirm lucia@halation.example", "Revoke invitation…")
}

func secondError[T any](_ T, err error) error { return err }

func TestUserDetails_OldInvitationURL_RedirectsToTheUser(t *testing.T) {
	s := newFixture(t, false)
	b := s.As(s.owner)
	first := hookstest.Invite(t, s.App, s.owner, s.team, "lucia@halation.example", "organizer")
	if _, err := invitations.Revoke(s.App, hookstest.Actor(t, s.App, s.owner, s.team), first.ID); err != nil {
		t.Fatal(err)
	}
	again := hookstest.Invite(t, s.App, s.owner, s.team, "lucia@halation.example", "organizer")
	if r := b.Get(s.path("/users/" + first.ID)); r.Status != http.StatusSeeOther || r.Location != s.path("/users/"+again.ID) {
		t.Fatalf("%d %s", r.Status, r.Location)
	}
	lucia := hookstest.Account(t, s.App, "lucia@halation.example")
	if _, err := invitations.Accept(s.App, invitations.Response{Account: lucia, ID: again.ID}); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{first.ID, again.ID} {
		if r := b.Get(s.path("/users/" + id)); r.Status != http.StatusSeeOther || r.Location != s.path("/users/"+lucia.Id) {
			t.Fatalf("%d %s", r.Status, r.Location)
		}
	}
}
