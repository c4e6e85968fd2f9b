package sessions

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/mail"
	"usher/hooks/tools/errs"
)

// registerSendConditions registers the conditions under which waiting emails about sessions are still sent.
func registerSendConditions(app core.App) {
	mail.RegisterCondition(app, checkParticipantEmail, mail.KindSessionInvitation, mail.KindSessionChanged, mail.KindSessionCancelled)
	mail.RegisterCondition(app, stillHosts, mail.KindSessionHandedOver)
	mail.RegisterCondition(app, stillNewHost, mail.KindSessionNewHost)
	mail.RegisterCondition(app, stillEnded, mail.KindSessionEnded)
	mail.RegisterCondition(app, stillLost, mail.KindHostingLost)
}

// checkParticipantEmail is the condition of emails to participants. One without a team says that the team was deleted
// with its sessions, and is always sent.
func checkParticipantEmail(tx core.App, m *mail.Email) (reason string, err error) {
	b := parseBasis(m)
	switch {
	case m.Team() == "":
		return "", nil
	case b.Withdrawn:
		return checkWithdrawn(tx, m, b)
	}
	p, err := FindParticipant(tx, m.About())
	if errors.Is(err, errs.ErrNotFound) {
		return mail.ReasonNotInvited, nil
	}
	if err != nil {
		return "", err
	}
	s, err := FindByID(tx, p.SessionID())
	if err != nil {
		return "", err
	}
	cancelled := m.Kind() == mail.KindSessionCancelled
	switch {
	case p.Address() != m.Recipient():
		return mail.ReasonAddressChanged, nil
	case cancelled && !p.isInformed():
		return mail.ReasonNeverNotified, nil
	case p.Excluded() && !cancelled:
		return mail.ReasonNotInvited, nil
	case cancelled && s.Status() != Cancelled:
		return mail.ReasonSessionNotCancelled, nil
	case !cancelled && s.Status() == Cancelled:
		return mail.ReasonSessionCancelled, nil
	case s.Status() == Ended, !b.Whole && s.Status() != Running && s.Ends().Before(time.Now()):
		return mail.ReasonSessionEnded, nil
	case s.SeriesID() == "":
		return "", nil
	}
	return checkSuperseded(tx, m, b, s, p)
}

// checkWithdrawn checks an email to an invitee who was removed from a session. Their participant no longer exists.
func checkWithdrawn(tx core.App, m *mail.Email, b basis) (reason string, err error) {
	s, err := FindByID(tx, b.Session)
	if errors.Is(err, errs.ErrNotFound) {
		return mail.ReasonSessionEnded, nil
	}
	if err != nil {
		return "", err
	}
	if !b.Whole && (s.Status() == Ended || s.Status() != Running && s.Ends().Before(time.Now())) {
		return mail.ReasonSessionEnded, nil
	}
	_, err = FindParticipantByEmail(tx, s.Id, m.Recipient())
	if errors.Is(err, errs.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return mail.ReasonReinvited, nil
}

// checkSuperseded checks whether newer emails replace one about a series or one of its sessions. An email about the
// whole series replaces a waiting one about a single session. A waiting email about the series that was tried doesn't
// include newer changes of single sessions, so it is queued again.
func checkSuperseded(tx core.App, m *mail.Email, b basis, s *Session, p *Participant) (reason string, err error) {
	newer := func(topics dbx.Expression) (bool, error) {
		n, err := tx.CountRecords("outbox", topics, dbx.HashExp{"recipient": m.Recipient()},
			dbx.NewExp("status != 'dropped' AND rowid > (SELECT rowid FROM outbox WHERE id = {:id})", dbx.Params{"id": m.Id}))
		if err != nil {
			return false, fmt.Errorf("look for newer emails about a series: %w", err)
		}
		return n > 0, nil
	}
	if !b.Whole {
		found, err := newer(dbx.HashExp{"topic": seriesTopic(s.SeriesID())})
		if err != nil || !found {
			return "", err
		}
		return mail.ReasonReplaced, nil
	}
	if m.FirstTriedAt().IsZero() || m.Kind() == mail.KindSessionCancelled {
		return "", nil
	}
	found, err := newer(dbx.NewExp("topic IN (SELECT 'session:' || id FROM sessions WHERE series = {:series})", dbx.Params{"series": s.SeriesID()}))
	if err != nil || !found {
		return "", err
	}
	again := &notice{kind: m.Kind(), session: s, to: p, wholeSeries: true, news: news{Moved: b.Moved, Reinstated: b.Reinstated}}
	return mail.ReasonReplaced, again.queue(tx, b.By)
}

// stillHosts is the condition of the email about sessions that were handed over. One that was tried and lists a session
// that the recipient no longer hosts is replaced by one without it.
func stillHosts(tx core.App, m *mail.Email) (reason string, err error) {
	account, reason, err := accounts.FindEmailAccount(tx, m)
	if err != nil || reason != "" || m.Basis() == "" {
		return reason, err
	}
	var note handoverPayload
	if err := json.Unmarshal([]byte(m.Basis()), &note); err != nil {
		return "", fmt.Errorf("read what an email about a hand-over was made from: %w", err)
	}
	left := note
	left.IDs = nil
	for _, id := range note.IDs {
		s, err := Find(tx, note.Team, id)
		if errors.Is(err, errs.ErrNotFound) || err == nil && (s.HostID() != account.Id || s.Status() != Scheduled) {
			continue
		}
		if err != nil {
			return "", err
		}
		left.IDs = append(left.IDs, id)
	}
	switch {
	case len(left.IDs) == 0:
		return mail.ReasonNotHost, nil
	case m.FirstTriedAt().IsZero() || len(left.IDs) == len(note.IDs):
		return "", nil
	}
	return mail.ReasonReplaced, queueHandedOver(tx, account, left)
}

// queueHandedOver queues the email about sessions that were handed over to the account.
func queueHandedOver(tx core.App, account *core.Record, note handoverPayload) error {
	text, err := json.Marshal(note)
	if err != nil {
		return fmt.Errorf("queue an email about a hand-over: %w", err)
	}
	return mail.QueueDeferred(tx, mail.Deferred{
		Kind: mail.KindSessionHandedOver, To: account.Email(), About: account.Id, Team: note.Team, Secret: string(text), Basis: string(text),
	})
}
