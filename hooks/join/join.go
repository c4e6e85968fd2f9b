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

// Join joins the session (R67): the visitor becomes a participant, and a guest of the team unless they are in it, and is
// admitted or sent to the waiting room. name is the full name of a visitor with only a link. The visitor is reloaded first and
// updated afterwards: before its time, a session is only accepted. If participants can join before the host, the first one
// starts the session (R100).
func Join(app core.App, visitor *Visitor, name, from string) error {
	if err := limitJoins(app, cmp.Or(visitor.Address(), from), from); err != nil {
		return err
	}
	entry := visitor.auditEntry("session.join", from)
	if err := visitor.tryAccessCode(app, from); err != nil {
		return audit.RecordRefusal(app, entry, err)
	}
	plate, err := visitor.newGuestAccount(app, name)
	if err != nil {
		return err
	}
	err = audit.Do(app, entry, func(tx core.App) error { return visitor.joinTx(tx, entry, plate) })
	if err := errors.Join(err, visitor.reload(app)); err != nil {
		return err
	}
	if visitor.Status != Ready || !visitor.startsOnJoin() || visitor.Participant.State() != sessions.StateAdmitted {
		return nil
	}
	return errors.Join(startBeforeHost(app, visitor, from), visitor.reload(app))
}

// joinTx is Join inside its transaction.
func (v *Visitor) joinTx(tx core.App, entry *audit.Entry, plate *core.Record) error {
	if err := v.reload(tx); err != nil {
		return err
	}
	if err := v.canJoin(); err != nil {
		return err
	}
	if err := v.checkAccessCode(); err != nil {
		return err
	}
	if v.alreadyJoined() {
		entry.Action = "" // nothing changed
		return nil
	}
	return v.saveJoin(tx, entry, plate)
}

// reload evaluates the visitor again with the current data.
func (v *Visitor) reload(app core.App) error {
	session, err := sessions.FindByID(app, v.Session.Id)
	if err != nil {
		return err
	}
	account := v.Account
	if !v.SignedIn {
		account = nil
	} else if account, err = app.FindRecordById("users", account.Id); err != nil {
		return fmt.Errorf("reload the visitor of a session: %w", err)
	}
	now, err := ResolveDevice(app, account, v.Code, v.Device, session)
	if err == nil {
		now.AccessCode, now.typedName = v.AccessCode, v.typedName
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

// RemovedText says what a removal by a host means (R71, R115): it holds for this session and only for it.
const RemovedText = "You can't rejoin this session, even with a new link or invitation. You can still join other sessions that you're invited to."

// canJoin returns nil if the visitor can join, or else an error that says why not.
func (v *Visitor) canJoin() error {
	refuse := func(code, sentence string) error { return errs.Invalid("base", code, sentence) }
	switch v.Status {
	case TooEarly:
		if !v.SignedIn || v.Participant == nil && !v.roomAdmits() {
			return refuse(sessions.CodeNotStarted, "It's too early to join. You can join from "+text.Duration(sessions.StartWindow)+" before the start.")
		}
	case SignIn:
		return refuse(accounts.CodeWrongAccount, "Sign in with the invited address to join.")
	case WrongAccount:
		return refuse(accounts.CodeWrongAccount, "This link is for a different address from the one you're signed in with.")
	case NotInvited:
		return refuse(CodeBlocked, "You're not invited to this session. Ask the host to invite you.")
	case Denied:
		return refuse(CodeBlocked, "The host didn't admit you. If you think it's a mistake, contact the host.")
	case Removed:
		return refuse(CodeBlocked, "You're no longer invited to this session. Ask the host to invite you again.")
	case Excluded:
		if v.departed {
			return refuse(CodeBlocked, "You're no longer in "+v.Team.Name()+". To join again, you need a new invitation.")
		}
		return refuse(CodeBlocked, "You were removed from this session. "+RemovedText)
	case Full:
		return fullError()
	case Cancelled:
		return refuse(sessions.CodeEnded, "The session was cancelled.")
	case Ended, NeverStarted:
		return refuse(sessions.CodeEnded, "The session has ended.")
	}
	return nil
}

// newGuestAccount is a new account for a visitor with a link and a name, if the address has none. It is created before the
// transaction, because the first one takes long.
func (v *Visitor) newGuestAccount(app core.App, name string) (*core.Record, error) {
	if v.byDevice {
		return v.newLinkGuest(app, name)
	}
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

// saveJoin makes the changes of joining inside its transaction.
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
	byLink := v.entersByLink()
	p, err := v.ensureParticipant(tx)
	if err != nil {
		return err
	}
	p.Set("user", v.Account.Id)
	p.Set("by_link", byLink)
	switch {
	case v.Account.Verified():
		p.Set("name", text.Truncate(v.Account.GetString("name"), accounts.MaxName))
	case plate != nil:
		p.Set("name", plate.GetString("name"))
	case v.typedName != "":
		p.Set("name", v.typedName)
	}
	entry.ActorName = cmp.Or(p.GetString("name"), p.Address())
	p.Set("state", v.nextState(p))
	if err := tx.Save(p); err != nil {
		return err
	}
	if v.Status == CanRequest || byLink && p.State() == sessions.StateWaiting {
		return nil // becomes a guest when a host admits them
	}
	return addGuest(tx, p, entry.IP)
}

// ensureParticipant is the visitor's participant, which is new for someone who wasn't invited.
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

// nextState is the state of the participant after joining.
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

// addGuest makes the participant a guest of the team, unless they are in it.
func addGuest(tx core.App, p *sessions.Participant, from string) error {
	made, err := members.AddGuest(tx, p.GetString("team"), p.UserID())
	if err != nil || !made {
		return err
	}
	return audit.Write(tx, &audit.Entry{Team: p.GetString("team"), Actor: p.UserID(), ActorName: p.DisplayName(), IP: from,
		Action: "guest.join", Target: p.UserID(), TargetName: p.DisplayName()})
}

// Decline declines the guest prompt. The session is then closed to the address until the link is opened again (R56). Users of
// the team get no prompt and can answer instead.
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
			return errs.Invalid("base", CodeBlocked, "You're not invited to this session.")
		case p.State() == sessions.StateDeclined:
			return nil
		case visitor.Actor != nil:
			return errs.Invalid("base", "already_member", "You're already in the team. Answer yes, maybe or no instead.")
		case p.State() != sessions.StateInvited:
			return errs.Invalid("base", CodeBlocked, "There's no invitation left to decline.")
		}
		return setState(tx, p, sessions.StateDeclined)
	})
	return errors.Join(err, visitor.reload(app))
}

// auditEntry starts the audit entry of an action by the visitor.
func (v *Visitor) auditEntry(action, from string) *audit.Entry {
	entry := &audit.Entry{Team: v.Team.Id, IP: from, Action: action, ActorName: accounts.ShownAddress(v.Address())}
	if v.Account != nil {
		entry.Actor, entry.ActorName = v.Account.Id, actors.DisplayName(v.Account)
	}
	return entry.WithTarget(v.Session.Id, v.Session.Title())
}
