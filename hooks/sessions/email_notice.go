package sessions

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/emails"
	"usher/hooks/mail"
	"usher/hooks/tools/errs"
)

// notice is an email to one participant about one session, or about its series from that session on.
type notice struct {
	kind        string
	session     *Session
	to          *Participant
	wholeSeries bool
	replaced    string // in a cancellation: the kind of the waiting email that it replaces, to queue again if it is undone
	news
}

// news is what an email about a change says besides the current data. It is stored with the email, and passed on to one that
// replaces it before it arrived.
type news struct {
	Was   *emails.SessionBefore `json:"was,omitempty"`   // the session as the recipient knows it; nil: unknown, or several sessions
	Moved bool                  `json:"moved,omitempty"` // the start changed, so the recipient's RSVP was reset

	// Reinstated says that the session takes place after all: its cancellation was undone after the recipient was notified.
	Reinstated bool `json:"reinstated,omitempty"`
}

// basis is what the send condition of an email about a session checks.
type basis struct {
	Session   string `json:"session"`
	Whole     bool   `json:"whole,omitempty"`     // it is about the series
	Withdrawn bool   `json:"withdrawn,omitempty"` // it says that the recipient is no longer invited
	By        string `json:"by,omitempty"`        // name of the actor; empty: the server
	Replaced  string `json:"replaced,omitempty"`  // in a cancellation: the kind of email that it replaced
	news
}

func (b basis) String() string {
	text, _ := json.Marshal(b)
	return string(text)
}

func parseBasis(m *mail.Email) (b basis) {
	_ = json.Unmarshal([]byte(m.Basis()), &b)
	return b
}

// Emails about one session and emails about a series have separate topics, so that an update of one session doesn't
// replace the invitation to the series.
func sessionTopic(id string) string { return "session:" + id }
func seriesTopic(id string) string  { return "series:" + id }

func (n *notice) topic() string {
	if n.wholeSeries {
		return seriesTopic(n.session.SeriesID())
	}
	return sessionTopic(n.session.Id)
}

// merge combines the notice with waiting emails to the same participant, and reports whether the notice is needed. A
// waiting email that was never tried is rendered later with current data and replaces the notice, unless it doesn't say that
// the session moved or takes place after all. One that was tried is frozen and may or may not have arrived. A notice that replaces an email takes over
// its invitation, its scope and its news.
func (n *notice) merge(tx core.App) (needed bool, err error) {
	if n.kind == mail.KindSessionInvitation {
		return true, nil
	}
	waiting, err := n.waiting(tx)
	if err != nil {
		return false, err
	}
	for _, m := range waiting {
		old := parseBasis(m)
		whole := old.Whole
		covers := whole || !n.wholeSeries
		if n.kind == mail.KindSessionCancelled && m.Kind() != mail.KindSessionCancelled && m.Topic() == n.topic() {
			n.replaced, n.news = m.Kind(), old.news
		}
		if m.Kind() == mail.KindSessionCancelled || n.kind == mail.KindSessionCancelled && (n.wholeSeries || !whole) ||
			n.Reinstated && whole && !n.wholeSeries {
			continue // the notice replaces it, or both are sent
		}
		saysAll := (old.Moved || !n.Moved) && (old.Reinstated || !n.Reinstated) || m.Kind() == mail.KindSessionInvitation
		if covers && m.FirstTriedAt().IsZero() && saysAll {
			return false, nil
		}
		n.Moved, n.Reinstated = n.Moved || old.Moved, n.Reinstated || old.Reinstated
		if old.Was != nil && !whole && !n.wholeSeries {
			n.Was = old.Was
		}
		if whole && !n.wholeSeries {
			n.kind = m.Kind()
			if err := n.widenToSeries(tx, m.About()); err != nil {
				return false, err
			}
		}
		if m.Kind() == mail.KindSessionInvitation {
			n.kind = m.Kind()
		}
	}
	if n.kind == mail.KindSessionChanged && n.wholeSeries && !n.Moved {
		n.Moved, err = n.replacesMove(tx)
	}
	return true, err
}

