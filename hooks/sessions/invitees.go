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

// NotSent is the delivery state of an invitee who got no email about the session, because none was needed or the server
// sends none. The other states are those of an email.
const NotSent = "not_sent"

// How often an invitation to a session can be resent (R59).
const (
	resendInterval   = time.Minute
	MaxResendsPerDay = 5
)

// Delivery is the delivery state of the latest email about the session or its series, by participant id. The host is
// included only if there was an email.
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

// CanContactInvitees returns nil if the actor can resend the session's invitations and copy personal links: its host and
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

// Resend sends the invitation to a participant again, at most once per resendInterval and MaxResendsPerDay times a day. If an
// email about a change hasn't been sent yet, it is sent in its place.
func Resend(app core.App, actor *actors.Actor, session, participant string) error {
	return withInvitee(app, actor, session, participant, "session.resend", func(tx core.App, actor *actors.Actor, s *Session, p *Participant) error {
		if !mail.Enabled(tx) {
			return errs.Invalid("base", "mail_off", "Email isn't set up on this server. Copy the personal link and share it yourself.")
		}
		if err := canResend(tx, p); err != nil {
			return err
		}
		again := &notice{kind: mail.KindSessionInvitation, session: s, to: p}
		by, err := again.resend(tx, actors.PublicName(actor.Account))
		if err != nil {
			return err
		}
		return again.queue(tx, by)
	})
}

func canResend(tx core.App, p *Participant) error {
	n, last, err := mail.CountEmails(tx, p.Id, time.Now().Add(-24*time.Hour))
	switch {
	case err != nil:
		return err
	case n > 0 && time.Since(last) < resendInterval:
		return errs.Invalid("base", errs.CodeTooMany, "An email was sent less than a minute ago. Wait a moment.")
	case n > MaxResendsPerDay:
		return errs.Invalid("base", errs.CodeTooMany, fmt.Sprintf("This invitee got %d emails today. Try again tomorrow or copy the personal link.", MaxResendsPerDay))
	}
	return nil
}

// CopyLink returns a personal link of a participant for the actor to share. It isn't the emailed one, which keeps working:
// opening it doesn't prove access to the email address (R60).
func CopyLink(app core.App, actor *actors.Actor, session, participant string) (link string, err error) {
	err = withInvitee(app, actor, session, participant, "session.link", func(tx core.App, _ *actors.Actor, _ *Session, p *Participant) error {
		link, err = linkForPurpose(tx, p, purposeShown)
		return err
	})
	return link, err
}

// withInvitee runs an action on a participant of a session that isn't over, with the actor's rights reloaded.
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
			return errs.ErrNotFound
		}
		entry.WithTarget(p.Id, p.DisplayName())
		if err := requireUpcoming(s); err != nil {
			return err
		}
		switch {
		case p.Excluded():
			return errs.Invalid("base", CodeRemoved, p.DisplayName()+" was removed from the session.")
		case p.Role() == Host:
			return errs.Invalid("base", CodeHostRequired, "The host doesn't need an invitation. They open the session in Usher.")
		}
		return do(tx, actor, s, p)
	})
}
