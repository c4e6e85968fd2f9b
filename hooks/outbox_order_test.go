package hooks_test

import (
	"context"
	"flag"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"pgregory.net/rapid"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/mail"
	"usher/hooks/mail/resendtest"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/sessions"
	"usher/hooks/teams"
)

// Random histories of changes between delivery attempts, some of which fail: every email that the provider accepts is
// correct at that moment. Nothing obsolete is sent, and nothing old arrives after its replacement.
func TestOutbox_RandomHistory_SendsNothingObsolete(t *testing.T) {
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		_ = f.Value.Set("25")
	}
	seen := map[string]int{}
	rapid.Check(t, func(r *rapid.T) {
		h := newOutboxFixture(t, r)
		defer hookstest.CloseApp(h.app)
		r.Repeat(map[string]func(*rapid.T){
			"invite": h.invite, "revoke": h.revoke, "resend": h.resendInvitation, "correct": h.correct, "expire": h.expire, "answer": h.acceptOrDecline,
			"ask for a reset": h.requestReset, "set a password": h.setPassword, "change roles": h.setRoles,
			"schedule": h.schedule, "change a session": h.change, "cancel a session": h.cancel,
			"fail": h.failRequests, "crash": h.crash, "deliver": h.deliver, "deliver again": h.deliver, "deliver later": h.deliver,
		})
		h.deliver(r)
		for _, row := range hookstest.QueryRows(t, h.app, "SELECT kind || ' ' || status, count(*) FROM outbox GROUP BY 1") {
			seen[row[:strings.LastIndex(row, " ")]]++
		}
	})
	for _, what := range []string{"invitation sent", "invitation dropped", "reset_password sent", "reset_password dropped",
		"session_invitation sent", "session_invitation dropped"} {
		if seen[what] == 0 {
			t.Errorf("no history covers %q: %v", what, seen)
		}
	}
}

// outboxFixture is a team whose email provider fails now and then.
type outboxFixture struct {
	t           *testing.T
	app         *core.BaseApp
	owner       *core.Record
	team        *teams.Team
	resend      *resendtest.Server
	worker      *mail.Worker
	clockOffset time.Duration
	checked     int // emails that were checked
}

func newOutboxFixture(t *testing.T, r *rapid.T) *outboxFixture {
	resend := resendtest.New(t)
	config := hookstest.Config()
	config.ResendKey, config.ResendURL = resend.Key, resend.URL
	h := &outboxFixture{t: t, app: hookstest.NewAppWith(t, config), resend: resend}
	resend.Now = h.now
	h.owner = hookstest.Account(t, h.app, "marta@x.example")
	h.team = hookstest.Team(t, h.app, h.owner, "Halation Post", "business")
	hookstest.Member(t, h.app, h.team, "ada@x.example", "admin", "organizer")
	h.restartWorker()
	return h
}

func (h *outboxFixture) now() time.Time { return time.Now().Add(h.clockOffset) }

func (h *outboxFixture) restartWorker() {
	h.worker = mail.NewWorker(h.app)
	h.worker.MinInterval, h.worker.Now = 0, h.now
}

func (h *outboxFixture) actor() *actors.Actor { return hookstest.Actor(h.t, h.app, h.owner, h.team) }

func (h *outboxFixture) anyAddress(r *rapid.T) string {
	return fmt.Sprintf("p%d@x.example", rapid.IntRange(0, 2).Draw(r, "address"))
}

func (h *outboxFixture) anyID(r *rapid.T, query string) string {
	ids := hookstest.QueryRows(h.t, h.app, query)
	if len(ids) == 0 {
		return ""
	}
	return rapid.SampledFrom(ids).Draw(r, "id")
}

func (h *outboxFixture) ada() *core.Record {
	account, err := accounts.Find(h.app, "ada@x.example")
	if err != nil {
		h.t.Fatal(err)
	}
	return account
}

func (h *outboxFixture) invite(r *rapid.T) {
	_, err := invitations.Invite(h.app, h.actor(), invitations.Request{
		Lines: invitations.ParseLines([]string{h.anyAddress(r)}), Roles: actors.Roles{Organizer: rapid.Bool().Draw(r, "organizer")}})
	checkResult(r, err)
}

