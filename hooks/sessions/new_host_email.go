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
	"usher/hooks/calendar"
	"usher/hooks/mail"
	"usher/hooks/record"
)

// newHost is what the email to an invitee about sessions with a new host is made from, and judged by.
type newHost struct {
	Team   string         `json:"team"`
	Host   string         `json:"host"` // account of the new host
	From   string         `json:"from,omitempty"`
	Places []newHostPlace `json:"places"`
	More   int            `json:"more,omitempty"` // sessions that are not listed
}

// newHostPlace is the place of the invitee in a session, or in the first one of a series that is still to come.
type newHostPlace struct {
	ID     string `json:"id"` // of the participant
	Series int    `json:"series,omitempty"`
}

// invited is an invitee's place in a session that was handed over.
type invited struct {
	session *Session
	place   *Participant
	series  int // how many sessions of the series it stands for
}

// tellInvitees queues one email to each invitee of sessions that were handed over: those still to come, a series once.
// Old and new host and the actor get none. Who doesn't know of a session yet, or has other news of it waiting, gets
// that news with the new host in it.
func tellInvitees(tx core.App, actor *actors.Actor, from, to, was string, taken []*Session) error {
	post := newPost(tx, actor, This)
	for _, id := range []string{from, to} {
		if account, err := tx.FindRecordById("users", id); err == nil {
			post.seen[account.Email()] = true
		}
	}
	order, places, err := placesIn(tx, taken, func(p *Participant) bool {
		return p.Barred() || p.Part() == Host || post.seen[p.Address()] || p.UserID() != "" && slices.Contains([]string{from, to}, p.UserID())
	})
	if err != nil {
		return err
	}
	for _, address := range order {
		note := newHost{Team: taken[0].TeamID(), Host: to, From: was}
		for _, one := range places[address] {
			other, err := post.otherNews(one)
			switch {
			case err != nil:
				return err
			case other:
			case len(note.Places) == namedAtMost:
				note.More += max(one.series, 1)
			default:
				note.Places = append(note.Places, newHostPlace{one.place.Id, one.series})
			}
		}
		if len(note.Places) == 0 {
			continue
		}
		if err := queueNewHost(tx, address, note); err != nil {
			return err
		}
	}
	return post.err
}

