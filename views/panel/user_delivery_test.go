package panel_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/addresslist"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/mail"
	"usher/hooks/mail/resendtest"
)

// deliveryFixture is a fixture that sends email through a fake Resend, which reports the delivery.
type deliveryFixture struct {
	*fixture
	resend *resendtest.Server
	sent   chan string // recipients of emails marked as sent
}

func newDeliveryFixture(t *testing.T) *deliveryFixture {
	t.Helper()
	resend := resendtest.New(t)
	config := hookstest.Config()
	config.ResendKey, config.ResendURL, config.WebhookSecret = resend.Key, resend.URL, resendtest.WebhookSecret
	p := &deliveryFixture{newFixtureWithConfig(t, config), resend, make(chan string, 100)}
	p.App.OnRecordAfterUpdateSuccess("outbox").BindFunc(func(e *core.RecordEvent) error {
		if e.Record.GetString("status") != mail.Queued && e.Record.GetString("status") != mail.Sending {
			p.sent <- e.Record.GetString("recipient")
		}
		return e.Next()
	})
	return p
}

// inviteAndWait invites an address with a name, a note and roles, and waits until the email is sent.
func (p *deliveryFixture) inviteAndWait(email string, roles actors.Roles) (id string, message resendtest.Email) {
	p.t.Helper()
	results, err := invitations.Invite(p.App, hookstest.Actor(p.t, p.App, p.owner, p.team), invitations.Request{
		Lines: []invitations.Line{addresslist.NewEntry("Lucía Herrera", email)}, Roles: roles, Note: "See you in Porto."})
	if err != nil || results[0].Status != invitations.Invited {
		p.t.Fatal(results, err)
	}
	p.waitUntilSent(email)
	return results[0].ID, p.resend.WaitFor(p.t, email)
}

func (p *deliveryFixture) waitUntilSent(email string) {
	p.t.Helper()
	for {
		select {
		case to := <-p.sent:
			if to == email {
				return
			}
		case <-time.After(10 * time.Second):
			p.t.Fatalf("no email was sent to %s", email)
		}
	}
}

func (p *deliveryFixture) report(e resendtest.Event) {
	p.t.Helper()
	if status, body := e.Post(p.t, p.URL+"/hooks/resend"); status != http.StatusOK {
		p.t.Fatalf("%d %s, want %v", status, body, http.StatusOK)
	}
}

var organizer = actors.Roles{Organizer: true}

func TestUserDetails_ShowEmailDelivery(t *testing.T) {
	p := newDeliveryFixture(t)
	b := p.As(p.admin)
	id, message := p.inviteAndWait("lucia@halation.example", organizer)
	at := p.path("/users/" + id)
	r := b.Get(at)
	assertPage(t, r, http.StatusOK, "Sent")
	assertNotContains(t, r, "Correct address")
	for _, step := range []struct {
		event resendtest.Event
		says  []string
		wrong bool
	}{
		{message.Delayed(), []string{"Delayed", "Delivery is retried automatically.", "Resend"}, true},
		{message.Returned("over quota"), []string{"Returned", "The mailbox is full.", "“over quota”"}, true},
		{message.Delivered(), []string{"Delivered", "Resend"}, false},
	} {
		p.report(step.event)
		r := b.Get(at)
		assertPage(t, r, http.StatusOK, step.says...)
		if strings.Contains(r.Body, "Correct address") != step.wrong {
			t.Errorf("%s: correcting is offered: %v, want %v", step.says[0], !step.wrong, step.wrong)
		}
	}
	assertPage(t, b.Get(at+"/correct"), http.StatusNotFound)

	p.report(message.Bounced("550 5.1.1 no such user <b>"))
	r = b.Get(at)
	assertPage(t, r, http.StatusOK, "Revoked", "Bounced", "The address doesn't exist or doesn't accept email. The provider says: “550 5.1.1 no such user <b>”",
		"Correct address…", "Invite again…", at+"/correct")
	assertNotContains(t, r, "Revoke invitation")
	if strings.Contains(r.Body, "user <b>") || strings.Count(r.Body, "accept email.") != 1 {
		t.Error("the reason stands raw, or twice")
	}
}

