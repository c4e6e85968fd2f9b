package sessions

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/mail"
	"usher/hooks/tools/errs"
)

// notice is an email to one participant about one session, or about its series from that one on.
type notice struct {
	kind        string
	session     *Session
	to          *Participant
	wholeSeries bool
}

// basis is what the condition of an email about a session judges it by.
type basis struct {
	Session   string `json:"session"`
	Whole     bool   `json:"whole,omitempty"`     // it is about the series
	Withdrawn bool   `json:"withdrawn,omitempty"` // it tells that the recipient is no longer invited
	By        string `json:"by,omitempty"`        // who caused it; empty: the server
}

func (b basis) String() string {
	text, _ := json.Marshal(b)
	return string(text)
}

func parseBasis(m *mail.Email) (b basis) {
	_ = json.Unmarshal([]byte(m.Basis()), &b)
	return b
}

// Emails about one session, and those about a series, are topics of their own: news of one session does not replace
// the invitation to all of them.
func sessionTopic(id string) string { return "session:" + id }
func seriesTopic(id string) string  { return "series:" + id }

func (n *notice) topic() string {
	if n.wholeSeries {
		return seriesTopic(n.session.SeriesID())
	}
	return sessionTopic(n.session.Id)
}

// merge brings the notice into line with emails to the same participant that wait, and reports whether it is needed. One
// that was never tried will say what holds when it leaves. One that was tried is frozen and may have arrived or not:
// the notice takes its place, so that it still invites whom that one invited, and covers the series if that one did.
func (n *notice) merge(tx core.App) (needed bool, err error) {
	if n.kind == mail.KindSessionInvitation {
		return true, nil
	}
	waiting, err := n.waiting(tx)
	if err != nil {
		return false, err
	}
	for _, m := range waiting {
		whole := parseBasis(m).Whole
		covers := whole || !n.wholeSeries
		if m.Kind() == mail.KindSessionCancelled || n.kind == mail.KindSessionCancelled && (n.wholeSeries || !whole) {
			continue // the notice replaces it, or stands beside it
		}
		if covers && m.FirstTriedAt().IsZero() {
			return false, nil
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
	return true, nil
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

// widenToSeries makes the notice one about the series, from where the participant with this id was invited to it.
func (n *notice) widenToSeries(tx core.App, participant string) error {
	to, err := FindParticipant(tx, participant)
	if errors.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	n.to, n.wholeSeries = to, true
	n.session, err = FindByID(tx, to.SessionID())
	return err
}

// queue queues the notice, which is written when it is about to leave. by is who caused it; empty: the server.
func (n *notice) queue(tx core.App, by string) error {
	secret, err := json.Marshal(payload{By: by, Series: n.wholeSeries})
	if err != nil {
		return fmt.Errorf("queue an email about a session: %w", err)
	}
	return mail.QueueDeferred(tx, mail.Deferred{
		Kind: n.kind, To: n.to.Address(), About: n.to.Id, Team: n.session.TeamID(), Secret: string(secret),
		Topic: n.topic(), Basis: basis{Session: n.session.Id, Whole: n.wholeSeries, By: by}.String(),
	})
}
