package sessions

import (
	"encoding/json"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/members"
	"usher/hooks/record"
)

// HandOver gives every scheduled session that from hosts in the team to another host, in the caller's transaction,
// and says how many these are (R81). The new host and every invitee get one email. actor nil is the server.
func HandOver(tx core.App, actor *actors.Actor, team, from, to string) (int, error) {
	teamRecord, err := tx.FindRecordById("teams", team)
	if err != nil {
		return 0, fmt.Errorf("find the team of sessions: %w", err)
	}
	if err := MayTakeOver(tx, teamRecord, from, to); err != nil {
		return 0, err
	}
	future, err := Future(tx, team, from)
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
		entry := deedOn(actor, s, "session.handover").With("from", was).With("to", s.GetString("host_name"))
		if err := audit.Write(tx, entry); err != nil {
			return 0, err
		}
	}
	if err := passSeries(tx, future, to); err != nil {
		return 0, err
	}
	if err := tellInvitees(tx, actor, from, to, was, future); err != nil {
		return 0, err
	}
	return len(future), tellNewHost(tx, actor, to, was, future)
}

// passSeries notes the new host of the series that sessions are of.
func passSeries(tx core.App, handed []*Session, to string) error {
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

// MayTakeOver is nil if the account to may host what from was to host in the team; else it says why not.
func MayTakeOver(app core.App, team *core.Record, from, to string) error {
	err := judgeHost(app, team, to)
	if record.Code(err) != "" || from == to {
		return record.Refuse("handOver", CodeCannotHost, "Hand the sessions to somebody else who may host in this team: an Organizer.")
	}
	return err
}

// maxHosts is how many people Hosts lists.
const maxHosts = 500

// Person is somebody by account and name.
type Person struct {
	ID   string `db:"id"`
	Name string `db:"name"`
}

// Hosts lists who may host in the team, other than those without, by name; maxHosts at most.
func Hosts(app core.App, team *core.Record, without []string) ([]Person, error) {
	people := []Person{}
	gone, err := json.Marshal(append([]string{}, without...))
	if err != nil {
		return nil, err
	}
	err = app.DB().NewQuery(`SELECT u.id, CASE u.name WHEN '' THEN u.email ELSE u.name END name
		FROM memberships m JOIN users u ON u.id = m.user
		WHERE m.team = {:team} AND (m.organizer OR {:all} AND m.kind = 'member') AND u.id NOT IN (SELECT value FROM json_each({:gone}))
		ORDER BY name COLLATE NOCASE LIMIT {:most}`).
		Bind(dbx.Params{"team": team.Id, "all": actors.MembersHost(team), "gone": string(gone), "most": maxHosts}).All(&people)
	if err != nil {
		return nil, fmt.Errorf("list who may host: %w", err)
	}
	return people, nil
}

func deedOn(actor *actors.Actor, s *Session, action string) *audit.Entry {
	entry := &audit.Entry{Team: s.TeamID(), Action: action}
	if actor != nil {
		entry = audit.By(actor, action)
	}
	return entry.On(s.Id, s.Title())
}

// callOff cancels every scheduled session that somebody hosts in a team, with notice, and says how many.
func callOff(tx core.App, actor *actors.Actor, team, user string) (int, error) {
	future, err := Future(tx, team, user)
	if err != nil {
		return 0, err
	}
	for _, s := range future {
		if err := audit.Write(tx, deedOn(actor, s, "session.cancel").With("host", s.GetString("host_name"))); err != nil {
			return 0, err
		}
	}
	series := map[string][]*Session{}
	for _, s := range future {
		if s.SeriesID() != "" {
			series[s.SeriesID()] = append(series[s.SeriesID()], s)
		} else if err := cancel(tx, actor, user, This, s); err != nil {
			return 0, err
		}
	}
	for _, all := range series {
		if err := cancel(tx, actor, user, Whole, all...); err != nil {
			return 0, err
		}
	}
	return len(future), nil
}

// lost is what happens when somebody is not in the team any more, or may not host any more (R79, R81, R107): scheduled
// sessions that nobody took over are cancelled; in what runs he is out, or takes part like others. Who is gone is out of
// what he was asked to by his address, too: no old link brings him back (R71).
// The reason is one of those of hostingLost: a host who stays in the team gets one email about what was cancelled.
func lost(tx core.App, team, user, reason string) error {
	gone := reason == removed
	future, err := Future(tx, team, user)
	if err != nil {
		return err
	}
	if _, err := callOff(tx, nil, team, user); err != nil {
		return err
	}
	if !gone {
		if err := sendHostingLost(tx, user, hostingLost{Reason: reason, Team: team}, future); err != nil {
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
			row.Set("state", StateOut)
		} else if row.Leads() {
			session, err := ByID(tx, row.SessionID())
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
