package sessions

import (
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/audit"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// The answers to an invitation (R101). Empty: none yet.
const (
	Yes   = "yes"
	Maybe = "maybe"
	No    = "no"
)

// Answer is Yes, Maybe, No, or empty while there is none.
func (p *Participant) Answer() string { return p.GetString("answer") }

// DisplayName is the participant's name, or the address if there is none.
func (p *Participant) DisplayName() string {
	if name := p.GetString("name"); name != "" {
		return name
	}
	return p.Address()
}

// Answer stores whether the participant with that id will take part: Yes, Maybe or No. The caller has verified that the
// request comes from that participant. The host, excluded participants and sessions that ended or were cancelled are
// refused. The answer doesn't affect who can join. from is the IP address, for the audit log.
func Answer(app core.App, id, answer, from string) error {
	if answer != Yes && answer != Maybe && answer != No {
		return errs.Invalid("answer", "bad_answer", "Answer yes, maybe or no.")
	}
	entry := &audit.Entry{Action: "session.answer", IP: from}
	return audit.Do(app, entry, func(tx core.App) error {
		p, err := FindParticipant(tx, id)
		if err != nil {
			return err
		}
		session, err := FindByID(tx, p.SessionID())
		if err != nil {
			return err
		}
		entry.Team, entry.Actor, entry.ActorName = session.TeamID(), p.UserID(), p.DisplayName()
		entry.WithTarget(session.Id, session.Title()).With("answer", answer)
		if err := canAnswer(session, p); err != nil {
			return err
		}
		if p.Answer() == answer {
			entry.Action = "" // nothing changed
			return nil
		}
		p.Set("answer", answer)
		return tx.Save(p)
	})
}

func canAnswer(session *Session, p *Participant) error {
	switch {
	case session.Status() == Cancelled:
		return errs.Invalid("base", CodeEnded, "This session was cancelled, so you can no longer answer.")
	case session.Status() == Ended:
		return errs.Invalid("base", CodeEnded, "This session has ended, so you can no longer answer.")
	case p.Excluded():
		return errs.Forbidden("You no longer have access to this session. Contact the host.")
	case p.Role() == Host:
		return errs.Invalid("base", "bad_answer", "You're hosting this session. If you can't make it, change or cancel the session.")
	}
	return nil
}

// FindParticipantFor finds the account's participant in a session: by account, or else by its verified email if that
// participant has no account, because the email may have belonged to someone else. It returns errs.ErrNotFound if there
// is none.
func FindParticipantFor(app core.App, session string, account *core.Record) (*Participant, error) {
	p, err := findOneParticipant(app, dbx.HashExp{"session": session, "user": account.Id})
	if errors.Is(err, errs.ErrNotFound) && account.Verified() {
		p, err = findOneParticipant(app, dbx.HashExp{"session": session, "email": account.Email(), "user": ""})
	}
	if err != nil && !errors.Is(err, errs.ErrNotFound) {
		err = fmt.Errorf("find the participant of an account: %w", err)
	}
	return p, err
}

// resetAnswers asks the invitees of a session again after its start moved: their answers were about another time (R168).
// Who had answered still counts as someone who knows of the session.
func resetAnswers(tx core.App, s *core.Record) error {
	before := s.Original()
	if s.IsNew() || before.GetDateTime("starts").IsZero() || s.GetString("status") != Scheduled ||
		TruncateMinute(before.GetDateTime("starts").Time()).Equal(s.GetDateTime("starts").Time()) {
		return nil
	}
	_, err := tx.DB().NewQuery(`UPDATE participants SET answer = '', told = CASE told WHEN '' THEN {:now} ELSE told END
		WHERE session = {:session} AND answer != '' AND part != {:host}`).
		Bind(dbx.Params{"session": s.Id, "host": Host, "now": record.FormatTime(time.Now())}).Execute()
	if err != nil {
		return fmt.Errorf("reset the answers to a session that moved: %w", err)
	}
	return nil
}
