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

// Visitor is who stands at the door of a session, with what the door says and all that its page tells.
type Visitor struct {
	Status      Status
	Session     *sessions.Session
	Team        *teams.Team
	Room        *rooms.Room           // nil: the session has none
	Account     *core.Record          // who is signed in, or else whose the personal link is; nil: nobody known
	SignedIn    bool                  // the account is signed in, and not only known by the link
	Participant *sessions.Participant // nil: not on the list
	Actor       *actors.Actor         // the account in the team; nil: not in it
	Code        string                // the personal code by which he came, or empty
	CanStart    bool                  // he may start the session now

	evaluatedAt  time.Time // when he was judged
	departed     bool      // from the team, since he was asked
	full         bool
	addressTaken bool                 // his address is another account's place, which had it before
	linkTarget   *sessions.LinkTarget // of the personal code, if it is one of the session or its series
}

// Resolve tells who stands at the door of the session. account is who is signed in, or nil; code is the personal code
// of the link or the cookie, or empty. A code of another session counts for nothing, and so does an account whose
// address is not confirmed. It changes nothing.
func Resolve(app core.App, account *core.Record, code string, session *sessions.Session) (*Visitor, error) {
	if account != nil && !account.Verified() {
		account = nil
	}
	v := &Visitor{Session: session, Account: account, SignedIn: account != nil}
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

// Times are the times of the visitor: in the zone of the account that is signed in, or else in the team's. A personal
// link alone doesn't say that its reader is the invited person.
func (v *Visitor) Times() text.ReaderZone {
	if !v.SignedIn {
		return accounts.ReaderZone(nil, v.Team.Zone())
	}
	return accounts.ReaderZone(v.Account, v.Team.Zone())
}

// loadTeamAndRoom reads where the session is.
func (v *Visitor) loadTeamAndRoom(app core.App) (err error) {
	if v.Team, err = teams.Find(app, v.Session.TeamID()); err != nil {
		return err
	}
	if v.Session.RoomID() == "" {
		return nil
	}
	v.Room, err = rooms.Find(app, v.Team.Id, v.Session.RoomID())
	return errs.IgnoreNotFound(err)
}

// findParticipant finds the visitor on the list: by the personal code, else by the account or its address.
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
		return nil
	}
	v.Participant, err = sessions.FindParticipantFor(app, v.Session.Id, v.Account)
	if errors.Is(err, errs.NotFound) {
		v.Participant = nil
		_, err = sessions.FindParticipantByEmail(app, v.Session.Id, v.Account.Email())
		v.addressTaken = err == nil
	}
	return errs.IgnoreNotFound(err)
}

// linkProvesEmail reports whether the personal link shows that the visitor reads the email of its address: it was emailed, and not
// shown to a host who copied it (R60).
func (v *Visitor) linkProvesEmail(app core.App) bool {
	return mail.Enabled(app) && (v.linkTarget == nil || !v.linkTarget.Shown)
}

// loadInvitedAccount finds the account of who came by a personal link and is not signed in.
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
	if errors.Is(err, errs.NotFound) {
		v.Account = nil
	}
	return errs.IgnoreNotFound(err)
}

// ownsParticipant reports whether the list has the visitor as whom he is signed in: by the account that came, else by the address.
func (v *Visitor) ownsParticipant() bool {
	switch {
	case v.Participant == nil || v.Account == nil:
		return false
	case v.Participant.UserID() != "":
		return v.Participant.UserID() == v.Account.Id
	}
	return v.Participant.Address() == v.Account.Email()
}

// loadMembership reads what the visitor is in the team, whether he left it since he was asked, and whether there is room for him.
func (v *Visitor) loadMembership(app core.App) (err error) {
	if v.Account != nil {
		v.Actor, err = actors.InTeam(app, v.Account, v.Team.Record)
		if errors.Is(err, errs.NotFound) {
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

// hasLeftTeam reports whether the visitor left the team, or was removed, and was not asked since (R71).
func (v *Visitor) hasLeftTeam(app core.App) (bool, error) {
	address := ""
	switch {
	case v.Actor != nil:
		return false, nil
	case v.Participant != nil:
		address = v.Participant.Address()
	case v.Account != nil:
		address = v.Account.Email()
	}
	at, err := lastDeparture(app, v.Team.Id, address)
	if err != nil || at.IsZero() {
		return false, err
	}
	return v.Participant == nil || !v.Participant.GetDateTime("created").Time().After(at), nil
}

// Address is the address under which the visitor is on the list, or would come on it; empty: nobody knows.
func (v *Visitor) Address() string {
	switch {
	case v.Participant != nil:
		return v.Participant.Address()
	case v.Account != nil:
		return v.Account.Email()
	}
	return ""
}

// Leads reports whether he has the controls of the host.
func (v *Visitor) Leads() bool { return v.Participant != nil && v.Participant.Leads() }

// SignedInActor is the visitor as he acts in the team, by his roles there. Who came by a link alone has none of them: a letter
// that was handed on must not make an Admin.
func (v *Visitor) SignedInActor() (*actors.Actor, error) {
	if !v.SignedIn || v.Actor == nil {
		return nil, errs.Forbidden("You came by a link alone. Sign in to do this.")
	}
	return v.Actor, nil
}

// BecomesGuest reports whether to join is to become a guest of the team (R67).
func (v *Visitor) BecomesGuest() bool { return v.Actor == nil }

// IsMember reports whether the visitor is a member of the team, and not a guest.
func (v *Visitor) IsMember() bool {
	return v.Actor != nil && v.Actor.Kind == actors.Member && v.SignedIn
}

// CanSeeDetails reports whether the visitor may read more of the session than its title, its time and its team: who hosts
// it, where, and what it is about. Someone whom a host removed, who uses another's link, or who only asked to be let in
// may not; the link of a room open to anyone counts as an invitation (R72).
func (v *Visitor) CanSeeDetails() bool {
	switch {
	case v.Status == WrongAccount, v.Status == Excluded, v.Status == Removed, v.Status == NotInvited, v.Status == CanRequest:
		return false
	case v.OpenToAnyone():
		return true
	case v.Participant == nil:
		return v.roomAdmits() && v.SignedIn
	case v.Code != "":
		return true
	}
	state := v.Participant.State()
	return v.IsMember() || state != sessions.StateWaiting && state != sessions.StateDenied
}

// OpenToAnyone reports whether the link of the session's room counts as an invitation for anyone (R72).
func (v *Visitor) OpenToAnyone() bool { return LinkAccessFor(v.Session, v.Room).Anyone }
