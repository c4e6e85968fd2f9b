package sessions

import (
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/audit"
	"usher/hooks/tools/errs"
)

// What somebody who is asked says (R101). Empty: nothing yet.
const (
	Yes   = "yes"
	Maybe = "maybe"
	No    = "no"
)

// Answer is Yes, Maybe, No, or empty while the person has not said anything.
func (p *Participant) Answer() string { return p.GetString("answer") }

// DisplayName is the participant's name, or the address while there is none.
func (p *Participant) DisplayName() string {
	if name := p.GetString("name"); name != "" {
		return name
	}
	return p.Address()
}

// Answer notes whether the participant with that id will come: Yes, Maybe or No. Whoever calls it has made sure that
// this is the person. Only a session that has not ended can be answered, and only by who may still come; the door
// does not ask for it. from is the network address, for the audit.
func Answer(app core.App, id, answer, from string) error {
	if answer != Yes && answer != Maybe && answer != No {
		return errs.Invalid("answer", "bad_answer", "Answer with yes, maybe or no.")
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
			entry.Action = "" // nothing is no deed
			return nil
		}
		p.Set("answer", answer)
		return tx.Save(p)
	})
}

func canAnswer(session *Session, p *Participant) error {
	switch {
	case session.Status() == Cancelled:
		return errs.Invalid("base", CodeEnded, "The session was cancelled. There is nothing to answer any more.")
	case session.Status() == Ended:
		return errs.Invalid("base", CodeEnded, "The session is over. There is nothing to answer any more.")
	case p.Excluded():
		return errs.Forbidden("You cannot come to this session any more. Ask its host.")
	case p.Role() == Host:
		return errs.Invalid("base", "bad_answer", "You host the session. Change or cancel it, if you cannot come.")
	}
	return nil
}

// FindParticipantFor reads who the account is in the session: by the account, else by its address once that is confirmed,
// where that is no other account's place: somebody may have given the address up. Else record.ErrNotFound.
func FindParticipantFor(app core.App, session string, account *core.Record) (*Participant, error) {
	p, err := findOneParticipant(app, dbx.HashExp{"session": session, "user": account.Id})
	if errors.Is(err, errs.NotFound) && account.Verified() {
		p, err = findOneParticipant(app, dbx.HashExp{"session": session, "email": account.Email(), "user": ""})
	}
	if err != nil && !errors.Is(err, errs.NotFound) {
		err = fmt.Errorf("find who somebody is in a session: %w", err)
	}
	return p, err
}