func TestCorrectAddress_Bounced_SendsTheSameInvitation(t *testing.T) {
	p := newDeliveryFixture(t)
	b := p.As(p.admin)
	id, message := p.inviteAndWait("lucia@halation.exmaple", organizer)
	p.report(message.Bounced("no such domain"))
	at := p.path("/users/" + id)
	assertPage(t, b.Get(at+"/correct"), http.StatusOK, "Correct email address", `value="lucia@halation.exmaple"`,
		`action="`+at+`/correct"`, "invited as Organizer", "Reserves 1 Organizer seat until they answer.")
	assertContains(t, p.fragment(b, at+"/correct", "div#dialog"), "<dialog", "Email address")

	r := b.Post(at+"/correct", url.Values{"email": {"lucia@halation.example"}, "invitation": {id}})
	pending, err := invitations.FindPending(p.App, p.team.Id, "lucia@halation.example")
	if err != nil {
		t.Fatal(err, pageText(r.Body))
	}
	assertRedirect(t, b, r, p.path("/users/"+pending.Id), "Invitation sent to lucia@halation.example.")
	if !pending.Roles().Organizer || pending.GetString("name") != "Lucía Herrera" || pending.GetString("note") != "See you in Porto." {
		t.Errorf("%v", pending.PublicExport())
	}
	if message := p.resend.WaitFor(t, "lucia@halation.example"); p.resend.FindLink(message, "/invite/") == "" || !strings.Contains(message.Text, "See you in Porto.") {
		t.Error(message.Text)
	}
}

// The reserved seat of a pending invitation moves to the new one, even if it is the last.
func TestCorrectAddress_LastSeat_MovesTheReservation(t *testing.T) {
	p := newDeliveryFixture(t)
	p.team.Set("organizer_seats", 3)
	if err := p.App.Save(p.team); err != nil {
		t.Fatal(err)
	}
	tooLarge := resendtest.Reject(422, "validation_error", "The `html` field is too large.")
	p.resend.FailNext(slices.Repeat([]resendtest.Fault{tooLarge}, 4)...) // taking the last seat sends an email, too
	hookstest.Invite(t, p.App, p.owner, p.team, "lucia@halation.exmaple", "organizer")
	p.waitUntilSent("lucia@halation.exmaple")
	old, err := invitations.FindPending(p.App, p.team.Id, "lucia@halation.exmaple")
	if err != nil {
		t.Fatal(err)
	}
	b, at := p.As(p.admin), p.path("/users/"+old.Id)
	assertPage(t, b.Get(at), http.StatusOK, "Failed", "too large", "Correct address…", "Resend", "Revoke invitation…")
	assertPage(t, b.Get(at+"/correct"), http.StatusOK, "The invitation to lucia@halation.exmaple is revoked and its link stops working. Its reservation moves to the new invitation: 1 Organizer seat.")
	r := b.Post(at+"/correct", url.Values{"email": {"lucia@halation.example"}})
	pending, err := invitations.FindPending(p.App, p.team.Id, "lucia@halation.example")
	if err != nil {
		t.Fatal(err, pageText(r.Body))
	}
	assertRedirect(t, b, r, p.path("/users/"+pending.Id), "Invitation sent to")
	if p.status(old.Id) != invitations.Revoked {
		t.Error(p.status(old.Id))
	}
	assertPage(t, b.Get(at), http.StatusOK, "The address was corrected: lucia@halation.example")
}

func TestUserDetails_ProviderRefusedAddress_IsRevoked(t *testing.T) {
	p := newDeliveryFixture(t)
	p.resend.FailNext(resendtest.Reject(422, "validation_error", "Invalid `to` field. The email address needs to follow the `email@example.com` format"))
	result := hookstest.Invite(t, p.App, p.owner, p.team, "lucia@halation.exmaple", "organizer")
	p.waitUntilSent("lucia@halation.exmaple")
	assertPage(t, p.As(p.admin).Get(p.path("/users/"+result.ID)), http.StatusOK, "Revoked", "Failed", "This isn't a valid email address.", "Correct address…")
}

func TestCorrectAddress_InvalidAddress_KeepsTheInput(t *testing.T) {
	p := newDeliveryFixture(t)
	b := p.As(p.admin)
	id, message := p.inviteAndWait("lucia@halation.exmaple", organizer)
	p.report(message.Bounced("gone"))
	at := p.path("/users/" + id)
	for typed, says := range map[string]string{
		"lucia at halation":      "lucia at halation",
		"":                       "",
		"lucia@halation.exmaple": "The invitation was sent to this address.",
		p.organizer.Email():      "Already in the team with this role.",
	} {
		r := b.Post(at+"/correct", url.Values{"email": {typed}, "invitation": {id}})
		assertPage(t, r, http.StatusUnprocessableEntity, `value="`+typed+`"`, `id="email-e"`, `aria-invalid="true"`, says, `action="`+at+`/correct"`, "<dialog", " open")
	}
	if n := hookstest.Count(t, p.App, "invitations"); n != 1 {
		t.Errorf("%d invitations, want 1", n)
	}
	b.Post(at+"/correct", url.Values{"email": {"lucia@halation.example"}, "invitation": {id}})
	r := b.Post(at+"/correct", url.Values{"email": {"<script>alert(1)</script>\x00"}, "invitation": {id}})
	if r.Status != http.StatusUnprocessableEntity || strings.Contains(r.Body, "<script>alert") {
		t.Error(r.Status)
	}
}

