package join_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/mail/resendtest"
	"usher/hooks/members"
	"usher/hooks/teams"
	"usher/views/viewstest"
)

// invitationFixture is a served team whose emails arrive at a stand-in, so that links prove addresses.
type invitationFixture struct {
	*viewstest.Server
	t      *testing.T
	resend *resendtest.Server
	owner  *core.Record
	team   *teams.Team
}

func newInvitationFixture(t *testing.T) *invitationFixture {
	t.Helper()
	h := &invitationFixture{t: t, resend: resendtest.New(t)}
	config := hookstest.Config()
	config.ResendKey, config.ResendURL = h.resend.Key, h.resend.URL
	h.Server = viewstest.Serve(t, config)
	h.owner = hookstest.Account(t, h.App, "marta@halation.example")
	h.team = hookstest.Team(t, h.App, h.owner, "Halation Post", "pro")
	return h
}

// invite is the path of the link in the message, and the invitation's id.
func (h *invitationFixture) invite(email string, roles ...string) (path, id string) {
	h.t.Helper()
	result := hookstest.Invite(h.t, h.App, h.owner, h.team, email, roles...)
	if result.ID == "" {
		h.t.Fatalf("got %+v, want an invitation", result)
	}
	return h.invitationPath(email), result.ID
}

func (h *invitationFixture) invitationPath(email string) string {
	h.t.Helper()
	link := h.resend.FindLink(h.resend.WaitFor(h.t, email), "/invite/")
	path, ok := strings.CutPrefix(link, h.URL)
	if !ok {
		h.t.Fatalf("got no link of this server in the email: %q", link)
	}
	return path
}

func (h *invitationFixture) status(id string) string {
	h.t.Helper()
	i, err := invitations.Find(h.App, id)
	if err != nil {
		h.t.Fatal(err)
	}
	return i.Status()
}

// expire lets an invitation's end lie in the past, as time does.
func (h *invitationFixture) expire(id string) {
	h.t.Helper()
	_, err := h.App.DB().Update("invitations", dbx.Params{"expires": "2020-01-01 00:00:00.000Z"}, dbx.HashExp{"id": id}).Execute()
	if err != nil {
		h.t.Fatal(err)
	}
}

func assertPage(t *testing.T, r viewstest.Reply, status int, words ...string) {
	t.Helper()
	if r.Status != status {
		t.Errorf("got status %d, want %d: %s", r.Status, status, r.Body)
	}
	for _, w := range words {
		if !strings.Contains(r.Body, w) {
			t.Errorf("got no %q in %s, want it to contain %q", w, r.Body, w)
		}
	}
}

func assertLacks(t *testing.T, r viewstest.Reply, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(r.Body, w) {
			t.Errorf("says %q: %s, want no %q", w, r.Body, w)
		}
	}
}

func assertRedirect(t *testing.T, r viewstest.Reply, to string) {
	t.Helper()
	if r.Status != http.StatusSeeOther || r.Location != to {
		t.Errorf("%d to %q, not to %q: %s", r.Status, r.Location, to, r.Body)
	}
}

func newAccountForm() url.Values {
	return url.Values{"name": {"Lucía Herrera"}, "password": {hookstest.Password}, "timezone": {"Europe/Madrid"}}
}

func TestInvitationPage_Get_ChangesNothing(t *testing.T) {
	h := newInvitationFixture(t)
	path, id := h.invite("lucia@halation.example", "organizer", "admin")
	for _, b := range []*viewstest.Browser{h.Anonymous(), h.As(h.owner), h.As(hookstest.Account(t, h.App, "lucia@halation.example"))} {
		for _, address := range []string{path, path + "/accept", path + "/decline"} {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				request, _ := http.NewRequest(method, h.URL+address, nil)
				if r := b.Send(request); (address == path+"/accept") == (r.Status == 200) {
					t.Errorf("%s %s: %d", method, address, r.Status)
				}
			}
		}
	}
	if got := h.status(id); got != invitations.Pending {
		t.Errorf("the invitation is %s, want %v", got, invitations.Pending)
	}
	if n := hookstest.Count(t, h.App, "memberships"); n != 1 {
		t.Errorf("%d memberships, want 1", n)
	}
}

