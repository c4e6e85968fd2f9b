package sessions

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/emails"
	"usher/hooks/mail"
	"usher/hooks/tools/calendar"
	"usher/hooks/tools/errs"
)

// newHostPayload is the content of the email to an invitee about sessions with a new host.
type newHostPayload struct {
	Team    string          `json:"team"`
	Host    string          `json:"host"` // account of the new host
	From    string          `json:"from,omitempty"`
	Invites []newHostInvite `json:"places"`
	More    int             `json:"more,omitempty"` // sessions that are not listed
}

// newHostInvite identifies the invitee's participant in a session, or in the first upcoming session of a series.
type newHostInvite struct {
	ID     string `json:"id"` // of the participant
	Series int    `json:"series,omitempty"`
}

// handedInvite is an invitee of a session that was handed over.
type handedInvite struct {
	session     *Session
	participant *Participant
	series      int // number of sessions of the series
}

// notifyInvitees queues one email to each invitee of upcoming sessions that were handed over, with one entry for a series.
// The hosts and the actor get none. Invitees who don't know of a session yet, or have another email about it waiting,
// learn of the new host from that email.
func notifyInvitees(tx core.App, actor *actors.Actor, from, to, was string, taken []*Session) error {
	post := newNotifier(tx, actor, ScopeSession)
	for _, id := range []string{from, to} {
		if account, err := tx.FindRecordById("users", id); err == nil {
			post.notified[account.Email()] = true
		}
	}
	order, places, err := groupInvites(tx, taken, func(p *Participant) bool {
		return p.Excluded() || p.Role() == Host || post.notified[p.Address()] || p.UserID() != "" && slices.Contains([]string{from, to}, p.UserID())
	})
	if err != nil {
		return err
	}
	for _, address := range order {
		note := newHostPayload{Team: taken[0].TeamID(), Host: to, From: was}
		for _, one := range places[address] {
			other, err := post.hasOtherNews(one)
			switch {
			case err != nil:
				return err
			case other:
			case len(note.Invites) == maxNamed:
				note.More += max(one.series, 1)
			default:
				note.Invites = append(note.Invites, newHostInvite{one.participant.Id, one.series})
			}
		}
		if len(note.Invites) == 0 {
			continue
		}
		if err := queueNewHost(tx, address, note); err != nil {
			return err
		}
	}
	return post.err
}

// groupInvites groups the invitees of upcoming sessions by address, except those in skip, with one entry for all sessions
// of a series.
func groupInvites(tx core.App, on []*Session, skip func(*Participant) bool) (order []string, places map[string][]*handedInvite, err error) {
	places = map[string][]*handedInvite{}
	ofSeries, now := map[string]*handedInvite{}, time.Now()
	for _, s := range on {
		if s.Ends().Before(now) {
			continue
		}
		people, err := ListParticipants(tx, s.Id)
		if err != nil {
			return nil, nil, err
		}
		for _, p := range people {
			if skip(p) {
				continue
			}
			key := p.Address() + " " + s.SeriesID()
			if first := ofSeries[key]; first != nil {
				first.series++
				continue
			}
			one := &handedInvite{session: s, participant: p}
			if s.SeriesID() != "" {
				one.series, ofSeries[key] = 1, one
			}
			if places[p.Address()] == nil {
				order = append(order, p.Address())
			}
			places[p.Address()] = append(places[p.Address()], one)
		}
	}
	return order, places, nil
}

// hasOtherNews reports whether another email tells the invitee about the new host, and queues it if necessary.
func (p *notifier) hasOtherNews(one *handedInvite) (bool, error) {
	n := &notice{kind: mail.KindSessionChanged, session: one.session, to: one.participant, wholeSeries: one.series > 1}
	waiting, err := n.waiting(p.tx)
	if err != nil || len(waiting) == 0 && one.participant.isInformed() {
		return false, err
	}
	needed, err := n.merge(p.tx)
	if err != nil || !needed {
		return true, err
	}
	return true, n.queue(p.tx, p.actorName)
}

func queueNewHost(tx core.App, address string, note newHostPayload) error {
	text, err := json.Marshal(note)
	if err != nil {
		return fmt.Errorf("queue an email about a new host: %w", err)
	}
	return mail.QueueDeferred(tx, mail.Deferred{
		Kind: mail.KindSessionNewHost, To: address, About: note.Invites[0].ID, Team: note.Team, Secret: string(text), Basis: string(text),
	})
}