func TestCorrectAddress_AccessByRole(t *testing.T) {
	p := newDeliveryFixture(t)
	id, message := p.inviteAndWait("lucia@halation.exmaple", actors.Roles{Admin: true})
	p.report(message.Bounced("gone"))
	at := p.path("/users/" + id)
	form := url.Values{"email": {"lucia@halation.example"}, "invitation": {id}}
	assertPage(t, p.Anonymous().Post(at+"/correct", form), http.StatusSeeOther)
	for account, status := range map[*core.Record]int{
		p.stranger: 404, p.other: 404, p.guest: 403, p.member: 403, p.organizer: 403, p.admin: 403,
	} {
		if r := p.As(account).Post(at+"/correct", form); r.Status != status {
			t.Errorf("%s: %d, want %d", account.Email(), r.Status, status)
		}
	}
	b := p.As(p.admin)
	assertNotContains(t, b.Get(at), "Correct address")
	assertPage(t, b.Get(at+"/correct"), http.StatusNotFound)
	foreign := p.As(p.other)
	assertPage(t, foreign.Post("/admin/"+p.foreign.Slug()+"/users/"+id+"/correct", form), http.StatusNotFound)
	if n := hookstest.Count(t, p.App, "invitations"); n != 1 {
		t.Fatalf("%d invitations, want 1", n)
	}
	owner := p.As(p.owner)
	if r := owner.Post(at+"/correct", form); r.Status != http.StatusSeeOther {
		t.Fatal(r.Status, pageText(r.Body))
	}
}

func TestCorrectAddress_MemberOfTheTeam_IsRefused(t *testing.T) {
	p := newDeliveryFixture(t)
	hookstest.Invite(t, p.App, p.owner, p.team, p.member.Email(), "organizer")
	p.waitUntilSent(p.member.Email())
	p.report(p.resend.WaitFor(t, p.member.Email()).Delayed())
	b := p.As(p.owner)
	r := b.Get(p.userPath(p.member, ""))
	assertPage(t, r, http.StatusOK, "Delayed")
	assertNotContains(t, r, "Correct address")
	assertPage(t, b.Get(p.userPath(p.member, "/correct")), http.StatusNotFound)
	r = b.Post(p.userPath(p.member, "/correct"), url.Values{"email": {"noor@new.example"}})
	assertPage(t, r, http.StatusUnprocessableEntity, "They can change their email address in their account")
}

func TestSettings_ShowDeliveryReports(t *testing.T) {
	p := newDeliveryFixture(t)
	b := p.As(p.admin)
	assertPage(t, b.Get(p.path("/settings")), http.StatusOK, "Delivery reports", "On. User details show")
	r := b.Post(p.path("/settings/test-email"), nil)
	p.waitUntilSent(p.admin.Email())
	at, _, _ := strings.Cut(r.Location, "#")
	assertPage(t, b.Get(at), http.StatusOK, "Sent", "hx-get")
	p.report(p.resend.WaitFor(t, p.admin.Email()).Delivered())
	r = b.Get(at)
	assertPage(t, r, http.StatusOK, "Delivered")
	assertNotContains(t, r, "load delay")

	without := newFixture(t, true)
	assertPage(t, without.As(without.admin).Get(without.path("/settings")), http.StatusOK, "Off. Emails show as sent", "RESEND_WEBHOOK_SECRET")
	silent := newFixture(t, false)
	assertNotContains(t, silent.As(silent.admin).Get(silent.path("/settings")), "Delivery reports")
}

func TestEvents_Bounce_IsPublished(t *testing.T) {
	p := newDeliveryFixture(t)
	_, message := p.inviteAndWait("lucia@halation.exmaple", organizer)
	request, _ := http.NewRequest(http.MethodGet, p.URL+"/events?team="+p.team.Id, nil)
	response, err := p.As(p.owner).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	heard := make(chan bool, 1)
	go func() {
		buffer := make([]byte, 4096)
		text := ""
		for {
			n, err := response.Body.Read(buffer)
			if text += string(buffer[:n]); strings.Contains(text, "event: users") {
				heard <- true
				return
			}
			if err != nil {
				heard <- false
				return
			}
		}
	}()
	p.report(message.Bounced("gone"))
	select {
	case ok := <-heard:
		if !ok {
			t.Error("the stream ended")
		}
	case <-time.After(5 * time.Second):
		t.Error("nothing was heard")
	}
}