func TestAcceptInvitation_NewAccount(t *testing.T) {
	h := newInvitationFixture(t)
	path, id := h.invite("lucia@halation.example", "organizer", "admin")
	b := h.Anonymous()
	r := b.Get(path)
	assertPage(t, r, 200, "Marta invited you to join Halation Post", "lucia@halation.example", "readonly", "At least 12 characters", "Accept invitation",
		"You schedule and host sessions", "in the Admin Panel", "Your seats are reserved until", "(UTC)</time>", "Email address",
		"Usher is where Halation Post holds its video meetings, in your browser. Accepting adds you to the team as Admin and Organizer.",
		"Didn&#39;t expect this invitation? Ask ", `content="noindex"`)
	if got := r.Header.Get("Referrer-Policy"); got != "same-origin" {
		t.Errorf("Referrer-Policy %q, want %q", got, "same-origin")
	}

	bad := b.Post(path+"/accept", url.Values{"name": {"Lucía Herrera"}, "password": {"short"}})
	assertPage(t, bad, 422, "Use at least 12.", "Lucía Herrera")
	assertLacks(t, bad, `value="short"`)
	assertPage(t, b.Post(path+"/accept", url.Values{"password": {hookstest.Password}}), 422, "Your name is required.")

	assertRedirect(t, b.Post(path+"/accept", newAccountForm()), "/admin/halation-post")
	assertPage(t, b.Get("/account"), 200, "Invitation accepted. You&#39;re now an Admin and Organizer in Halation Post.", "Europe/Madrid")
	if h.status(id) != invitations.Accepted {
		t.Error("not accepted")
	}
	assertPage(t, b.Post(path+"/accept", newAccountForm()), 422, "This invitation was already accepted", "Go to Halation Post")
	assertPage(t, h.Anonymous().Post(path+"/accept", newAccountForm()), 422, "This invitation was already accepted", "Sign in")
	if n := hookstest.Count(t, h.App, "users"); n != 2 {
		t.Errorf("%d accounts, want 2", n)
	}
}

func TestAcceptInvitation_UnconfirmedAccount_IsTakenOver(t *testing.T) {
	h := newInvitationFixture(t)
	squatter, err := accounts.New(h.App, accounts.Params{Email: "lucia@halation.example", Name: "Squatter", Password: "the squatter's own words"})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.App.Save(squatter); err != nil {
		t.Fatal(err)
	}
	path, _ := h.invite("lucia@halation.example", "organizer")
	b := h.Anonymous()
	assertLacks(t, b.Get(path), "Squatter")
	assertRedirect(t, b.Post(path+"/accept", newAccountForm()), "/app/halation-post")
	r := h.Anonymous().Post("/signin", url.Values{"email": {"lucia@halation.example"}, "password": {"the squatter's own words"}})
	assertPage(t, r, 422, "Wrong email address or password.")
}

func TestAcceptInvitation_ExistingAccount_SignsIn(t *testing.T) {
	h := newInvitationFixture(t)
	lucia := hookstest.Account(t, h.App, "lucia@halation.example")
	path, _ := h.invite(lucia.Email(), "organizer")
	b := h.Anonymous()
	r := b.Get(path)
	assertPage(t, r, 200, "Sign in and accept", "Your seat is reserved until", `href="/reset?next=`)
	assertLacks(t, r, `name="name"`)
	assertPage(t, b.Post(path+"/accept", url.Values{"password": {"wrong"}}), 422, "Wrong email address or password.", "Sign in and accept")
	assertRedirect(t, b.Post(path+"/accept", url.Values{"password": {hookstest.Password}}), "/app/halation-post")
	assertPage(t, b.Get("/account"), 200)
}