// current returns the note without outdated entries, the entries that are left, and the reason why the first of the others
// is outdated. m is the email being checked, or nil while it is rendered.
func (n newHostPayload) current(tx core.App, m *mail.Email) (left newHostPayload, places []*handedInvite, reason string, err error) {
	left = n
	left.Invites = nil
	for _, place := range n.Invites {
		one, why, err := n.resolveInvite(tx, place, m)
		if err != nil {
			return n, nil, "", err
		}
		if why != "" {
			if reason == "" {
				reason = why
			}
			continue
		}
		left.Invites, places = append(left.Invites, newHostInvite{one.participant.Id, place.Series}), append(places, one)
	}
	return left, places, reason, nil
}

// resolveInvite loads an entry, or returns the reason why it needs no email. For a series it is the next session.
func (n newHostPayload) resolveInvite(tx core.App, place newHostInvite, m *mail.Email) (one *handedInvite, reason string, err error) {
	p, err := FindParticipant(tx, place.ID)
	if errors.Is(err, errs.ErrNotFound) {
		return nil, mail.ReasonNotInvited, nil
	}
	if err != nil {
		return nil, "", err
	}
	s, err := FindByID(tx, p.SessionID())
	if err != nil {
		return nil, "", err
	}
	if place.Series > 1 && (p.Excluded() || !isUpcoming(s)) {
		next, err := FindNextInSeriesByLink(tx, s, p.GetString("link"))
		if err := errs.IgnoreNotFound(err); err != nil {
			return nil, "", err
		}
		if err == nil && next != nil {
			p = next
			if s, err = FindByID(tx, p.SessionID()); err != nil {
				return nil, "", err
			}
		}
	}
	one = &handedInvite{s, p, place.Series}
	switch {
	case m != nil && p.Address() != m.Recipient():
		return nil, mail.ReasonAddressChanged, nil
	case p.Excluded():
		return nil, mail.ReasonNotInvited, nil
	case s.Status() == Cancelled:
		return nil, mail.ReasonSessionCancelled, nil
	case !isUpcoming(s):
		return nil, mail.ReasonSessionEnded, nil
	case s.HostID() != n.Host:
		return nil, mail.ReasonOtherHost, nil
	case m == nil:
		return one, "", nil
	}
	newer, err := hasNewerEmail(tx, m, s)
	if err != nil || !newer {
		return one, "", err
	}
	return nil, mail.ReasonReplaced, nil
}

// hasNewerEmail reports whether a newer email to the recipient of m covers the session.
func hasNewerEmail(tx core.App, m *mail.Email, s *Session) (bool, error) {
	topics := []any{sessionTopic(s.Id)}
	if s.SeriesID() != "" {
		topics = append(topics, seriesTopic(s.SeriesID()))
	}
	n, err := tx.CountRecords("outbox", dbx.In("topic", topics...), dbx.HashExp{"recipient": m.Recipient()},
		dbx.NewExp("status != 'dropped' AND rowid > (SELECT rowid FROM outbox WHERE id = {:id})", dbx.Params{"id": m.Id}))
	if err != nil {
		return false, fmt.Errorf("look for newer emails about a session: %w", err)
	}
	return n > 0, nil
}

// stillNewHost is the condition of the email about a new host. One that was tried and lists an outdated session is replaced
// by one without it.
func stillNewHost(tx core.App, m *mail.Email) (string, error) {
	var note newHostPayload
	if err := json.Unmarshal([]byte(m.Basis()), &note); err != nil {
		return "", fmt.Errorf("read what an email about a new host was made from: %w", err)
	}
	left, _, reason, err := note.current(tx, m)
	switch {
	case err != nil:
		return "", err
	case len(left.Invites) == 0:
		return reason, nil
	case m.FirstTriedAt().IsZero() || slices.Equal(left.Invites, note.Invites):
		return "", nil
	}
	return mail.ReasonReplaced, queueNewHost(tx, m.Recipient(), left)
}

func writeNewHost(tx core.App, _, secret string) (mail.Message, error) {
	var note newHostPayload
	if err := json.Unmarshal([]byte(secret), &note); err != nil {
		return mail.Message{}, fmt.Errorf("read an email about a new host: %w", err)
	}
	left, places, _, err := note.current(tx, nil)
	if err != nil {
		return mail.Message{}, err
	}
	if len(places) == 0 {
		return mail.Message{}, errs.Invalid("base", CodeCancelled, "None of the sessions needed an email any longer.")
	}
	props := emails.NewHostProps{From: left.From, More: left.More}
	for _, one := range places {
		w := &sessionEmail{tx: tx, session: one.session, participant: one.participant, payload: payload{Series: one.series > 1}}
		session, err := w.props(calendar.Request)
		if err != nil {
			return mail.Message{}, err
		}
		props.Sessions = append(props.Sessions, session)
	}
	return emails.SessionsNewHost(props), nil
}
