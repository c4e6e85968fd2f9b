package join

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/members"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// Join is the one way in (R67): the visitor is on the list then, a guest of the team unless a member, and
// admitted, or waiting for a host. name is first and last name of who comes by a link alone. The visitor is
// judged anew, and stands afterwards where joining has brought him: before its time a session is only accepted.
// Where people may join before the host, the first who may be in starts the session (R100).
func Join(app core.App, visitor *Visitor, name, from string) error {
	if err := limitJoins(app, cmp.Or(visitor.Address(), from), from); err != nil {
		return err
	}
	plate, err := visitor.newGuestAccount(app, name)
	if err != nil {
		return err
	}
	entry := visitor.auditEntry("session.join", from)
	err = audit.Do(app, entry, func(tx core.App) error { return visitor.joinTx(tx, entry, plate) })
	if err := errors.Join(err, visitor.reload(app)); err != nil {
		return err
	}
	if visitor.Status != Ready || !visitor.startsOnJoin() || visitor.Participant.State() != sessions.StateAdmitted {
		return nil
	}
	return errors.Join(startBeforeHost(app, visitor, from), visitor.reload(app))
}

// joinTx is what Join does inside its transaction.
func (v *Visitor) joinTx(tx core.App, entry *audit.Entry, plate *core.Record) error {
	if err := v.reload(tx); err != nil {
		return err
	}
	if err := v.canJoin(); err != nil {
		return err
	}
	if v.alreadyJoined() {
		entry.Action = "" // nothing is no deed
		return nil
	}
	return v.saveJoin(tx, entry, plate)
}

// reload judges the visitor anew, as the database is now.
func (v *Visitor) reload(app core.App) error {
	session, err := sessions.FindByID(app, v.Session.Id)
	if err != nil {
		return err
	}
	account := v.Account
	if !v.SignedIn {
		account = nil
	} else if account, err = app.FindRecordById("users", account.Id); err != nil {
		return fmt.Errorf("read who is at the door again: %w", err)
	}
	now, err := Resolve(app, account, v.Code, session)
	if err == nil {
		*v = *now
	}
	return err
}

// alreadyJoined reports whether joining would change nothing.
func (v *Visitor) alreadyJoined() bool {
	switch v.Status {
	case Admitted, External, WaitingRoom:
		return true
	case TooEarly, WaitForHost, Ready:
		return v.Actor != nil && v.Participant != nil && (v.Status == TooEarly || v.hasJoined())
	}
	return false
}

// canJoin says why the visitor cannot join, or nothing.
func (v *Visitor) canJoin() error {
	refuse := func(code, sentence string) error { return errs.Invalid("base", code, sentence) }
	switch v.Status {
	case TooEarly:
		if !v.SignedIn || v.Participant == nil && !v.roomAdmits() {
			return refuse(sessions.CodeNotStarted, "It is too early to come in. The door opens 15 minutes before the start.")
		}
	case SignIn:
		return refuse(accounts.CodeWrongAccount, "Sign in with the address that was asked, then join.")
	case WrongAccount:
		return refuse(accounts.CodeWrongAccount, "This link is for another address than the one you are signed in with.")
	case NotInvited:
		return refuse(CodeBlocked, "You are not on the list of this session. Ask its host to add your address.")
	case Denied:
		return refuse(CodeBlocked, "The host did not let you in. Ask the host.")
	case Removed:
		return refuse(CodeBlocked, "You are no longer invited to this session. Ask its host to invite you again.")
	case Excluded:
		return refuse(CodeBlocked, "This session is closed to you. Ask its host, or the team.")
	case Full:
		return fullError()
	case Cancelled:
		return refuse(sessions.CodeEnded, "The session was cancelled.")
	case Ended, NeverStarted:
		return refuse(sessions.CodeEnded, "The session is over.")
	}
	return nil
}

// newGuestAccount is the account of who comes by a link and a name, if the address has none. It is made before the
// transaction, since the first one takes long.
func (v *Visitor) newGuestAccount(app core.App, name string) (*core.Record, error) {
	if v.SignedIn || v.Participant == nil || v.Account != nil && (v.Account.Verified() || v.hasJoined()) {
		return nil, nil
	}
	if v.Status != NeedsName && v.Status != Declined {
		return nil, nil
	}
	name, err := text.RequiredLine("name", "Your name", name, accounts.MaxName)
	if err != nil {
		return nil, err
	}
	return accounts.NewPasswordless(app, v.Participant.Address(), name)
}