func TestAcceptInvitation_Twice_IsRefused(t *testing.T) {
	h := newInvitationFixture(t)
	olga := hookstest.Member(t, h.App, h.team, "olga@halation.example")
	path, _ := h.invite(olga.Email(), "admin")
	b := h.As(olga)
	at, _ := url.Parse(h.URL)
	old := b.Jar.Cookies(at)[0].Value
	assertPage(t, b.Get(path), 200, "Marta invited you to a new role in Halation Post", "the account you&#39;re signed in with", "Accept invitation")
	assertRedirect(t, b.Post(path+"/accept", nil), "/admin/halation-post")
	for _, cookie := range b.Jar.Cookies(at) {
		if cookie.Value == old {
			t.Error("the login is the same after a role rose")
		}
	}
	assertPage(t, b.Post(path+"/accept", nil), 422, "This invitation was already accepted", `href="/admin/halation-post"`)
	assertPage(t, b.Get(path), 410, "This invitation was already accepted", "You&#39;re already in Halation Post.")
}

func TestAcceptInvitation_OtherPending_LeadsToTeams(t *testing.T) {
	h := newInvitationFixture(t)
	lucia := hookstest.Account(t, h.App, "lucia@halation.example")
	path, _ := h.invite(lucia.Email(), "organizer")
	other := hookstest.Team(t, h.App, h.owner, "Northlight Docs", "free")
	hookstest.Invite(t, h.App, h.owner, other, lucia.Email())
	assertRedirect(t, h.As(lucia).Post(path+"/accept", nil), "/teams?next=%2Fapp%2Fhalation-post")
}

func TestInvitationPage_WrongAccount_CanSwitch(t *testing.T) {
	h := newInvitationFixture(t)
	path, id := h.invite("lucia@halation.example", "admin")
	wrong := hookstest.Account(t, h.App, "other@gmail.example")
	b := h.As(wrong)
	r := b.Get(path)
	assertPage(t, r, 200, "This invitation is for another address", "l••••@halation.example", "other@gmail.example", "Sign out and continue", `action="/signout"`)
	assertLacks(t, r, "lucia@")
	for _, verb := range []string{"/accept", "/decline"} {
		r := b.Post(path+verb, newAccountForm())
		assertPage(t, r, 403, "This invitation is for another address", "l••••@halation.example")
		assertLacks(t, r, "lucia@")
	}
	if h.status(id) != invitations.Pending {
		t.Error("somebody else answered")
	}
	assertRedirect(t, b.Post("/signout", url.Values{"next": {path}}), path)
	assertPage(t, b.Get(path), 200, "Marta invited you to join Halation Post")
}

func TestDeclineInvitation(t *testing.T) {
	h := newInvitationFixture(t)
	path, id := h.invite("lucia@halation.example", "organizer")
	b := h.Anonymous()
	assertRedirect(t, b.Post(path+"/decline", nil), path)
	assertPage(t, b.Get(path), 410, "This invitation was declined", "You can undo this for 10 minutes", `action="`+path+`/undo-decline"`)
	if h.status(id) != invitations.Declined {
		t.Error("not declined")
	}
	assertPage(t, b.Post(path+"/accept", newAccountForm()), 422, "This invitation was declined")
	if n := hookstest.Count(t, h.App, "users"); n != 1 {
		t.Error("a declined invitation made an account")
	}
}

func TestDeclineInvitation_AsksOnceMore(t *testing.T) {
	h := newInvitationFixture(t)
	path, id := h.invite("lucia@halation.example", "organizer")
	b := h.Anonymous()
	page := b.Get(path)
	assertPage(t, page, 200, `href="`+path+`/decline"`)
	assertLacks(t, page, "You give up the seat")
	assertPage(t, b.Get(path+"/decline"), 200, "Decline the invitation from Halation Post?", "You give up the seat, the team&#39;s Admins see that you declined",
		"you&#39;d need a new invitation", `action="`+path+`/decline"`, "Keep invitation")
	if h.status(id) != invitations.Pending {
		t.Error("declined by looking")
	}
}

