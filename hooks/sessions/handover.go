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

// HandOver gives every scheduled session that from hosts in the team to another host, in the caller's transaction,
// and says how many these are (R81). The new host and every invitee get one email. actor nil is the server.
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

// updateSeriesHost notes the new host of the series that sessions are of.
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

// CanTakeOver is nil if the account to may host what from was to host in the team; else it says why not.
func CanTakeOver(app core.App, team *core.Record, from, to string) error {
	err := validateHost(app, team, to)
	if errs.Code(err) != "" || from == to {
		return errs.Invalid("handOver", CodeCannotHost, "Hand the sessions to somebody else who may host in this team: an Organizer.")
	}
	return err
}

// maxHosts is how many people Hosts lists.
const maxHosts = 500

// HostOption is somebody by account and name.
type HostOption struct {
	ID   string `db:"id"`
	Name string `db:"name"`
}

// ListHosts lists who may host in the team, other than those without, by name; maxHosts at most.
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

// cancelAll cancels every scheduled session that somebody hosts in a team, with notice, and says how many.
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

// revokeHosting is what happens when somebody is not in the team any more, or may not host any more (R79, R81, R107): scheduled
// sessions that nobody took over are cancelled; in what runs he is out, or takes part like others. Who is gone is out of
// what he was asked to by his address, too: no old link brings him back (R71).
// The reason is one of those of hostingLost: a host who stays in the team gets one email about what was cancelled.
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
		AND session IN (SELECT id FROM sessions WHERE team = {:team} AND status IN ('scheduled', 'running'))`,
		dbx.Params{"team": team, "user": user, "gone": gone})).All(&rows)
	if err != nil {
		return fmt.Errorf("find where somebody takes part: %w", err)
	}
	for _, row := range rows {
		if gone {
			row.Set("state", StateRemoved)
		} else if row.Leads() {
			session, err := FindByID(tx, row.SessionID())
			if err != nil {
				return err
			}
			if session.Status() == Scheduled && member {
				continue // a member helps to lead without the right to host
			}
			row.Set("part", Attendee)
		}
		if err := tx.Save(row); err != nil {
			return err
		}
	}
	return nil
}
