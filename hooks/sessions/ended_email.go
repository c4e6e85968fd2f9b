package sessions

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

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

// endedPayload is the content of the email about a session that the Owner or an Admin ended.
type endedPayload struct {
	Session string `json:"session"`
	By      string `json:"by"`
}

// SendEnded queues the email to the host of a session that the actor ended, unless the actor is the host.
func SendEnded(tx core.App, actor *actors.Actor, s *Session) error {
	if s.HostID() == "" || s.HostID() == actor.Account.Id {
		return nil
	}
	text, err := json.Marshal(endedPayload{s.Id, actor.Name()})
	if err != nil {
		return fmt.Errorf("queue an email about an ended session: %w", err)
	}
	return queueToHost(tx, mail.KindSessionEnded, s.TeamID(), s.HostID(), string(text))
}

// queueToHost queues an email to an account as a host in a team. An account without an address gets none.
func queueToHost(tx core.App, kind, team, user, text string) error {
	account, err := tx.FindRecordById("users", user)
	if errors.Is(err, sql.ErrNoRows) || err == nil && account.Email() == "" {
		return nil
	}
	if err != nil {
		return fmt.Errorf("find a host: %w", err)
	}
	return mail.QueueDeferred(tx, mail.Deferred{Kind: kind, To: account.Email(), About: account.Id, Team: team, Secret: text, Basis: text})
}

// findRecipientInTeam finds the account of an email. The email is dropped if the account's address changed or the account
// is no longer in the email's team.
func findRecipientInTeam(tx core.App, m *mail.Email) (account *core.Record, reason string, err error) {
	account, reason, err = accounts.FindEmailAccount(tx, m)
	if err != nil || reason != "" {
		return nil, reason, err
	}
	_, err = members.Find(tx, m.Team(), account.Id)
	if errors.Is(err, errs.ErrNotFound) {
		return nil, mail.ReasonNotMember, nil
	}
	return account, "", err
}

// stillEnded is the condition of the email about a session that the Owner or an Admin ended.
func stillEnded(tx core.App, m *mail.Email) (reason string, err error) {
	account, reason, err := findRecipientInTeam(tx, m)
	if err != nil || reason != "" {
		return reason, err
	}
	var note endedPayload
	if err := json.Unmarshal([]byte(m.Basis()), &note); err != nil {
		return "", fmt.Errorf("read what an email about an ended session was made from: %w", err)
	}
	s, err := Find(tx, m.Team(), note.Session)
	if errors.Is(err, errs.ErrNotFound) || err == nil && s.HostID() != account.Id {
		return mail.ReasonNotHost, nil
	}
	return "", err
}

func writeEnded(tx core.App, user, text string) (mail.Message, error) {
	var note endedPayload
	if err := json.Unmarshal([]byte(text), &note); err != nil {
		return mail.Message{}, fmt.Errorf("read an email about an ended session: %w", err)
	}
	account, err := tx.FindRecordById("users", user)
	if err != nil {
		return mail.Message{}, fmt.Errorf("find the host of an ended session: %w", err)
	}
	s, err := FindByID(tx, note.Session)
	if err != nil {
		return mail.Message{}, err
	}
	team, err := teams.Find(tx, s.TeamID())
	if err != nil {
		return mail.Message{}, fmt.Errorf("find the team of an ended session: %w", err)
	}
	room, err := RoomName(tx, s)
	if err != nil {
		return mail.Message{}, err
	}
	config := settings.Of(tx)
	return emails.SessionEnded(emails.SessionEndedProps{
		To: account.Email(), ToName: actors.DisplayName(account), Team: teams.EmailProps(tx, team.Record), By: note.By,
		Title: s.Title(), Room: room, Ended: s.Ended(), Zone: accounts.Zone(account, s.Zone()),
		Link: config.Link(paths.Session(team.Slug(), s.Id)), Support: config.Support,
	}), nil
}
