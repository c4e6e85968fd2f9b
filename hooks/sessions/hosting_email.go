package sessions

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/emails"
	"usher/hooks/mail"
	"usher/hooks/members"
	"usher/hooks/paths"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

// The reasons why a user can no longer host in a team.
const (
	reasonRemoved           = "" // no longer in the team; another email says so
	reasonRoleRevoked       = emails.HostingRoleRevoked
	reasonMembershipChanged = emails.HostingMembershipChanged
	reasonSettingOff        = emails.HostingSettingOff
	reasonPlanChanged       = emails.HostingPlanChanged
)

// hostingLostPayload is the content of the email to a user who can no longer host.
type hostingLostPayload struct {
	Reason   string        `json:"reason"`
	By       string        `json:"by,omitempty"`
	NewHost  string        `json:"new_host,omitempty"` // account that hosts the sessions now; empty: they were cancelled
	Team     string        `json:"team"`
	Sessions []lostSession `json:"sessions"`
	More     int           `json:"more,omitempty"` // sessions that are not listed
}

// lostSession is a session that was lost, or the first one of a series.
type lostSession struct {
	ID     string `json:"id"`
	Series int    `json:"series,omitempty"` // how many of the series were lost
}

// sendHostingLost queues one email about all upcoming sessions that a user hosted in a team.
func sendHostingLost(tx core.App, user string, note hostingLostPayload, future []*Session) error {
	var all []lostSession
	series, now := map[string]int{}, time.Now()
	for _, s := range future {
		if s.Ends().Before(now) {
			continue
		}
		if n, listed := series[s.SeriesID()]; listed && s.SeriesID() != "" {
			all[n].Series++
			continue
		}
		one := lostSession{ID: s.Id}
		if s.SeriesID() != "" {
			series[s.SeriesID()], one.Series = len(all), 1
		}
		all = append(all, one)
	}
	if len(all) == 0 {
		return nil
	}
	note.Sessions = all[:min(len(all), maxNamed)]
	for _, one := range all[len(note.Sessions):] {
		note.More += max(one.Series, 1)
	}
	return queueHostingLost(tx, user, note)
}

func queueHostingLost(tx core.App, user string, note hostingLostPayload) error {
	text, err := json.Marshal(note)
	if err != nil {
		return fmt.Errorf("queue an email about lost sessions: %w", err)
	}
	return queueToHost(tx, mail.KindHostingLost, note.Team, user, string(text))
}

// current returns the note without sessions that the user hosts again or that no longer exist, and the listed sessions.
func (n hostingLostPayload) current(tx core.App, user string) (hostingLostPayload, []*Session, error) {
	var rows []*Session
	listed := n.Sessions
	n.Sessions = nil
	for _, one := range listed {
		s, err := Find(tx, n.Team, one.ID)
		if errors.Is(err, errs.ErrNotFound) || err == nil && s.HostID() == user && s.Status() != Cancelled {
			continue
		}
		if err != nil {
			return n, nil, err
		}
		n.Sessions, rows = append(n.Sessions, one), append(rows, s)
	}
	return n, rows, nil
}

// stillLost is the condition of the email to a user who can no longer host. One that was tried and lists a session that
// the user hosts again is replaced by one without it.
func stillLost(tx core.App, m *mail.Email) (reason string, err error) {
	account, reason, err := findRecipientInTeam(tx, m)
	if err != nil || reason != "" {
		return reason, err
	}
	var note hostingLostPayload
	if err := json.Unmarshal([]byte(m.Basis()), &note); err != nil {
		return "", fmt.Errorf("read what an email about lost sessions was made from: %w", err)
	}
	left, _, err := note.current(tx, account.Id)
	switch {
	case err != nil:
		return "", err
	case len(left.Sessions) == 0:
		return mail.ReasonHostRestored, nil
	case m.FirstTriedAt().IsZero() || len(left.Sessions) == len(note.Sessions):
		return "", nil
	}
	return mail.ReasonReplaced, queueHostingLost(tx, account.Id, left)
}

func writeHostingLost(tx core.App, user, text string) (mail.Message, error) {
	var note hostingLostPayload
	if err := json.Unmarshal([]byte(text), &note); err != nil {
		return mail.Message{}, fmt.Errorf("read an email about lost sessions: %w", err)
	}
	account, err := tx.FindRecordById("users", user)
	if err != nil {
		return mail.Message{}, fmt.Errorf("find who lost sessions: %w", err)
	}
	team, err := teams.Find(tx, note.Team)
	if err != nil {
		return mail.Message{}, fmt.Errorf("find the team of lost sessions: %w", err)
	}
	left, rows, err := note.current(tx, user)
	if err != nil {
		return mail.Message{}, err
	}
	config := settings.Of(tx)
	props := emails.HostingLostProps{
		To: account.Email(), ToName: actors.DisplayName(account), Team: teams.EmailProps(tx, team.Record), Reason: note.Reason, By: note.By,
		More: note.More, Zone: accounts.Zone(account, team.Zone()), Link: config.Link(paths.Sessions(team.Slug())), Support: config.Support,
	}
	for n, s := range rows {
		props.Sessions = append(props.Sessions, emails.SessionItem{Title: s.Title(), Starts: s.Starts(), Ends: s.Ends(), Series: left.Sessions[n].Series})
	}
	if note.NewHost != "" {
		if props.NewHost, err = accountName(tx, note.NewHost); err != nil {
			return mail.Message{}, err
		}
	}
	props.Contact, props.CanTakeRole, err = hostingContact(tx, account, team, note.By)
	return emails.HostingLost(props), err
}

// hostingContact is who a user who can no longer host should contact: by, the actor, or else the people who can assign the
// Organizer role. takes reports that the user can assign it to themselves.
func hostingContact(tx core.App, account *core.Record, team *teams.Team, by string) (contact string, takes bool, err error) {
	reader, err := actors.InTeam(tx, account, team.Record)
	if err != nil {
		return by, false, errs.IgnoreNotFound(err)
	}
	organizer := actors.Roles{Organizer: true}
	if takes = reader.CanTakeRoles(organizer); takes || by != "" {
		return by, takes, nil
	}
	if reader.Kind == actors.Guest { // was a member until now, so may see the Owner's name
		owner, err := members.FindOwner(tx, team.Id)
		if err != nil {
			return "", false, errs.IgnoreNotFound(err)
		}
		contact, err = accountName(tx, owner.UserID())
		return contact, false, err
	}
	helpers, err := actors.Helpers(tx, reader, func(a *actors.Actor) bool { return a.CanInvite(organizer, reader.Roles) })
	return actors.HelperNames(helpers), false, err
}

// accountName is the name of an account as other users of the team see it.
func accountName(tx core.App, user string) (string, error) {
	account, err := tx.FindRecordById("users", user)
	if errors.Is(err, sql.ErrNoRows) {
		return "another host", nil
	}
	if err != nil {
		return "", fmt.Errorf("find the name of an account: %w", err)
	}
	return actors.DisplayName(account), nil
}