// saveJoin writes what joining changes, inside its transaction.
func (v *Visitor) saveJoin(tx core.App, entry *audit.Entry, plate *core.Record) error {
	if v.Account == nil {
		if plate == nil {
			return errs.Invalid("name", "required", "Your name is required.")
		}
		if err := tx.Save(plate); err != nil {
			return err
		}
		v.Account = plate
	}
	entry.Actor = v.Account.Id
	p, err := v.ensureParticipant(tx)
	if err != nil {
		return err
	}
	p.Set("user", v.Account.Id)
	switch {
	case v.Account.Verified():
		p.Set("name", text.Truncate(v.Account.GetString("name"), accounts.MaxName))
	case plate != nil:
		p.Set("name", plate.GetString("name"))
	}
	entry.ActorName = cmp.Or(p.GetString("name"), p.Address())
	p.Set("state", v.nextState(p))
	if err := tx.Save(p); err != nil {
		return err
	}
	if v.Status == CanRequest {
		return nil // who is not asked becomes a guest when a host admits him
	}
	return addGuest(tx, p, entry.IP)
}

// ensureParticipant is the visitor's row on the list: new for who was not asked.
func (v *Visitor) ensureParticipant(tx core.App) (*sessions.Participant, error) {
	if v.Participant != nil {
		return v.Participant, nil
	}
	collection, err := tx.FindCachedCollectionByNameOrId("participants")
	if err != nil {
		return nil, fmt.Errorf("find participants: %w", err)
	}
	p := &sessions.Participant{Record: core.NewRecord(collection)}
	p.Load(map[string]any{"team": v.Team.Id, "session": v.Session.Id, "email": v.Account.Email(), "part": sessions.Attendee})
	v.Participant = p
	return p, nil
}

// nextState is the state to which joining brings the visitor.
func (v *Visitor) nextState(p *sessions.Participant) string {
	now := p.State()
	switch {
	case v.Status == CanRequest:
		return sessions.StateWaiting
	case v.tooEarly():
		return sessions.StateInvited
	case now == sessions.StateAdmitted:
		return now
	case v.needsAdmission():
		return sessions.StateWaiting
	}
	return sessions.StateAdmitted
}

// addGuest makes the participant a guest of the team unless he is in it.
func addGuest(tx core.App, p *sessions.Participant, from string) error {
	made, err := members.AddGuest(tx, p.GetString("team"), p.UserID())
	if err != nil || !made {
		return err
	}
	return audit.Write(tx, &audit.Entry{Team: p.GetString("team"), Actor: p.UserID(), ActorName: p.DisplayName(), IP: from,
		Action: "guest.join", Target: p.UserID(), TargetName: p.DisplayName()})
}

// Decline answers the guest prompt with no. The session is closed to the address until it is opened again (R56).
// Whoever is in the team has no prompt, and answers whether he comes.
func Decline(app core.App, visitor *Visitor, from string) error {
	err := audit.Do(app, visitor.auditEntry("session.decline", from), func(tx core.App) error {
		if err := visitor.reload(tx); err != nil {
			return err
		}
		p := visitor.Participant
		switch {
		case visitor.Status == WrongAccount:
			return visitor.canJoin()
		case p == nil:
			return errs.Invalid("base", CodeBlocked, "You are not on the list of this session.")
		case p.State() == sessions.StateDeclined:
			return nil
		case visitor.Actor != nil:
			return errs.Invalid("base", "already_member", "You are in the team. Answer whether you come instead.")
		case p.State() != sessions.StateInvited:
			return errs.Invalid("base", CodeBlocked, "There is nothing to decline any more.")
		}
		return setState(tx, p, sessions.StateDeclined)
	})
	return errors.Join(err, visitor.reload(app))
}

// auditEntry begins the audit of what the visitor does himself.
func (v *Visitor) auditEntry(action, from string) *audit.Entry {
	entry := &audit.Entry{Team: v.Team.Id, IP: from, Action: action, ActorName: v.Address()}
	if v.Account != nil {
		entry.Actor, entry.ActorName = v.Account.Id, actors.DisplayName(v.Account)
	}
	return entry.WithTarget(v.Session.Id, v.Session.Title())
}