func TestUndoDecline(t *testing.T) {
	h := newInvitationFixture(t)
	path, id := h.invite("lucia@halation.example", "organizer")
	b := h.Anonymous()
	assertRedirect(t, b.Post(path+"/decline", nil), path)
	assertRedirect(t, b.Post(path+"/undo-decline", nil), path)
	assertPage(t, b.Get(path), 200, "Accept invitation", "You can accept the invitation again.")
	assertRedirect(t, b.Post(path+"/undo-decline", nil), path) // a second press
	if h.status(id) != invitations.Pending {
		t.Errorf("the invitation is %s, want %s", h.status(id), invitations.Pending)
	}

	assertRedirect(t, b.Post(path+"/decline", nil), path)
	hookstest.Exec(t, h.App, "UPDATE teams SET organizer_seats = 0", nil)
	assertPage(t, b.Post(path+"/undo-decline", nil), 422, "The seat is no longer free. Ask the team for a new invitation.")

	hookstest.Exec(t, h.App, "UPDATE teams SET organizer_seats = 9", nil)
	hookstest.Exec(t, h.App, "UPDATE invitations SET answered = '2026-01-01 00:00:00.000Z'", nil)
	late := b.Get(path)
	assertPage(t, late, 410, "This invitation was declined", "ask Marta for a new invitation")
	assertLacks(t, late, "undo-decline")
	assertPage(t, b.Post(path+"/undo-decline", nil), 422, "This invitation was declined", "ask Marta for a new invitation")
	if h.status(id) != invitations.Declined {
		t.Errorf("the invitation is %s, want %s", h.status(id), invitations.Declined)
	}
}

func TestInvitationPage_RevokedOrExpired_SaysSo(t *testing.T) {
	h := newInvitationFixture(t)
	for name, test := range map[string]struct {
		end   func(id string)
		words []string
	}{
		"revoked": {func(id string) {
			if _, err := invitations.Revoke(h.App, hookstest.Actor(t, h.App, h.owner, h.team), id); err != nil {
				t.Fatal(err)
			}
		}, []string{"This invitation was revoked", "If you think this is a mistake, ask Marta"}},
		"expired": {h.expire, []string{"This invitation has expired", "To join Halation Post, ask Marta"}},
	} {
		t.Run(name, func(t *testing.T) {
			path, id := h.invite(name+"@halation.example", "organizer")
			b := h.Anonymous()
			assertPage(t, b.Get(path), 200, "Accept invitation")
			test.end(id)
			assertPage(t, b.Post(path+"/accept", newAccountForm()), 422, test.words...)
			assertPage(t, b.Post(path+"/decline", nil), 422, test.words...)
			assertPage(t, b.Get(path), 410, test.words...)
			if n := hookstest.Count(t, h.App, "users"); n != 1 {
				t.Errorf("%d accounts, want 1", n)
			}
		})
	}
}

func TestInvitationPage_ReplacedLink_MentionsNewerOne(t *testing.T) {
	h := newInvitationFixture(t)
	path, _ := h.invite("lucia@halation.example", "organizer")
	hookstest.Invite(t, h.App, h.owner, h.team, "lucia@halation.example", "admin")
	newer := h.invitationPath("lucia@halation.example")
	b := h.Anonymous()
	assertPage(t, b.Get(path), 410, "We sent you a newer link", "ask Marta to send the invitation again")
	assertPage(t, b.Post(path+"/accept", newAccountForm()), 422, "We sent you a newer link")
	assertPage(t, h.As(hookstest.Account(t, h.App, "lucia@halation.example")).Get(path), 410, "View invitation", `href="/teams"`)
	assertPage(t, b.Get(newer), 200, "Sign in and accept")
}

