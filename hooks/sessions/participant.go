package sessions

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/errs"
)

// The parts that people have in a session; they are apart from roles in the team (R31).
const (
	Host      = "host"
	Cohost    = "cohost"
	Presenter = "presenter"
	Attendee  = "attendee"
)

// How far somebody has come into a session.
const (
	StateInvited  = "invited"
	StateDeclined = "declined" // the guest prompt; offered again at the next visit (R56)
	StateWaiting  = "waiting"  // in the lobby, until a host admits him
	StateAdmitted = "admitted"
	StateDenied   = "refused" // by a host, at the door
	StateRemoved  = "out"     // put out, or removed from the team: stays out (R115)
)

var _ core.RecordProxy = (*Participant)(nil)

// Participant is somebody who is asked to a session, or who came to it: one row an address. Its id is his name on
// the media server.
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

// SessionID is the session.
func (p *Participant) SessionID() string { return p.GetString("session") }

// UserID is the account, once it is known; else empty.
func (p *Participant) UserID() string { return p.GetString("user") }

// Address is where he was asked.
func (p *Participant) Address() string { return p.GetString("email") }

// Role is Host, Cohost, Presenter or Attendee.
func (p *Participant) Role() string { return p.GetString("part") }

// State is how far he has come: one of the State constants.
func (p *Participant) State() string { return p.GetString("state") }

// Leads reports whether he has the controls of the host.
func (p *Participant) Leads() bool { return p.Role() == Host || p.Role() == Cohost }

// Excluded reports whether the session is closed to him: he was put out, or refused at the door.
func (p *Participant) Excluded() bool { return p.State() == StateRemoved || p.State() == StateDenied }

// CanShareScreen reports whether he may show his screen.
func (p *Participant) CanShareScreen() bool { return p.Role() != Attendee }

// FindParticipant reads a participant by id, or record.ErrNotFound.
func FindParticipant(app core.App, id string) (*Participant, error) {
	return findOneParticipant(app, dbx.HashExp{"id": id})
}

// FindParticipantByEmail reads who has that address in the session, or record.ErrNotFound.
func FindParticipantByEmail(app core.App, session, address string) (*Participant, error) {
	return findOneParticipant(app, dbx.HashExp{"session": session, "email": address})
}

// ListParticipants lists who is asked to a session and who came: host, co-hosts, then the others by name.
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
	p := &Participant{}
	err := app.RecordQuery("participants").AndWhere(where).Limit(1).One(p)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errs.NotFound
	}
	if err != nil {
		return nil, fmt.Errorf("find a participant: %w", err)
	}
	return p, nil
}
