package sessions

import (
	"encoding/json"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/members"
	"usher/hooks/tools/errs"
)

// HandOver makes to the host of every scheduled session that from hosts in the team, in the caller's transaction, and
// returns how many there were (R81). The new host and every invitee get one email. A nil actor is the server.
func HandOver(tx core.App, actor *actors.Actor, team, from, to string) (int, error) {
	teamRecord, err := tx.FindRecordById("teams", team)
	if err != nil {
		return 0, fmt.Errorf("find the team of sessions: %w", err)
	}
	if err := CanTakeOver(tx, teamRecord, from, to); err != nil {
		return 0, err
	}
	future, err := ListScheduledByHost(tx, team, from)
	if err != nil {
		return 0, err
	}
	was := ""
	for _, s := range future {
		was = s.GetString("host_name")
		s.Set("host", to)
		if err := tx.Save(s); err != nil {
			return 0, err
		}
		entry := newAuditEntry(actor, s, "session.handover").With("from", was).With("to", s.GetString("host_name"))
		if err := audit.Write(tx, entry); err != nil {
			return 0, err
		}
	}
	if err := updateSeriesHost(tx, future, to); err != nil {
		return 0, err
	}
	if err := notifyInvitees(tx, actor, from, to, was, future); err != nil {
		return 0, err
	}
	return len(future), notifyNewHost(tx, actor, to, was, future)
}

// updateSeriesHost sets the new host of the series that the sessions belong to.
func updateSeriesHost(tx core.App, handed []*Session, to string) error {
	done := map[string]bool{"": true}
	for _, s := range handed {
		if done[s.SeriesID()] {
			continue
		}
		done[s.SeriesID()] = true
		series, err := FindSeries(tx, s.SeriesID())
		if err != nil {
			return err
		}
		series.Set("host", to)
		if err := tx.Save(series); err != nil {
			return err
		}
	}
	return nil
}

// CanTakeOver returns nil if the account to can host what from hosts in the team, or else an error that says why not.
func CanTakeOver(app core.App, team *core.Record, from, to string) error {
	err := validateHost(app, team, to)
	if errs.Code(err) != "" || from == to {
		return errs.Invalid("handOver", CodeCannotHost, "Choose someone who can host in this team.")
	}
	return err
}

// maxHosts is how many people ListHosts returns.
const maxHosts = 500

// HostOption is an account that can host.
type HostOption struct {
	ID   string `db:"id"`
	Name string `db:"name"`
}

// ListHosts lists up to maxHosts accounts that can host in the team, except without, by name.
func ListHosts(app core.App, team *core.Record, without []string) ([]HostOption, error) {
	people := []HostOption{}
	gone, err := json.Marshal(append([]string{}, without...))
	if err != nil {
		return nil, err
	}
	err = app.DB().NewQuery(`SELECT u.id, CASE u.name WHEN '' THEN u.email ELSE u.name END name
		FROM memberships m JOIN users u ON u.id = m.user
		WHERE m.team = {:team} AND (m.organizer OR {:all} AND m.kind = 'member') AND u.id NOT IN (SELECT value FROM json_each({:gone}))
		ORDER BY name COLLATE NOCASE LIMIT {:most}`).
		Bind(dbx.Params{"team": team.Id, "all": actors.MembersCanHost(team), "gone": string(gone), "most": maxHosts}).All(&people)
	if err != nil {
		return nil, fmt.Errorf("list who may host: %w", err)
	}
	return people, nil
}

func newAuditEntry(actor *actors.Actor, s *Session, action string) *audit.Entry {
	entry := &audit.Entry{Team: s.TeamID(), Action: action}
	if actor != nil {
		entry = audit.NewEntry(actor, action)
	}
	return entry.WithTarget(s.Id, s.Title())
}

// cancelAll cancels every scheduled session that an account hosts in a team, notifies the invitees and returns how many
// there were.
func cancelAll(tx core.App, actor *actors.Actor, team, user string) (int, error) {
	future, err := ListScheduledByHost(tx, team, user)
	if err != nil {
		return 0, err
	}
	for _, s := range future {
		if err := audit.Write(tx, newAuditEntry(actor, s, "session.cancel").With("host", s.GetString("host_name"))); err != nil {
			return 0, err
		}
	}
	series := map[string][]*Session{}
	for _, s := range future {
		if s.SeriesID() != "" {
			series[s.SeriesID()] = append(series[s.SeriesID()], s)
		} else if err := cancelAndNotify(tx, actor, user, ScopeSession, s); err != nil {
			return 0, err
		}
	}
	for _, all := range series {
		if err := cancelAndNotify(tx, actor, user, ScopeSeries, all...); err != nil {
			return 0, err
		}
	}
	return len(future), nil
}

// revokeHosting handles an account that left the team or can no longer host (R79, R81, R107). Scheduled sessions that
// weren't handed over are cancelled; in running sessions the account is removed, or becomes an attendee. An account that
// left is also removed where only its address was invited, so that no old link works (R71).
// reason is one of the reason constants: a host who stays in the team gets one email about the cancelled sessions.
func revokeHosting(tx core.App, team, user, reason string) error {
	gone := reason == reasonRemoved
	future, err := ListScheduledByHost(tx, team, user)
	if err != nil {
		return err
	}
	if _, err := cancelAll(tx, nil, team, user); err != nil {
		return err
	}
	if !gone {
		if err := sendHostingLost(tx, user, hostingLostPayload{Reason: reason, Team: team}, future); err != nil {
			return err
		}
	}
	member, err := members.IsMember(tx, team, user)
	if err != nil {
		return err
	}
	var rows []*Participant
	err = tx.RecordQuery("participants").AndWhere(dbx.NewExp(`team = {:team} AND (user = {:user}
			OR {:gone} AND user = '' AND email = (SELECT email FROM users WHERE id = {:user}))
		AND session IN (SELECT id FROM sessions WHERE team = {:team} AND (status IN ('scheduled', 'running') OR `+undoableCancellation+`))`,
		dbx.Params{"team": team, "user": user, "gone": gone, "undo": earliestUndoable()})).All(&rows)
	if err != nil {
		return fmt.Errorf("find the sessions of a participant: %w", err)
	}
	for _, row := range rows {
		if gone {
			row.Set("state", StateRemoved)
		} else if row.Leads() {
			session, err := FindByID(tx, row.SessionID())
			if err != nil {
				return err
			}
			if session.Status() != Running && member {
				continue // a member can co-host without the right to host
			}
			row.Set("part", Attendee)
		}
		if err := tx.Save(row); err != nil {
			return err
		}
	}
	return nil
}