func TestInvitationPage_AcceptedByFormerMember(t *testing.T) {
	h := newInvitationFixture(t)
	lucia := hookstest.Account(t, h.App, "lucia@halation.example")
	path, _ := h.invite(lucia.Email(), "organizer")
	b := h.As(lucia)
	b.Post(path+"/accept", nil)
	assertPage(t, h.As(hookstest.Account(t, h.App, "other@halation.example")).Get(path), 410, "Sign out and continue")
	assertPage(t, h.Anonymous().Get(path), 410, "This invitation was already accepted", "If you accepted it, sign in", "/signin?next=%2Fapp%2Fhalation-post")
	if _, err := members.Remove(h.App, hookstest.Actor(t, h.App, h.owner, h.team), lucia.Id, members.Handover{}); err != nil {
		t.Fatal(err)
	}
	assertPage(t, b.Get(path), 410, "is no longer in Halation Post", "ask Marta")
}

func TestInvitationPage_UnknownLinks_AreRateLimited(t *testing.T) {
	h := newInvitationFixture(t)
	path, _ := h.invite("lucia@halation.example")
	b := h.Anonymous()
	for range 10 {
		assertPage(t, b.Get("/invite/usi_nosuchlink"), 404, "We don&#39;t know this link", "help@usher.test")
		assertPage(t, b.Post("/invite/usi_nosuchlink/accept", newAccountForm()), 422, "We don&#39;t know this link")
	}
	r := b.Get("/invite/usi_nosuchlink")
	assertPage(t, r, 429, "Too many requests")
	if r.Header.Get("Retry-After") == "" {
		t.Error("got no waiting time")
	}
	assertPage(t, b.Get(path), 200, "Marta invited you to join Halation Post", "Members don't use a seat", "The invitation is valid until")
}

func TestAcceptInvitation_LinkShownToInviter_DoesNotConfirmAddress(t *testing.T) {
	server := viewstest.Serve(t, hookstest.Config())
	owner := hookstest.Account(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "free")
	link := hookstest.Invite(t, server.App, owner, team, "lucia@halation.example", "organizer").Link
	path := strings.TrimPrefix(link, server.URL)
	b := server.Anonymous()
	assertPage(t, b.Post(path+"/accept", newAccountForm()), 422, "Your account has been created.", "must confirm your address first", "help@usher.test")
	assertPage(t, b.Get(path), 200, "hasn&#39;t been confirmed yet", "Open invitation")
	if n := hookstest.Count(t, server.App, "memberships"); n != 1 {
		t.Error("an unproven address came in")
	}
	account, err := accounts.Find(server.App, "lucia@halation.example")
	if err != nil {
		t.Fatal(err)
	}
	account.SetVerified(true)
	if err := server.App.Save(account); err != nil {
		t.Fatal(err)
	}
	assertRedirect(t, b.Post(path+"/accept", newAccountForm()), "/app/halation-post")
}

func TestInvitationForms_CrossSite_AreRefused(t *testing.T) {
	h := newInvitationFixture(t)
	lucia := hookstest.Account(t, h.App, "lucia@halation.example")
	path, id := h.invite(lucia.Email(), "organizer")
	b := h.As(lucia)
	for _, verb := range []string{"/accept", "/decline", "/undo-decline"} {
		request, _ := http.NewRequest(http.MethodPost, h.URL+path+verb, nil)
		request.Header.Set("Sec-Fetch-Site", "cross-site")
		request.Header.Set("Origin", "https://evil.example")
		if r := b.Send(request); r.Status != http.StatusForbidden {
			t.Errorf("%s: %d, want %v", verb, r.Status, http.StatusForbidden)
		}
	}
	if h.status(id) != invitations.Pending {
		t.Error("another site answered")
	}
}
