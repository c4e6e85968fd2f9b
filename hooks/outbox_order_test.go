package hooks_test

import (
	"context"
	"flag"
	"fmt"
	"regexp"
	"strings"
	"sync/atomic"
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
		f := newOutboxFixture(t, r)
		defer hookstest.CloseApp(f.app)
		r.Repeat(map[string]func(*rapid.T){
			"invite": f.invite, "revoke": f.revoke, "resend": f.resendInvitation, "correct": f.correct, "expire": f.expire, "answer": f.acceptOrDecline,
			"ask for a reset": f.requestReset, "set a password": f.setPassword, "change roles": f.setRoles,
			"schedule": f.schedule, "change a session": f.change, "cancel a session": f.cancel,
			"fail": f.failRequests, "crash": f.crash, "deliver": f.deliver, "deliver again": f.deliver, "deliver later": f.deliver,
		})
		f.deliver(r)
		for _, row := range hookstest.QueryRows(t, f.app, "SELECT kind || ' ' || status, count(*) FROM outbox GROUP BY 1") {
			seen[row[:strings.LastIndex(row, " ")]]++
		}
	})
	for _, what := range []string{"invitation sent", "invitation dropped", "reset_password sent", "reset_password dropped",
		"session_invitation sent", "session_invitation dropped"} {
		if seen[what] == 0 {
			t.Errorf("no history covers %q: %v, want some", what, seen)
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
	clockOffset atomic.Int64 // how far the clocks are ahead; the stub reads it in its own goroutines
	checked     int          // emails that were checked
}

func newOutboxFixture(t *testing.T, r *rapid.T) *outboxFixture {
	resend := resendtest.New(t)
	config := hookstest.Config()
	config.ResendKey, config.ResendURL = resend.Key, resend.URL
	f := &outboxFixture{t: t, app: hookstest.NewAppWith(t, config), resend: resend}
	resend.Now = f.now
	f.owner = hookstest.Account(t, f.app, "marta@x.example")
	f.team = hookstest.Team(t, f.app, f.owner, "Halation Post", "business")
	hookstest.Member(t, f.app, f.team, "ada@x.example", "admin", "organizer")
	f.restartWorker()
	return f
}

func (f *outboxFixture) now() time.Time { return time.Now().Add(time.Duration(f.clockOffset.Load())) }

func (f *outboxFixture) restartWorker() {
	f.worker = mail.NewWorker(f.app)
	f.worker.MinInterval, f.worker.Now = 0, f.now
}

func (f *outboxFixture) actor() *actors.Actor { return hookstest.Actor(f.t, f.app, f.owner, f.team) }

func (f *outboxFixture) anyAddress(r *rapid.T) string {
	return fmt.Sprintf("p%d@x.example", rapid.IntRange(0, 2).Draw(r, "address"))
}

func (f *outboxFixture) anyID(r *rapid.T, query string) string {
	ids := hookstest.QueryRows(f.t, f.app, query)
	if len(ids) == 0 {
		return ""
	}
	return rapid.SampledFrom(ids).Draw(r, "id")
}

func (f *outboxFixture) ada() *core.Record {
	account, err := accounts.Find(f.app, "ada@x.example")
	if err != nil {
		f.t.Fatal(err)
	}
	return account
}

func (f *outboxFixture) invite(r *rapid.T) {
	_, err := invitations.Invite(f.app, f.actor(), invitations.Request{
		Lines: invitations.ParseLines([]string{f.anyAddress(r)}), Roles: actors.Roles{Organizer: rapid.Bool().Draw(r, "organizer")}})
	checkResult(r, err)
}

func (f *outboxFixture) anyPending(r *rapid.T) string {
	return f.anyID(r, "SELECT id FROM invitations WHERE status = 'pending'")
}

func (f *outboxFixture) revoke(r *rapid.T) {
	_, err := invitations.Revoke(f.app, f.actor(), f.anyPending(r))
	checkResult(r, err)
}

func (f *outboxFixture) resendInvitation(r *rapid.T) {
	id := f.anyPending(r)
	hookstest.Exec(f.t, f.app, "UPDATE outbox SET created = {:then}", dbx.Params{"then": record.FormatTime(time.Now().Add(-2 * time.Minute))})
	_, _, err := invitations.Resend(f.app, f.actor(), id)
	checkResult(r, err)
}

func (f *outboxFixture) correct(r *rapid.T) {
	_, err := invitations.CorrectAddress(f.app, f.actor(), f.anyPending(r), f.anyAddress(r))
	checkResult(r, err)
}

func (f *outboxFixture) expire(r *rapid.T) {
	hookstest.Exec(f.t, f.app, "UPDATE invitations SET expires = {:then} WHERE id = {:id}",
		dbx.Params{"id": f.anyPending(r), "then": record.FormatTime(time.Now().Add(-time.Minute))})
}

// acceptOrDecline accepts a role as Ada, or declines an invitation as its recipient.
func (f *outboxFixture) acceptOrDecline(r *rapid.T) {
	if waiting, err := invitations.ListPending(f.app, f.ada()); err == nil && len(waiting) > 0 {
		_, err := invitations.Accept(f.app, invitations.Response{Account: f.ada(), ID: waiting[0].Id})
		checkResult(r, err)
		return
	}
	invitation, err := f.app.FindRecordById("invitations", f.anyPending(r))
	if err != nil {
		return
	}
	invitation.Set("status", invitations.Declined)
	checkResult(r, f.app.Save(invitation))
}

func (f *outboxFixture) requestReset(r *rapid.T) {
	checkResult(r, accounts.RequestReset(f.app, "ada@x.example", "", "203.0.113.9"))
}

func (f *outboxFixture) setPassword(r *rapid.T) {
	account := f.ada()
	account.SetPassword("a longer password that no one can guess")
	checkResult(r, f.app.Save(account))
}

func (f *outboxFixture) setRoles(r *rapid.T) {
	roles := actors.Roles{Admin: rapid.Bool().Draw(r, "admin"), Organizer: rapid.Bool().Draw(r, "organizer")}
	_, _, err := invitations.SetRoles(f.app, f.actor(), f.ada().Id, roles, members.Handover{})
	checkResult(r, err)
}

func (f *outboxFixture) form(r *rapid.T) sessions.Form {
	form := hookstest.DefaultSessionForm(sessions.Form{Title: fmt.Sprintf("Review %d", rapid.IntRange(0, 99).Draw(r, "title"))})
	for n := range 3 {
		if rapid.Bool().Draw(r, "guest") {
			form.Guests = append(form.Guests, fmt.Sprintf("p%d@x.example", n))
		}
	}
	return form
}

func (f *outboxFixture) schedule(r *rapid.T) {
	_, err := sessions.Schedule(f.app, f.actor(), f.form(r))
	checkResult(r, err)
}

func (f *outboxFixture) anyScheduled(r *rapid.T) string {
	return f.anyID(r, "SELECT id FROM sessions WHERE status = 'scheduled'")
}

func (f *outboxFixture) change(r *rapid.T) {
	checkResult(r, sessions.Change(f.app, f.actor(), f.anyScheduled(r), f.form(r), sessions.ScopeSession))
}

func (f *outboxFixture) cancel(r *rapid.T) {
	checkResult(r, sessions.Cancel(f.app, f.actor(), f.anyScheduled(r), sessions.ScopeSession))
}

// failRequests lets the next requests fail, some of them after the provider accepted the email.
func (f *outboxFixture) failRequests(r *rapid.T) {
	for range rapid.IntRange(1, 4).Draw(r, "faults") {
		f.resend.FailNext(rapid.SampledFrom([]resendtest.Fault{resendtest.Status(500), resendtest.Status(503), resendtest.AcceptAndCut,
			resendtest.Status(401)}).Draw(r, "fault"))
	}
}

// crash leaves an email in the state sending, like a killed process, and starts another worker.
func (f *outboxFixture) crash(r *rapid.T) {
	hookstest.Exec(f.t, f.app, "UPDATE outbox SET status = 'sending' WHERE id = {:id}",
		dbx.Params{"id": f.anyID(r, "SELECT id FROM outbox WHERE status = 'queued' AND tried != ''")})
	f.restartWorker()
}

// deliver lets time pass, sends what is due, and checks what arrived.
func (f *outboxFixture) deliver(r *rapid.T) {
	f.clockOffset.Add(int64(rapid.IntRange(0, 90).Draw(r, "minutes")) * int64(time.Minute))
	f.worker.Deliver(context.Background())
	arrived := f.resend.Emails()
	for _, email := range arrived[f.checked:] {
		if fault := f.obsoleteReason(email); fault != "" {
			r.Fatalf("%q to %s: %s, want none", email.Subject, email.To, fault)
		}
	}
	f.checked = len(arrived)
}

var sequencePattern = regexp.MustCompile(`SEQUENCE:(\d+)`)

// obsoleteReason returns why an email that has just arrived is no longer correct, or "".
func (f *outboxFixture) obsoleteReason(email resendtest.Email) string {
	row, err := mail.FindEmail(f.app, email.Key)
	if err != nil {
		return err.Error()
	}
	switch kind := row.Kind(); kind {
	case mail.KindInvitation, mail.KindRoleInvitation:
		link := f.resend.FindLink(email, "/invite/")
		i, replaced, err := invitations.FindByToken(f.app, link[strings.LastIndex(link, "/")+1:])
		if err != nil || replaced || i.Status() != invitations.Pending || i.Address() != email.To {
			return fmt.Sprintf("its link is replaced (%v), or ended: %v, %v", replaced, i, err)
		}
	case mail.KindResetPassword:
		link := f.resend.FindLink(email, "/reset/")
		if _, err := accounts.FindByReset(f.app, link[strings.LastIndex(link, "/")+1:]); err != nil {
			return err.Error()
		}
	case mail.KindRoleRevoked:
		m, err := members.Find(f.app, f.team.Id, f.ada().Id)
		if err != nil {
			return err.Error()
		}
		ended, left, _ := strings.Cut(email.Text, "You still have")
		for _, role := range m.Roles().Details() {
			if strings.Contains(ended, role.Label) || !strings.Contains(left, role.Label) {
				return "the user is " + role.Label + ", and it says: " + email.Text
			}
		}
	case mail.KindSessionInvitation, mail.KindSessionChanged, mail.KindSessionCancelled:
		return f.outdatedReason(row, email)
	}
	return ""
}

// outdatedReason compares an email about a session with the session.
func (f *outboxFixture) outdatedReason(row *mail.Email, email resendtest.Email) string {
	title, _, _ := strings.Cut(email.Subject[strings.Index(email.Subject, ": ")+2:], ",")
	p, err := sessions.FindParticipant(f.app, row.About())
	if strings.Contains(row.Basis(), `"withdrawn":true`) {
		if err == nil {
			return "the user is on the list"
		}
		return ""
	}
	if err != nil {
		return "the user is not on the list: " + err.Error()
	}
	s, err := sessions.FindByID(f.app, p.SessionID())
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
