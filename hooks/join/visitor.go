package join

import (
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/mail"
	"usher/hooks/record"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// Visitor is a person on the join page of a session, with their status and what the page shows.
type Visitor struct {
	Status      Status
	Session     *sessions.Session
	Team        *teams.Team
	Room        *rooms.Room           // nil if the session has none
	Account     *core.Record          // the account that is signed in, or else that of the personal link, or nil
	SignedIn    bool                  // the account is signed in, not only known by the link
	Participant *sessions.Participant // nil if the visitor isn't a participant
	Actor       *actors.Actor         // the account in the team; nil if it isn't in the team
	Code        string                // the personal code of the link, or empty
	CanStart    bool                  // the visitor can start the session now
	Device      string                // the secret of a browser that isn't signed in, or empty (R163)
	AccessCode  string                // what the visitor entered

	evaluatedAt  time.Time // when the status was evaluated
	departed     bool      // left the team after the invitation
	full         bool
	open         bool                 // everyone who has the session link can enter (R163)
	byDevice     bool                 // only the browser identifies the visitor: they aren't signed in and have no personal link
	deviceEmail  string               // in place of the address of that browser; empty: it has no secret yet
	typedName    string               // of a guest who comes by the session link again
	addressTaken bool                 // the participant of the address belongs to another account
	linkTarget   *sessions.LinkTarget // of the personal code, if it belongs to the session or its series
}

// Resolve returns the visitor of a session. account is the account that is signed in, or nil; code is the personal code of the
// link or the cookie, or empty. A code of another session and an account with an unverified address are ignored. It changes
// nothing.
func Resolve(app core.App, account *core.Record, code string, session *sessions.Session) (*Visitor, error) {
	return ResolveDevice(app, account, code, "", session)
}

// ResolveDevice is Resolve for a browser with that secret, which identifies someone who enters by the session link and isn't
// signed in.
func ResolveDevice(app core.App, account *core.Record, code, device string, session *sessions.Session) (*Visitor, error) {
	if account != nil && !account.Verified() {
		account = nil
	}
	v := &Visitor{Session: session, Account: account, SignedIn: account != nil, Device: device}
	if err := v.loadTeamAndRoom(app); err != nil {
		return nil, err
	}
	if err := v.findParticipant(app, code); err != nil {
		return nil, err
	}
	if err := v.loadMembership(app); err != nil {
		return nil, err
	}
	v.evaluate(v.linkProvesEmail(app))
	return v, nil
}

// Times is the time zone for the visitor: that of the account that is signed in, or else the team's. A personal link alone
// doesn't prove that the reader is the invitee.
func (v *Visitor) Times() text.ReaderZone {
	if !v.SignedIn {
		return accounts.ReaderZone(nil, v.Team.Zone())
	}
	return accounts.ReaderZone(v.Account, v.Team.Zone())
}

// loadTeamAndRoom loads the session's team and room.
func (v *Visitor) loadTeamAndRoom(app core.App) (err error) {
	if v.Team, err = teams.Find(app, v.Session.TeamID()); err != nil {
		return err
	}
	v.open = sessions.IsOpen(v.Team, v.Session)
	if v.Session.RoomID() == "" {
		return nil
	}
	v.Room, err = rooms.Find(app, v.Team.Id, v.Session.RoomID())
	return errs.IgnoreNotFound(err)
}

// findParticipant finds the visitor's participant by personal code, or else by account or address.
func (v *Visitor) findParticipant(app core.App, code string) (err error) {
	if code != "" {
		lead, err := sessions.ResolveLinkIn(app, code, v.Session)
		if errs.IgnoreNotFound(err) != nil {
			return err
		}
		if err == nil {
			v.linkTarget = lead
			if lead.Participant != nil {
				v.Participant, v.Code = lead.Participant, code
				return v.loadInvitedAccount(app)
			}
		}
	}
	if v.Account == nil {
		return v.findByDevice(app)
	}
	v.Participant, err = sessions.FindParticipantFor(app, v.Session.Id, v.Account)
	if errors.Is(err, errs.ErrNotFound) {
		v.Participant = nil
		_, err = sessions.FindParticipantByEmail(app, v.Session.Id, v.Account.Email())
		v.addressTaken = err == nil
	}
	return errs.IgnoreNotFound(err)
}

// linkProvesEmail reports whether the personal link proves access to its email address: it was emailed, and not shown to a
// host who copied it (R60).
func (v *Visitor) linkProvesEmail(app core.App) bool {
	return mail.Enabled(app) && (v.linkTarget == nil || !v.linkTarget.Shown)
}

// loadInvitedAccount loads the account of a visitor with a personal link who isn't signed in.
func (v *Visitor) loadInvitedAccount(app core.App) (err error) {
	if v.Account != nil {
		return nil
	}
	if id := v.Participant.UserID(); id != "" {
		if v.Account, err = app.FindRecordById("users", id, record.WithPrepared); err != nil {
			return fmt.Errorf("find the account of a participant: %w", err)
		}
		return nil
	}
	v.Account, err = accounts.Find(app, v.Participant.Address())
	if errors.Is(err, errs.ErrNotFound) {
		v.Account = nil
	}
	return errs.IgnoreNotFound(err)
}

// ownsParticipant reports whether the participant belongs to the account that is signed in, by account or address.
func (v *Visitor) ownsParticipant() bool {
	switch {
	case v.Participant == nil || v.Account == nil:
		return false
	case v.Participant.UserID() != "":
		return v.Participant.UserID() == v.Account.Id
	}
	return v.Participant.Address() == v.Account.Email()
}

// loadMembership loads the visitor's membership, whether they left the team after the invitation, and whether a slot is free.
func (v *Visitor) loadMembership(app core.App) (err error) {
	if v.Account != nil {
		v.Actor, err = actors.InTeam(app, v.Account, v.Team.Record)
		if errors.Is(err, errs.ErrNotFound) {
			v.Actor = nil
		}
		if errs.IgnoreNotFound(err) != nil {
			return err
		}
	}
	if v.departed, err = v.hasLeftTeam(app); err != nil {
		return err
	}
	if v.Session.Status() == sessions.Running && v.Session.ExternalLink() == "" {
		v.full, err = isFull(app, v.Session, v.Participant)
	}
	return err
}

// hasLeftTeam reports whether the visitor left the team or was removed, and wasn't invited since (R71).
func (v *Visitor) hasLeftTeam(app core.App) (bool, error) {
	address := ""
	switch {
	case v.Actor != nil:
		return false, nil
	case v.Participant != nil:
		address = v.Participant.Address()
	case v.Account != nil:
		address = v.Account.Email()
	default:
		address = v.deviceEmail
	}
	at, err := lastDeparture(app, v.Team.Id, address)
	if err != nil || at.IsZero() {
		return false, err
	}
	return v.Participant == nil || !v.Participant.GetDateTime("created").Time().After(at), nil
}

// Address is the visitor's address as a participant, or empty if it isn't known.
func (v *Visitor) Address() string {
	switch {
	case v.Participant != nil:
		return v.Participant.Address()
	case v.Account != nil:
		return v.Account.Email()
	}
	return v.deviceEmail
}

// Leads reports whether the visitor has the host's controls.
func (v *Visitor) Leads() bool { return v.Participant != nil && v.Participant.Leads() }

// SignedInActor is the visitor as an actor in the team. A visitor with only a link is refused: a forwarded email must not give
// away the rights of an Admin.
func (v *Visitor) SignedInActor() (*actors.Actor, error) {
	if !v.SignedIn || v.Actor == nil {
		return nil, errs.Forbidden("Sign in to do this. Your personal link isn't enough.")
	}
	return v.Actor, nil
}

// BecomesGuest reports whether joining makes the visitor a guest of the team (R67).
func (v *Visitor) BecomesGuest() bool { return v.Actor == nil }

// IsMember reports whether the visitor is a member of the team, not a guest.
func (v *Visitor) IsMember() bool {
	return v.Actor != nil && v.Actor.Kind == actors.Member && v.SignedIn
}

// CanSeeDetails reports whether the visitor can see more of the session than its title, time and team: the host, the place and
// the description. Someone who was removed by a host, uses another person's link or only asked to join can't; the link of a
// room that is open to anyone counts as an invitation (R72).
func (v *Visitor) CanSeeDetails() bool {
	switch {
	case v.Status == WrongAccount, v.Status == Excluded, v.Status == Removed, v.Status == NotInvited, v.Status == CanRequest:
		return false
	case v.OpenToAnyone(), v.open && v.Session.AccessCode() == "":
		return true
	case v.Participant == nil:
		return v.roomAdmits() && v.SignedIn && !v.needsAccessCode()
	case v.Code != "":
		return true
	}
	state := v.Participant.State()
	return v.IsMember() || v.Participant.WasTold() || state != sessions.StateWaiting && state != sessions.StateDenied
}

// OpenToAnyone reports whether the link of the session's room counts as an invitation for anyone (R72).
func (v *Visitor) OpenToAnyone() bool { return LinkAccessFor(v.Session, v.Room).Anyone }