func (h *outboxFixture) anyPending(r *rapid.T) string {
	return h.anyID(r, "SELECT id FROM invitations WHERE status = 'pending'")
}

func (h *outboxFixture) revoke(r *rapid.T) {
	_, err := invitations.Revoke(h.app, h.actor(), h.anyPending(r))
	checkResult(r, err)
}

func (h *outboxFixture) resendInvitation(r *rapid.T) {
	id := h.anyPending(r)
	hookstest.Exec(h.t, h.app, "UPDATE outbox SET created = {:then}", dbx.Params{"then": record.FormatTime(time.Now().Add(-2 * time.Minute))})
	_, _, err := invitations.Resend(h.app, h.actor(), id)
	checkResult(r, err)
}

func (h *outboxFixture) correct(r *rapid.T) {
	_, err := invitations.CorrectAddress(h.app, h.actor(), h.anyPending(r), h.anyAddress(r))
	checkResult(r, err)
}

func (h *outboxFixture) expire(r *rapid.T) {
	hookstest.Exec(h.t, h.app, "UPDATE invitations SET expires = {:then} WHERE id = {:id}",
		dbx.Params{"id": h.anyPending(r), "then": record.FormatTime(time.Now().Add(-time.Minute))})
}

// acceptOrDecline accepts a role as Ada, or declines an invitation as its recipient.
func (h *outboxFixture) acceptOrDecline(r *rapid.T) {
	if waiting, err := invitations.ListPending(h.app, h.ada()); err == nil && len(waiting) > 0 {
		_, err := invitations.Accept(h.app, invitations.Response{Account: h.ada(), ID: waiting[0].Id})
		checkResult(r, err)
		return
	}
	invitation, err := h.app.FindRecordById("invitations", h.anyPending(r))
	if err != nil {
		return
	}
	invitation.Set("status", invitations.Declined)
	checkResult(r, h.app.Save(invitation))
}

func (h *outboxFixture) requestReset(r *rapid.T) {
	checkResult(r, accounts.RequestReset(h.app, "ada@x.example", "", "203.0.113.9"))
}

func (h *outboxFixture) setPassword(r *rapid.T) {
	account := h.ada()
	account.SetPassword("a longer password that no one can guess")
	checkResult(r, h.app.Save(account))
}

func (h *outboxFixture) setRoles(r *rapid.T) {
	roles := actors.Roles{Admin: rapid.Bool().Draw(r, "admin"), Organizer: rapid.Bool().Draw(r, "organizer")}
	_, _, err := invitations.SetRoles(h.app, h.actor(), h.ada().Id, roles, "")
	checkResult(r, err)
}

func (h *outboxFixture) form(r *rapid.T) sessions.Form {
	form := hookstest.DefaultSessionForm(sessions.Form{Title: fmt.Sprintf("Review %d", rapid.IntRange(0, 99).Draw(r, "title"))})
	for n := range 3 {
		if rapid.Bool().Draw(r, "guest") {
			form.Guests = append(form.Guests, fmt.Sprintf("p%d@x.example", n))
		}
	}
	return form
}

func (h *outboxFixture) schedule(r *rapid.T) {
	_, err := sessions.Schedule(h.app, h.actor(), h.form(r))
	checkResult(r, err)
}

func (h *outboxFixture) anyScheduled(r *rapid.T) string {
	return h.anyID(r, "SELECT id FROM sessions WHERE status = 'scheduled'")
}

func (h *outboxFixture) change(r *rapid.T) {
	checkResult(r, sessions.Change(h.app, h.actor(), h.anyScheduled(r), h.form(r), sessions.ScopeSession))
}

func (h *outboxFixture) cancel(r *rapid.T) {
	checkResult(r, sessions.Cancel(h.app, h.actor(), h.anyScheduled(r), sessions.ScopeSession))
}

