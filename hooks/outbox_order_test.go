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

// Whatever happens between the attempts to send them, and however often these fail: each email that the provider takes
// says what holds at that moment. So nothing obsolete is sent, and nothing old arrives after what replaced it.
func TestOutbox_InAnyHistory_SendsNothingObsolete(t *testing.T) {
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		_ = f.Value.Set("25")
	}
	seen := map[string]int{}
	rapid.Check(t, func(r *rapid.T) {
		h := newPostOffice(t, r)
		defer hookstest.Close(h.app)
		r.Repeat(map[string]func(*rapid.T){
			"invite": h.invite, "revoke": h.revoke, "resend": h.sendAgain, "correct": h.correct, "expire": h.expire, "answer": h.answer,
			"ask for a reset": h.reset, "set a password": h.setPassword, "change roles": h.setRoles,
			"schedule": h.schedule, "change a session": h.change, "cancel a session": h.cancel,
			"fail": h.fail, "crash": h.crash, "deliver": h.deliver, "deliver again": h.deliver, "deliver later": h.deliver,
		})
		h.deliver(r)
		for _, row := range hookstest.Rows(t, h.app, "SELECT kind || ' ' || status, count(*) FROM outbox GROUP BY 1") {
			seen[row[:strings.LastIndex(row, " ")]]++
		}
	})
	for _, what := range []string{"invitation sent", "invitation dropped", "reset_password sent", "reset_password dropped",
		"session_invitation sent", "session_invitation dropped"} {
		if seen[what] == 0 {
			t.Errorf("no history has %q, so it shows little: %v", what, seen)
		}
	}
}

// postOffice is a team whose emails go to a provider that fails now and then.
type postOffice struct {
	t      *testing.T
	app    *core.BaseApp
	owner  *core.Record
	team   *teams.Team
	resend *resendtest.Server
	worker *mail.Worker
	ahead  time.Duration
	read   int // emails that were looked at
}

func newPostOffice(t *testing.T, r *rapid.T) *postOffice {
	resend := resendtest.New(t)
	config := hookstest.Config()
	config.ResendKey, config.ResendURL = resend.Key, resend.URL
	h := &postOffice{t: t, app: hookstest.NewWith(t, config), resend: resend}
	resend.Now = h.now
	h.owner = hookstest.Person(t, h.app, "marta@x.example")
	h.team = hookstest.Team(t, h.app, h.owner, "Halation Post", "business")
	hookstest.Member(t, h.app, h.team, "ada@x.example", "admin", "organizer")
	h.restart()
	return h
}

func (h *postOffice) now() time.Time { return time.Now().Add(h.ahead) }

func (h *postOffice) restart() {
	h.worker = mail.NewWorker(h.app)
	h.worker.Pace, h.worker.Now = 0, h.now
}

func (h *postOffice) actor() *actors.Actor { return hookstest.Actor(h.t, h.app, h.owner, h.team) }

func (h *postOffice) address(r *rapid.T) string {
	return fmt.Sprintf("p%d@x.example", rapid.IntRange(0, 2).Draw(r, "address"))
}

func (h *postOffice) any(r *rapid.T, query string) string {
	ids := hookstest.Rows(h.t, h.app, query)
	if len(ids) == 0 {
		return ""
	}
	return rapid.SampledFrom(ids).Draw(r, "id")
}

func (h *postOffice) ada() *core.Record {
	account, err := accounts.Find(h.app, "ada@x.example")
	if err != nil {
		h.t.Fatal(err)
	}
	return account
}

func (h *postOffice) invite(r *rapid.T) {
	_, err := invitations.Invite(h.app, h.actor(), invitations.Offer{
		Lines: invitations.Addresses([]string{h.address(r)}), Roles: actors.Roles{Organizer: rapid.Bool().Draw(r, "organizer")}})
	came(r, err)
}

func (h *postOffice) pending(r *rapid.T) string {
	return h.any(r, "SELECT id FROM invitations WHERE status = 'pending'")
}

func (h *postOffice) revoke(r *rapid.T) {
	_, err := invitations.Revoke(h.app, h.actor(), h.pending(r))
	came(r, err)
}

func (h *postOffice) sendAgain(r *rapid.T) {
	id := h.pending(r)
	hookstest.Exec(h.t, h.app, "UPDATE outbox SET created = {:then}", dbx.Params{"then": record.Stamp(time.Now().Add(-2 * time.Minute))})
	_, _, err := invitations.Resend(h.app, h.actor(), id)
	came(r, err)
}

func (h *postOffice) correct(r *rapid.T) {
	_, err := invitations.Correct(h.app, h.actor(), h.pending(r), h.address(r))
	came(r, err)
}

func (h *postOffice) expire(r *rapid.T) {
	hookstest.Exec(h.t, h.app, "UPDATE invitations SET expires = {:then} WHERE id = {:id}",
		dbx.Params{"id": h.pending(r), "then": record.Stamp(time.Now().Add(-time.Minute))})
}

// answer is a role that Ada accepts, or an invitation that its recipient declines.
func (h *postOffice) answer(r *rapid.T) {
	if waiting, err := invitations.Waiting(h.app, h.ada()); err == nil && len(waiting) > 0 {
		_, err := invitations.Accept(h.app, invitations.Answer{Account: h.ada(), ID: waiting[0].Id})
		came(r, err)
		return
	}
	invitation, err := h.app.FindRecordById("invitations", h.pending(r))
	if err != nil {
		return
	}
	invitation.Set("status", invitations.Declined)
	came(r, h.app.Save(invitation))
}