// resend makes the notice repeat an invitation, and returns the name of the actor that it names instead of by. If emails about
// changes are waiting, it says what they say: one about the series is repeated, and those about single sessions aren't replaced by
// one about the series.
func (n *notice) resend(tx core.App, by string) (string, error) {
	more, err := isInvitedToMore(tx, n.session, n.to)
	if err != nil {
		return "", err
	}
	n.wholeSeries = more
	waiting, err := n.waiting(tx)
	if err != nil {
		return "", err
	}
	if more {
		single, err := n.hasQueuedChange(tx)
		if err != nil {
			return "", err
		}
		n.wholeSeries = !single
	}
	for _, m := range waiting {
		if m.Kind() != mail.KindSessionChanged {
			continue
		}
		old := parseBasis(m)
		n.kind, by = m.Kind(), old.By
		n.Moved = n.Moved || old.Moved
		if !old.Whole {
			n.Was = old.Was
			continue
		}
		if err := n.widenToSeries(tx, m.About()); err != nil {
			return "", err
		}
	}
	if n.kind == mail.KindSessionChanged && n.wholeSeries && !n.Moved {
		n.Moved, err = n.replacesMove(tx)
	}
	return by, err
}

// replacesMove reports whether a queued email that the notice about a series replaces says that one of its sessions moved.
func (n *notice) replacesMove(tx core.App) (bool, error) {
	return n.hasQueuedChange(tx, dbx.NewExp("CASE WHEN json_valid(basis) THEN json_extract(basis, '$.moved') END")) // that of other emails isn't JSON
}

// hasQueuedChange reports whether an email about a change of a single session of the series is queued to the participant, for
// which the conditions hold.
func (n *notice) hasQueuedChange(tx core.App, conditions ...dbx.Expression) (bool, error) {
	conditions = append(conditions, dbx.HashExp{"recipient": n.to.Address(), "status": mail.Queued, "kind": mail.KindSessionChanged},
		dbx.NewExp("topic IN (SELECT 'session:' || id FROM sessions WHERE series = {:series})", dbx.Params{"series": n.session.SeriesID()}))
	count, err := tx.CountRecords("outbox", conditions...)
	if err != nil {
		return false, fmt.Errorf("look for emails about single sessions of a series: %w", err)
	}
	return count > 0, nil
}

// waiting lists the queued emails to the participant about the session, and about its series.
func (n *notice) waiting(tx core.App) ([]*mail.Email, error) {
	all, err := mail.FindQueued(tx, sessionTopic(n.session.Id), n.to.Address())
	if err != nil || n.session.SeriesID() == "" {
		return all, err
	}
	series, err := mail.FindQueued(tx, seriesTopic(n.session.SeriesID()), n.to.Address())
	return append(all, series...), err
}

// widenToSeries makes the notice cover the series, from the session of the participant with this id.
func (n *notice) widenToSeries(tx core.App, participant string) error {
	to, err := FindParticipant(tx, participant)
	if errors.Is(err, errs.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	n.to, n.wholeSeries, n.Was = to, true, nil
	n.session, err = FindByID(tx, to.SessionID())
	return err
}

// queue queues the notice. It is rendered when it is about to be sent. by is the name of the actor; empty: the server.
func (n *notice) queue(tx core.App, by string) error {
	secret, err := json.Marshal(payload{By: by, Series: n.wholeSeries, news: n.news})
	if err != nil {
		return fmt.Errorf("queue an email about a session: %w", err)
	}
	return mail.QueueDeferred(tx, mail.Deferred{
		Kind: n.kind, To: n.to.Address(), About: n.to.Id, Team: n.session.TeamID(), Secret: string(secret),
		Topic: n.topic(), Basis: basis{Session: n.session.Id, Whole: n.wholeSeries, By: by, Replaced: n.replaced, news: n.news}.String(),
	})
}