// placesIn lists by address who is invited to the sessions that are still to come, without those whom skip names: one
// place for all sessions of a series.
func placesIn(tx core.App, on []*Session, skip func(*Participant) bool) (order []string, places map[string][]*invited, err error) {
	places = map[string][]*invited{}
	ofSeries, now := map[string]*invited{}, time.Now()
	for _, s := range on {
		if s.Ends().Before(now) {
			continue
		}
		people, err := Participants(tx, s.Id)
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
			one := &invited{session: s, place: p}
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

// otherNews reports whether another email tells the invitee of the new host, and queues it where it is needed.
func (p *post) otherNews(one *invited) (bool, error) {
	n := &notice{kind: mail.KindSessionChanged, session: one.session, to: one.place, whole: one.series > 1}
	waiting, err := n.waiting(p.tx)
	if err != nil || len(waiting) == 0 && one.place.knows() {
		return false, err
	}
	needed, err := n.fit(p.tx)
	if err != nil || !needed {
		return true, err
	}
	return true, n.queue(p.tx, p.by)
}

func queueNewHost(tx core.App, address string, note newHost) error {
	text, err := json.Marshal(note)
	if err != nil {
		return fmt.Errorf("queue an email about a new host: %w", err)
	}
	return mail.QueueRecipe(tx, mail.Recipe{
		Kind: mail.KindSessionNewHost, To: address, About: note.Places[0].ID, Team: note.Team, Secret: string(text), Basis: string(text),
	})
}

// still is the note without the places that no longer hold, the places that do, and why the first of the others doesn't.
// m is the email that is judged, and nil while it is written.
func (n newHost) still(tx core.App, m *mail.Outbox) (left newHost, places []*invited, reason string, err error) {
	left = n
	left.Places = nil
	for _, place := range n.Places {
		one, why, err := n.place(tx, place, m)
		if err != nil {
			return n, nil, "", err
		}
		if why != "" {
			if reason == "" {
				reason = why
			}
			continue
		}
		left.Places, places = append(left.Places, newHostPlace{one.place.Id, place.Series}), append(places, one)
	}
	return left, places, reason, nil
}

// place reads a place and says why it is no longer worth an email, if it isn't. Of a series it is the next session.
func (n newHost) place(tx core.App, place newHostPlace, m *mail.Outbox) (one *invited, reason string, err error) {
	p, err := FindParticipant(tx, place.ID)
	if errors.Is(err, record.ErrNotFound) {
		return nil, mail.ReasonNotInvited, nil
	}
	if err != nil {
		return nil, "", err
	}
	s, err := ByID(tx, p.SessionID())
	if err != nil {
		return nil, "", err
	}
	if place.Series > 1 && (p.Barred() || !coming(s)) {
		next, err := FollowingByLink(tx, s, p.GetString("link"))
		if err := record.UnlessNotFound(err); err != nil {
			return nil, "", err
		}
		if err == nil && next != nil {
			p = next
			if s, err = ByID(tx, p.SessionID()); err != nil {
				return nil, "", err
			}
		}
	}
	one = &invited{s, p, place.Series}
	switch {
	case m != nil && p.Address() != m.Recipient():
		return nil, mail.ReasonAddressChanged, nil
	case p.Barred():
		return nil, mail.ReasonNotInvited, nil
	case s.Status() == Cancelled:
		return nil, mail.ReasonSessionCancelled, nil
	case !coming(s):
		return nil, mail.ReasonSessionEnded, nil
	case s.HostID() != n.Host:
		return nil, mail.ReasonOtherHost, nil
	case m == nil:
		return one, "", nil
	}
	newer, err := newsSince(tx, m, s)
	if err != nil || !newer {
		return one, "", err
	}
	return nil, mail.ReasonReplaced, nil
}

// newsSince reports whether a newer email tells the recipient of m all that holds of the session.
func newsSince(tx core.App, m *mail.Outbox, s *Session) (bool, error) {
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

// stillNewHost is the condition of the email about a new host. One that was tried and lists a session that it should
// not is replaced by one without it.
func stillNewHost(tx core.App, m *mail.Outbox) (string, error) {
	var note newHost
	if err := json.Unmarshal([]byte(m.Basis()), &note); err != nil {
		return "", fmt.Errorf("read what an email about a new host was made from: %w", err)
	}
	left, _, reason, err := note.still(tx, m)
	switch {
	case err != nil:
		return "", err
	case len(left.Places) == 0:
		return reason, nil
	case m.Tried().IsZero() || slices.Equal(left.Places, note.Places):
		return "", nil
	}
	return mail.ReasonReplaced, queueNewHost(tx, m.Recipient(), left)
}

func writeNewHost(tx core.App, _, secret string) (mail.Letter, error) {
	var note newHost
	if err := json.Unmarshal([]byte(secret), &note); err != nil {
		return mail.Letter{}, fmt.Errorf("read an email about a new host: %w", err)
	}
	left, places, _, err := note.still(tx, nil)
	if err != nil {
		return mail.Letter{}, err
	}
	if len(places) == 0 {
		return mail.Letter{}, record.Refuse("base", CodeCancelled, "None of the sessions was worth an email any more.")
	}
	props := mail.NewHostProps{From: left.From, More: left.More}
	for _, one := range places {
		w := &writing{tx: tx, s: one.session, p: one.place, wording: wording{Series: one.series > 1}}
		session, err := w.props(calendar.Request)
		if err != nil {
			return mail.Letter{}, err
		}
		props.Sessions = append(props.Sessions, session)
	}
	return mail.SessionsNewHost(props), nil
}