func (h *postOffice) reset(r *rapid.T) {
	came(r, accounts.RequestReset(h.app, "ada@x.example", "", "203.0.113.9"))
}

func (h *postOffice) setPassword(r *rapid.T) {
	account := h.ada()
	account.SetPassword("a longer password that nobody guesses")
	came(r, h.app.Save(account))
}

func (h *postOffice) setRoles(r *rapid.T) {
	roles := actors.Roles{Admin: rapid.Bool().Draw(r, "admin"), Organizer: rapid.Bool().Draw(r, "organizer")}
	_, _, err := invitations.SetRoles(h.app, h.actor(), h.ada().Id, roles, "")
	came(r, err)
}

func (h *postOffice) form(r *rapid.T) sessions.Form {
	form := hookstest.SessionForm(sessions.Form{Title: fmt.Sprintf("Review %d", rapid.IntRange(0, 99).Draw(r, "title"))})
	for n := range 3 {
		if rapid.Bool().Draw(r, "guest") {
			form.Guests = append(form.Guests, fmt.Sprintf("p%d@x.example", n))
		}
	}
	return form
}

func (h *postOffice) schedule(r *rapid.T) {
	_, err := sessions.Schedule(h.app, h.actor(), h.form(r))
	came(r, err)
}

func (h *postOffice) scheduled(r *rapid.T) string {
	return h.any(r, "SELECT id FROM sessions WHERE status = 'scheduled'")
}

func (h *postOffice) change(r *rapid.T) {
	came(r, sessions.Change(h.app, h.actor(), h.scheduled(r), h.form(r), sessions.This))
}

func (h *postOffice) cancel(r *rapid.T) {
	came(r, sessions.Cancel(h.app, h.actor(), h.scheduled(r), sessions.This))
}

// fail lets the next requests fail, some of them after the provider took the email.
func (h *postOffice) fail(r *rapid.T) {
	for range rapid.IntRange(1, 4).Draw(r, "faults") {
		h.resend.Fail(rapid.SampledFrom([]resendtest.Fault{resendtest.Status(500), resendtest.Status(503), resendtest.AcceptAndCut,
			resendtest.Status(401)}).Draw(r, "fault"))
	}
}

// crash leaves an email in sending, as a process that dies does, and starts another worker.
func (h *postOffice) crash(r *rapid.T) {
	hookstest.Exec(h.t, h.app, "UPDATE outbox SET status = 'sending' WHERE id = {:id}",
		dbx.Params{"id": h.any(r, "SELECT id FROM outbox WHERE status = 'queued' AND tried != ''")})
	h.restart()
}

// deliver lets time pass, sends what is due, and reads what arrived: nothing changes meanwhile.
func (h *postOffice) deliver(r *rapid.T) {
	h.ahead += time.Duration(rapid.IntRange(0, 90).Draw(r, "minutes")) * time.Minute
	h.worker.Deliver(context.Background())
	arrived := h.resend.Letters()
	for _, email := range arrived[h.read:] {
		if fault := h.obsolete(email); fault != "" {
			r.Fatalf("%q to %s: %s", email.Subject, email.To, fault)
		}
	}
	h.read = len(arrived)
}

var sequence = regexp.MustCompile(`SEQUENCE:(\d+)`)

// obsolete says why an email that arrived now does not say what holds now.
func (h *postOffice) obsolete(email resendtest.Sent) string {
	row, err := mail.FindOutbox(h.app, email.Key)
	if err != nil {
		return err.Error()
	}
	switch kind := row.Kind(); kind {
	case mail.KindInvitation, mail.KindRoleOffered:
		link := h.resend.Link(email, "/invite/")
		i, replaced, err := invitations.FindByToken(h.app, link[strings.LastIndex(link, "/")+1:])
		if err != nil || replaced || i.Status() != invitations.Pending || i.Address() != email.To {
			return fmt.Sprintf("its link is replaced (%v), or ended: %v, %v", replaced, i, err)
		}
	case mail.KindResetPassword:
		link := h.resend.Link(email, "/reset/")
		if _, err := accounts.ByReset(h.app, link[strings.LastIndex(link, "/")+1:]); err != nil {
			return err.Error()
		}
	case mail.KindRoleRevoked:
		m, err := members.Find(h.app, h.team.Id, h.ada().Id)
		if err != nil {
			return err.Error()
		}
		ended, left, _ := strings.Cut(email.Text, "ended your role")
		for _, role := range m.Roles().Explained() {
			if strings.Contains(ended, role.Word) || !strings.Contains(left, role.Word) {
				return "the user is " + role.Word + ", and it says: " + email.Text
			}
		}
	case mail.KindSessionInvitation, mail.KindSessionChanged, mail.KindSessionCancelled:
		return h.outdated(row, email)
	}
	return ""
}

// outdated compares an email about a session with the session.
func (h *postOffice) outdated(row *mail.Outbox, email resendtest.Sent) string {
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
	s, err := sessions.ByID(h.app, p.SessionID())
	if err != nil {
		return err.Error()
	}
	if off := s.Status() == sessions.Cancelled; off != (row.Kind() == mail.KindSessionCancelled) {
		return "the session is " + s.Status()
	}
	said := sequence.FindStringSubmatch(email.Files[0].Content)
	if s.Title() != title || len(said) != 2 || said[1] != fmt.Sprint(s.GetInt("sequence")) {
		return fmt.Sprintf("it is %q with %v, the session %q with %d", title, said, s.Title(), s.GetInt("sequence"))
	}
	return ""
}
