package panel_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/views/viewstest"
)

// emailIs sets the status of the latest email to an address, as a provider would report it.
func (s *fixture) emailIs(address, status, reason, fault string) {
	s.t.Helper()
	hookstest.Exec(s.t, s.App, "UPDATE outbox SET status = {:status}, reason = {:reason}, error = {:error}, reported = updated WHERE recipient = {:to}",
		dbx.Params{"status": status, "reason": reason, "error": fault, "to": address})
}

func TestImport_EmailOfEachRow_IsShownAndResendOffered(t *testing.T) {
	s := newFixtureWithoutWorkers(t)
	b := s.As(s.admin)
	page := s.startImport(b, inviteForm(longList(230)+"\nno address", ""))
	for s.importStep() {
	}
	s.emailIs("row200@halation.example", "bounced", "", "The mailbox doesn't exist.")
	s.emailIs("row7@halation.example", "delivered", "", "")
	s.emailIs("row8@halation.example", "dropped", "seats_free", "")
	at := func(address string) string {
		i, err := invitations.FindPending(s.App, s.team.Id, address)
		if err != nil {
			t.Fatal(err)
		}
		return s.path("/users/" + i.Id)
	}

	r := b.Get(page)
	assertPage(t, r, http.StatusOK, "Invitation emails", "1 delivered · 227 queued · 1 bounced · 1 not sent", `id="import-emails" data-fresh`, `id="live"`,
		"Bounced", "The mailbox doesn't exist.", "Delivered", "Not sent: fewer seats or licences are in use", "1 to 50 of 230")
	bounced, first := strings.Index(r.Body, "row200@halation.example"), strings.Index(r.Body, "row0@halation.example")
	if bounced < 0 || bounced > first {
		t.Errorf("got the bounced email at %d, want it before %d", bounced, first)
	}
	for address, resend := range map[string]bool{"row200@halation.example": true, "row8@halation.example": true, "row7@halation.example": false} {
		if !strings.Contains(r.Body, `href="`+at(address)+`"`) {
			t.Errorf("no link to the details of %s", address)
		}
		if got := strings.Contains(r.Body, `aria-label="Resend the invitation to `+address+`"`); got != resend {
			t.Errorf("resend is offered for %s: %v, want %v", address, got, resend)
		}
	}
	assertPage(t, b.Get(at("row200@halation.example")), http.StatusOK, "Resend")
	last := b.Get(page + "?page=5")
	assertPage(t, last, http.StatusOK, "201 to 230 of 230", "row229@halation.example", "Previous")
	assertNotContains(t, last, "row200@halation.example")
	assertPage(t, b.Get(page+"?page=99"), http.StatusOK, "201 to 230 of 230")

	report := b.Get(page + "/report").Body
	for _, line := range []string{
		"row,sent,name,email,result,code,reason,delivery,delivery_reason,roles,tags\r\n", "row0@halation.example,invited,,,queued,,,\r\n",
		"row200@halation.example,invited,,,bounced,The mailbox doesn't exist.,,\r\n", "row8@halation.example,invited,,,dropped,Not sent: fewer seats or licences are in use.,,\r\n",
	} {
		if !strings.Contains(report, line) {
			t.Errorf("no %q in %q, want it to contain %q", line, report[:min(400, len(report))], line)
		}
	}
}

func TestImport_RowThatIsAcceptedOrRevoked_OffersNoResend(t *testing.T) {
	s := newFixtureWithoutWorkers(t)
	b := s.As(s.admin)
	page := s.startImport(b, inviteForm(longList(201), ""))
	for s.importStep() {
	}
	s.emailIs("row3@halation.example", "bounced", "", "The mailbox doesn't exist.")
	i, err := invitations.FindPending(s.App, s.team.Id, "row3@halation.example")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := invitations.Revoke(s.App, hookstest.Actor(t, s.App, s.owner, s.team), i.Id); err != nil {
		t.Fatal(err)
	}
	r := b.Get(page)
	assertPage(t, r, http.StatusOK, "1 bounced")
	assertNotContains(t, r, "Resend the invitation to row3@halation.example")
}

func TestImport_Part_HoldsNoEmails(t *testing.T) {
	s := newFixtureWithoutWorkers(t)
	b := s.As(s.owner)
	page := s.startImport(b, inviteForm(longList(201), ""))
	s.importStep()
	request, _ := http.NewRequest(http.MethodGet, s.URL+page, nil)
	request.Header.Set("HX-Request", "true")
	request.Header.Set("HX-Target", "div#import")
	var r viewstest.Reply = b.Send(request)
	assertNotContains(t, r, "import-emails")
	assertPage(t, b.Get(page), http.StatusOK, "50 queued", "row0@halation.example")
}
