package sessions

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/mail"
	"usher/hooks/tools/errs"
)

// NotSent is the delivery state of an invitee to whom no email about the session was sent, because there was none or
// because the server sends no email. The others are the states of an email.
const NotSent = "not_sent"

// How often an invitation to a session is sent again (R59).
const (
	resendInterval = time.Minute
	resendsPerDay  = 5
)

// Delivery is how far the newest email about the session, or its series, has come to each of its participants, by the
// participant's id. The host, who needs none, is not in it unless there is one.
func Delivery(app core.App, s *Session) (map[string]mail.State, error) {
	people, err := ListParticipants(app, s.Id)
	if err != nil {
		return nil, err
	}
	var rows []struct {
		ID    string `db:"id"`
		About string `db:"about"`
	}
	err = app.DB().NewQuery(`SELECT p.id, (SELECT o.about FROM outbox o WHERE o.about IN (SELECT a.id FROM participants a WHERE a.link = p.link)
			ORDER BY o.created DESC, o.rowid DESC LIMIT 1) about
		FROM participants p WHERE p.session = {:session} AND p.link != '' AND about IS NOT NULL`).Bind(dbx.Params{"session": s.Id}).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("read the emails about a session: %w", err)
	}
	about, of := []string{}, map[string]string{}
	for _, row := range rows {
		about, of[row.ID] = append(about, row.About), row.About
	}
	newest, err := mail.DeliveryStates(app, about)
	if err != nil {
		return nil, err
	}
	states := map[string]mail.State{}
	for _, p := range people {
		state, known := newest[of[p.Id]]
		switch {
		case !known && p.Role() == Host:
			continue
		case !known, state.Status == mail.Sent && p.GetString("told") == "", // printed on the console
			!mail.Enabled(app) && (state.Status == mail.Queued || state.Status == mail.Sending):
			state = mail.State{Status: NotSent}
		}
		states[p.Id] = state
	}
	return states, nil
}

// CanContactInvitees is nil if the actor may send the invitees of the session its emails again and copy their links: its host and
// co-hosts, the Owner and Admins.
func CanContactInvitees(app core.App, actor *actors.Actor, s *Session) error {
	if CanManage(actor, s) {
		return nil
	}
	leads, err := Leads(app, s, actor)
	if err == nil && !leads {
		err = askHostError(app, actor, s, "The host, co-hosts, the Owner and Admins can do this.", "to do it")
	}
	return err
}

// Resend sends a participant the invitation again, once a minute and five times a day at most.
func Resend(app core.App, actor *actors.Actor, session, participant string) error {
	return withInvitee(app, actor, session, participant, "session.resend", func(tx core.App, actor *actors.Actor, s *Session, p *Participant) error {
		if !mail.Enabled(tx) {
			return errs.Invalid("base", "mail_off", "Email isn't set up on this server. Copy the personal link and share it yourself.")
		}
		if err := canResend(tx, p); err != nil {
			return err
		}
		post := newNotifier(tx, actor, ScopeSession)
		more, err := isInvitedToMore(tx, s, p)
		if more {
			post.scope = ScopeSeries
		}
		post.err = err
		post.queue(mail.KindSessionInvitation, s, p)
		return post.err
	})
}

func canResend(tx core.App, p *Participant) error {
	n, last, err := mail.CountEmails(tx, p.Id, time.Now().Add(-24*time.Hour))
	switch {
	case err != nil:
		return err
	case n > 0 && time.Since(last) < resendInterval:
		return errs.Invalid("base", errs.CodeTooMany, "An email was sent less than a minute ago. Wait a moment.")
	case n > resendsPerDay:
		return errs.Invalid("base", errs.CodeTooMany, "This invitee got five emails today. Try again tomorrow, or copy the personal link.")
	}
	return nil
}

// CopyLink is the personal link of a participant, for the actor to share. It is not the one that is emailed, which goes
// on working: whoever uses it has not shown to read the email of the address (R60).
func CopyLink(app core.App, actor *actors.Actor, session, participant string) (link string, err error) {
	err = withInvitee(app, actor, session, participant, "session.link", func(tx core.App, _ *actors.Actor, _ *Session, p *Participant) error {
		link, err = linkForPurpose(tx, p, purposeShown)
		return err
	})
	return link, err
}

// withInvitee runs an action on a participant of a session that is not over, with the actor's rights read anew.
func withInvitee(app core.App, actor *actors.Actor, session, participant, action string,
	do func(tx core.App, actor *actors.Actor, s *Session, p *Participant) error) error {
	entry := audit.NewEntry(actor, action).WithTarget(participant, "")
	return audit.Do(app, entry, func(tx core.App) error {
		actor, err := actor.Reload(tx)
		if err != nil {
			return err
		}
		s, err := FindVisible(tx, actor, session)
		if err != nil {
			return err
		}
		entry.With("session", s.Title())
		if err := CanContactInvitees(tx, actor, s); err != nil {
			return err
		}
		p, err := FindParticipant(tx, participant)
		if err != nil {
			return err
		}
		if p.SessionID() != s.Id {
			return errs.NotFound
		}
		entry.WithTarget(p.Id, p.DisplayName())
		switch {
		case !isUpcoming(s) && s.Status() == Scheduled:
			return errs.Invalid("base", CodeEnded, "The time of the session has passed.")
		case !isUpcoming(s):
			return statusError(s.Status())
		case p.Excluded():
			return errs.Invalid("base", CodeRemoved, p.DisplayName()+" was removed from the session.")
		case p.Role() == Host:
			return errs.Invalid("base", CodeHostRequired, "The host opens the session from Usher and needs no invitation.")
		}
		return do(tx, actor, s, p)
	})
}
