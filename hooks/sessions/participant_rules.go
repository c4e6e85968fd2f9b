package sessions

import (
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/accounts"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// Codes of errors about the participants of a session.
const (
	CodeAlreadyInvited = "already_asked"
	CodeBadCohost      = "bad_cohost"
	CodeOneHost        = "one_host"
	CodeRemoved        = "out"
	CodeHostRequired   = "host_stands"
)

// registerParticipants registers the rules for every write of a participant: one record per address, which stays with its
// account; one host, the session's; co-hosts are members; the number of invitees is limited; and removed participants
// stay removed.
func registerParticipants(app core.App) {
	tidied := func(e *core.RecordEvent) error {
		if err := normalizeParticipant(e.Record); err != nil {
			return err
		}
		return e.Next()
	}
	app.OnRecordCreate("participants").BindFunc(tidied)
	app.OnRecordUpdate("participants").BindFunc(tidied)
	app.OnRecordCreateExecute("participants").BindFunc(record.Guard(validateNewParticipant))
	app.OnRecordUpdateExecute("participants").BindFunc(record.Guard(validateParticipant))
	app.OnRecordDeleteExecute("participants").BindFunc(record.Guard(func(app core.App, r *core.Record) error {
		if err := validateHostStays(app, r); err != nil {
			return err
		}
		return recordRemoved(app, r)
	}))
}

func normalizeParticipant(r *core.Record) error {
	address, err := accounts.CanonicalEmail(r.GetString("email"))
	if err != nil {
		return err
	}
	name, err := text.CleanLine("name", "The name", r.GetString("name"), 80)
	if err != nil {
		return err
	}
	r.Set("email", address)
	r.Set("name", name)
	if r.GetString("part") == "" {
		r.Set("part", Attendee)
	}
	if r.GetString("state") == "" {
		r.Set("state", StateInvited)
	}
	return nil
}

func validateNewParticipant(app core.App, r *core.Record) error {
	s, err := loadCapacity(app, r.GetString("session"), r.GetString("email"))
	if err != nil {
		return err
	}
	switch {
	case s.Team != r.GetString("team"):
		return errs.Invalid("team", CodeFixed, "A participant must belong to the team of the session.")
	case s.AlreadyInvited:
		return errs.Invalid("email", CodeAlreadyInvited, r.GetString("email")+" is already invited.")
	case s.Status == Ended || s.Status == Cancelled:
		return StatusError(s.Status)
	}
	if r.GetString("state") == StateInvited && r.GetString("part") != Host {
		if err := s.validate(s.Invited + 1); err != nil {
			return err
		}
	}
	if err := s.validateRole(app, r); err != nil {
		return err
	}
	return ensureLink(app, r, s.Series)
}

func validateParticipant(app core.App, r *core.Record) error {
	before := r.Original()
	if err := validateIdentity(app, r, before); err != nil {
		return err
	}
	if before.GetString("state") == StateRemoved && r.GetString("state") != StateRemoved {
		return errs.Invalid("state", CodeRemoved, "Someone who was removed from a session can't rejoin it.")
	}
	if r.GetString("link") == "" { // a record that was written without our hooks
		s, err := findSessionOf(app, r)
		if err != nil {
			return err
		}
		if err := ensureLink(app, r, s.SeriesID()); err != nil {
			return err
		}
	}
	if record.Differs(r, before, "part", "user") && (r.GetString("user") != "" || record.Differs(r, before, "part")) {
		s, err := loadCapacity(app, r.GetString("session"), "")
		if err != nil {
			return err
		}
		return s.validateRole(app, r)
	}
	return nil
}

// validateRole refuses a second host, a host other than the session's, and a co-host who isn't a member.
func (s *capacity) validateRole(app core.App, r *core.Record) error {
	switch r.GetString("part") {
	case Host:
		others, err := app.CountRecords("participants", dbx.HashExp{"session": r.GetString("session"), "part": Host}, dbx.Not(idIs(r.Id)))
		if err != nil {
			return fmt.Errorf("look for the host of a session: %w", err)
		}
		if others > 0 || r.GetString("user") == "" || r.GetString("user") != s.Host {
			return errs.Invalid("part", CodeOneHost, "A session has one host: "+s.HostName+".")
		}
	case Cohost:
		member, err := members.IsMember(app, s.Team, r.GetString("user"))
		if err != nil {
			return err
		}
		if !member {
			return errs.Invalid("cohosts", CodeBadCohost, "Co-hosts must be members of this team. Invite "+r.GetString("email")+" to the session as a guest, or to the team first.")
		}
	}
	return nil
}

// validateHostStays refuses to delete the host's participant, unless the session or the team is deleted.
func validateHostStays(app core.App, r *core.Record) error {
	if r.GetString("part") != Host {
		return nil
	}
	session, err := findSessionOf(app, r)
	if errors.Is(err, errs.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	team, err := app.CountRecords("teams", idIs(session.TeamID()))
	if err != nil {
		return fmt.Errorf("find the team of a session: %w", err)
	}
	if team > 0 && session.HostID() != "" && session.HostID() == r.GetString("user") {
		return errs.Invalid("base", CodeHostRequired, "You can't remove the host. Choose another host for the session first.")
	}
	return nil
}

func findSessionOf(app core.App, r *core.Record) (*Session, error) {
	return FindByID(app, r.GetString("session"))
}

// addHost adds the session's host as a participant and makes the previous host an attendee.
func addHost(tx core.App, s *core.Record) error {
	if s.GetString("host") == "" || !record.Changed(s, "host") {
		return nil
	}
	rows, err := ListParticipants(tx, s.Id)
	if err != nil {
		return err
	}
	account, err := tx.FindRecordById("users", s.GetString("host"), record.WithPrepared)
	if err != nil {
		return fmt.Errorf("find the host of a session: %w", err)
	}
	var own *Participant
	for _, row := range rows {
		switch {
		case row.UserID() == account.Id && row.Role() == Host:
			return nil
		case row.Role() == Host:
			row.Set("part", Attendee)
			row.Set("told", types.NowDateTime()) // a former host knows of the session
			if err := tx.Save(row); err != nil {
				return err
			}
		case row.UserID() == account.Id, row.Address() == account.Email() && (row.UserID() == "" || row.State() == StateRemoved):
			own = row
		}
	}
	if own != nil && own.State() == StateRemoved { // was removed from the team, and is back
		if err := tx.Delete(own); err != nil {
			return err
		}
		own = nil
	}
	if own == nil {
		if own, err = newParticipant(tx, s, account.Email()); err != nil {
			return err
		}
		own.Set("state", StateInvited)
	}
	own.Set("user", account.Id)
	own.Set("name", text.Truncate(account.GetString("name"), 80))
	own.Set("part", Host)
	return tx.Save(own)
}

func newParticipant(tx core.App, s *core.Record, address string) (*Participant, error) {
	collection, err := tx.FindCachedCollectionByNameOrId("participants")
	if err != nil {
		return nil, fmt.Errorf("find participants: %w", err)
	}
	p := &Participant{core.NewRecord(collection)}
	p.Load(map[string]any{"team": s.GetString("team"), "session": s.Id, "email": address})
	return p, nil
}

func idIs(id string) dbx.Expression { return dbx.HashExp{"id": id} }
