package sessions

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// The roles of participants in a session, which are independent of their roles in the team (R31).
const (
	Host      = "host"
	Cohost    = "cohost"
	Presenter = "presenter"
	Attendee  = "attendee"
)

// The states of a participant.
const (
	StateInvited  = "invited"
	StateDeclined = "declined" // declined the guest prompt, which is shown again at the next visit (R56)
	StateWaiting  = "waiting"  // in the waiting room
	StateAdmitted = "admitted"
	StateDenied   = "refused" // by a host, in the waiting room
	StateRemoved  = "out"     // from the session or the team; final (R115)
)

var _ core.RecordProxy = (*Participant)(nil)

// Participant is a person who was invited to a session or joined it: one record per address. Its id identifies the person
// on the media server.
type Participant struct{ *core.Record }

// PreValidate makes sure that the proxy holds a participant.
func (p *Participant) PreValidate(context.Context, core.App) error {
	if p.Record == nil || p.Collection().Name != "participants" {
		return errors.New("not a participant")
	}
	return nil
}

// ProxyRecord returns the record.
func (p *Participant) ProxyRecord() *core.Record { return p.Record }

// SetProxyRecord sets the record.
func (p *Participant) SetProxyRecord(r *core.Record) { p.Record = r }

// SessionID is the id of the session.
func (p *Participant) SessionID() string { return p.GetString("session") }

// UserID is the id of the account, or empty while it isn't known.
func (p *Participant) UserID() string { return p.GetString("user") }

// Address is the email address that was invited.
func (p *Participant) Address() string { return p.GetString("email") }

// Name is the name that the participant or the host entered, or "".
func (p *Participant) Name() string { return p.GetString("name") }

// PublicName is the name for the other participants. It never contains an email address.
func (p *Participant) PublicName() string { return actors.PublicText(p.Name(), "Unnamed participant") }

// Role is Host, Cohost, Presenter or Attendee.
func (p *Participant) Role() string { return p.GetString("part") }

// State is one of the State constants.
func (p *Participant) State() string { return p.GetString("state") }

// ByLink reports whether the participant came by the session link, uninvited (R163).
func (p *Participant) ByLink() bool { return p.GetBool("by_link") }

// Leads reports whether the participant has the host's controls.
func (p *Participant) Leads() bool { return p.Role() == Host || p.Role() == Cohost }

// Excluded reports whether the participant was removed from the session or denied access.
func (p *Participant) Excluded() bool { return p.State() == StateRemoved || p.State() == StateDenied }

// CanShareScreen reports whether the participant can share their screen in the session: everyone, unless a host limited it
// to hosts, co-hosts and presenters.
func (p *Participant) CanShareScreen(s *Session) bool {
	return p.Role() != Attendee || !s.ShareLimited()
}

// Leads reports whether the actor has the host's controls: is host or co-host, and wasn't removed.
func Leads(tx core.App, session *Session, actor *actors.Actor) (bool, error) {
	p, err := findOneParticipant(tx, dbx.HashExp{"session": session.Id, "user": actor.Account.Id, "part": []any{Host, Cohost}})
	if errors.Is(err, errs.ErrNotFound) {
		return false, nil
	}
	return err == nil && !p.Excluded(), err
}

// FindParticipant finds a participant by id, or returns errs.ErrNotFound.
func FindParticipant(app core.App, id string) (*Participant, error) {
	return findOneParticipant(app, dbx.HashExp{"id": id})
}

// FindParticipantByEmail finds the participant of a session with that address, or returns errs.ErrNotFound.
func FindParticipantByEmail(app core.App, session, address string) (*Participant, error) {
	return findOneParticipant(app, dbx.HashExp{"session": session, "email": address})
}

// ListParticipants lists the participants of a session: host, co-hosts, presenters, then the others, each by name.
func ListParticipants(app core.App, session string) ([]*Participant, error) {
	all := []*Participant{}
	err := app.RecordQuery("participants").AndWhere(dbx.HashExp{"session": session}).
		OrderBy("(CASE part WHEN 'host' THEN 0 WHEN 'cohost' THEN 1 WHEN 'presenter' THEN 2 ELSE 3 END)", "(name COLLATE NOCASE)", "email").All(&all)
	if err != nil {
		return nil, fmt.Errorf("list the people of a session: %w", err)
	}
	return all, nil
}

func findOneParticipant(app core.App, where dbx.Expression) (*Participant, error) {
	return record.One[Participant](app.RecordQuery("participants").AndWhere(where), "find a participant")
}

// HasOpenInvite reports whether an address, which has no account, is invited to a session that hasn't ended.
func HasOpenInvite(app core.App, address string) (bool, error) {
	var has bool
	err := app.DB().NewQuery(`SELECT EXISTS (SELECT 1 FROM participants p JOIN sessions s ON s.id = p.session
			WHERE p.email = {:email} AND p.user = '' AND p.state != {:removed}
			AND (s.status = {:running} OR s.status = {:scheduled} AND s.ends > {:now}))`).
		Bind(dbx.Params{"email": address, "removed": StateRemoved, "running": Running, "scheduled": Scheduled,
			"now": record.FormatTime(time.Now())}).Row(&has)
	if err != nil {
		return false, fmt.Errorf("find the invites of an address: %w", err)
	}
	return has, nil
}