// failRequests lets the next requests fail, some of them after the provider accepted the email.
func (h *outboxFixture) failRequests(r *rapid.T) {
	for range rapid.IntRange(1, 4).Draw(r, "faults") {
		h.resend.FailNext(rapid.SampledFrom([]resendtest.Fault{resendtest.Status(500), resendtest.Status(503), resendtest.AcceptAndCut,
			resendtest.Status(401)}).Draw(r, "fault"))
	}
}

// crash leaves an email in the state sending, like a killed process, and starts another worker.
func (h *outboxFixture) crash(r *rapid.T) {
	hookstest.Exec(h.t, h.app, "UPDATE outbox SET status = 'sending' WHERE id = {:id}",
		dbx.Params{"id": h.anyID(r, "SELECT id FROM outbox WHERE status = 'queued' AND tried != ''")})
	h.restartWorker()
}

// deliver lets time pass, sends what is due, and checks what arrived.
func (h *outboxFixture) deliver(r *rapid.T) {
	h.clockOffset += time.Duration(rapid.IntRange(0, 90).Draw(r, "minutes")) * time.Minute
	h.worker.Deliver(context.Background())
	arrived := h.resend.Emails()
	for _, email := range arrived[h.checked:] {
		if fault := h.obsoleteReason(email); fault != "" {
			r.Fatalf("%q to %s: %s", email.Subject, email.To, fault)
		}
	}
	h.checked = len(arrived)
}

var sequencePattern = regexp.MustCompile(`SEQUENCE:(\d+)`)

// obsoleteReason returns why an email that has just arrived is no longer correct, or "".
func (h *outboxFixture) obsoleteReason(email resendtest.Email) string {
	row, err := mail.FindEmail(h.app, email.Key)
	if err != nil {
		return err.Error()
	}
	switch kind := row.Kind(); kind {
	case mail.KindInvitation, mail.KindRoleInvitation:
		link := h.resend.FindLink(email, "/invite/")
		i, replaced, err := invitations.FindByToken(h.app, link[strings.LastIndex(link, "/")+1:])
		if err != nil || replaced || i.Status() != invitations.Pending || i.Address() != email.To {
			return fmt.Sprintf("its link is replaced (%v), or ended: %v, %v", replaced, i, err)
		}
	case mail.KindResetPassword:
		link := h.resend.FindLink(email, "/reset/")
		if _, err := accounts.FindByReset(h.app, link[strings.LastIndex(link, "/")+1:]); err != nil {
			return err.Error()
		}
	case mail.KindRoleRevoked:
		m, err := members.Find(h.app, h.team.Id, h.ada().Id)
		if err != nil {
			return err.Error()
		}
		ended, left, _ := strings.Cut(email.Text, "ended your role")
		for _, role := range m.Roles().Details() {
			if strings.Contains(ended, role.Label) || !strings.Contains(left, role.Label) {
				return "the user is " + role.Label + ", and it says: " + email.Text
			}
		}
	case mail.KindSessionInvitation, mail.KindSessionChanged, mail.KindSessionCancelled:
		return h.outdatedReason(row, email)
	}
	return ""
}

// outdatedReason compares an email about a session with the session.
func (h *outboxFixture) outdatedReason(row *mail.Email, email resendtest.Email) string {
	title, _, _ := strings.Cut(email.Subject[strings.Index(email.Subject, ": ")+2:], ",")
	p, err := sessions.FindParticipant(h.app, row.About())
	if strings.Contains(row.Basis(), `"withdrawn":true`) {
		if err == nil {
			return "the user is on the list"
		}
		return ""
	}
	if err != nil {
		return "the user is not on the list: " + err.Error()
	}
	s, err := sessions.FindByID(h.app, p.SessionID())
	if err != nil {
		return err.Error()
	}
	if off := s.Status() == sessions.Cancelled; off != (row.Kind() == mail.KindSessionCancelled) {
		return "the session is " + s.Status()
	}
	said := sequencePattern.FindStringSubmatch(email.Files[0].Content)
	if s.Title() != title || len(said) != 2 || said[1] != fmt.Sprint(s.GetInt("sequence")) {
		return fmt.Sprintf("it is %q with %v, the session %q with %d", title, said, s.Title(), s.GetInt("sequence"))
	}
	return ""
}
