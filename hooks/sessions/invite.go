package sessions

import (
	"fmt"
	"slices"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/tools/errs"
)

// Invite invites more people to a session that is scheduled or running, by address, also as "Name <address>", and emails
// them. The session's host and co-hosts, the Owner and Admins can. Addresses that are already invited are left as they are;
// it returns how many were added. All are invited or none.
func Invite(app core.App, actor *actors.Actor, session string, lines []string) (added int, err error) {
	entry := audit.NewEntry(actor, "session.invite").WithTarget(session, "")
	err = audit.Do(app, entry, func(tx core.App) error {
		actor, err := actor.Reload(tx)
		if err != nil {
			return err
		}
		s, err := FindVisible(tx, actor, session)
		if err != nil {
			return err
		}
		entry.WithTarget(s.Id, s.Title())
		if err := CanContactInvitees(tx, actor, s); err != nil {
			return err
		}
		if err := requireUpcoming(s); err != nil {
			return err
		}
		fresh, err := newInvitees(tx, s, lines)
		if err != nil {
			return err
		}
		added = len(fresh)
		entry.With("people", added)
		people, err := syncInvitees(tx, s, fresh)
		if err != nil {
			return err
		}
		return newNotifier(tx, actor, ScopeSession).invite(s, people)
	})
	return added, err
}

// newInvitees are the people of the list who aren't invited to the session yet. It refuses a list without any, and people
// who were removed from the session.
func newInvitees(tx core.App, s *Session, lines []string) ([]invitee, error) {
	host, err := findHost(tx, s)
	if err != nil {
		return nil, err
	}
	people, err := Form{Guests: lines}.invitees(tx, s.TeamID(), host)
	if err != nil {
		return nil, err
	}
	if err := validateNotExcluded(tx, s, people); err != nil {
		return nil, err
	}
	invited, err := ListParticipants(tx, s.Id)
	if err != nil {
		return nil, err
	}
	fresh := slices.DeleteFunc(people, func(one invitee) bool {
		return slices.ContainsFunc(invited, func(p *Participant) bool { return p.Address() == one.address })
	})
	switch {
	case len(lines) == 0:
		return nil, errs.Invalid("guests", accounts.CodeBadEmail, "Enter the email address of the person you want to invite.")
	case len(fresh) == 0:
		return nil, errs.Invalid("guests", CodeAlreadyInvited, "Everyone on this list is already invited.")
	}
	return fresh, nil
}

// findHost is the account of the session's host. A session whose host's account was deleted is refused.
func findHost(tx core.App, s *Session) (*core.Record, error) {
	if s.HostID() == "" {
		return nil, errs.Invalid("base", CodeNoHost, "This session no longer has a host, because their account was deleted. Schedule a new session.")
	}
	host, err := tx.FindRecordById("users", s.HostID())
	if err != nil {
		return nil, fmt.Errorf("find the host of a session: %w", err)
	}
	return host, nil
}

// requireUpcoming refuses a session that is over, whether or not it was started.
func requireUpcoming(s *Session) error {
	switch {
	case isUpcoming(s):
		return nil
	case s.Status() == Scheduled:
		return errs.Invalid("base", CodeEnded, "This session was never started, and its time has passed.")
	}
	return StatusError(s.Status())
}
