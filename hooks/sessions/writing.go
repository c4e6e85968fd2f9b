package sessions

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/calendar"
	"usher/hooks/mail"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/rooms"
	"usher/hooks/settings"
	"usher/hooks/teams"
)

func registerLetters(app core.App) {
	for kind, letter := range map[string]func(mail.SessionProps) mail.Letter{
		mail.KindSessionInvitation: mail.SessionInvitation, mail.KindSessionChanged: mail.SessionChanged, mail.KindSessionCancelled: mail.SessionCancelled,
	} {
		mail.Writes(app, func(tx core.App, id, secret string) (mail.Letter, error) { return write(tx, kind, letter, id, secret) }, kind)
	}
	mail.Writes(app, writeHandedOver, mail.KindSessionHandedOver)
	mail.Writes(app, writeNewHost, mail.KindSessionNewHost)
	mail.Writes(app, writeEnded, mail.KindSessionEnded)
	mail.Writes(app, writeHostingLost, mail.KindHostingLost)
	registerConditions(app)
}

// write writes a letter out when it is about to leave: it says what holds then. One that is overtaken is not sent.
func write(tx core.App, kind string, letter func(mail.SessionProps) mail.Letter, id, secret string) (mail.Letter, error) {
	w, err := read(tx, id, secret)
	if err != nil {
		return mail.Letter{}, err
	}
	if w.Farewell != nil {
		return w.Farewell.letter(), nil
	}
	method := calendar.Request
	switch off := w.s.Status() == Cancelled; {
	case kind == mail.KindSessionCancelled && !off:
		return mail.Letter{}, record.Refuse("base", CodeFixed, "The session takes place after all.")
	case kind == mail.KindSessionCancelled:
		method = calendar.Cancel
	case off:
		return mail.Letter{}, record.Refuse("base", CodeCancelled, "The session was cancelled before this letter left.")
	case w.s.Status() == Ended:
		return mail.Letter{}, record.Refuse("base", CodeEnded, "The session was over before this letter left.")
	case w.p.Barred():
		return mail.Letter{}, record.Refuse("base", CodeOut, "The person was put out of the session before this letter left.")
	}
	if kind == mail.KindSessionChanged && !w.p.knows() { // no invitation arrived: this is one
		letter = mail.SessionInvitation
		if w.Series, err = invitedToMore(tx, w.s, w.p); err != nil {
			return mail.Letter{}, err
		}
	}
	props, err := w.props(method)
	if err != nil {
		return mail.Letter{}, err
	}
	return letter(props), nil
}

// writing is a letter to one person about one session, or about its series from that one on.
type writing struct {
	tx core.App
	s  *Session
	p  *Participant
	wording
}

func read(tx core.App, id, secret string) (*writing, error) {
	w := &writing{tx: tx}
	if err := json.Unmarshal([]byte(secret), &w.wording); err != nil {
		return nil, fmt.Errorf("read a letter about a session: %w", err)
	}
	if w.Farewell != nil {
		return w, nil
	}
	var err error
	if w.p, err = FindParticipant(tx, id); errors.Is(err, record.ErrNotFound) {
		return nil, record.Refuse("base", CodeOut, "The person was taken off the list before this letter left.")
	} else if err != nil {
		return nil, err
	}
	w.s, err = ByID(tx, w.p.SessionID())
	return w, err
}

// common is what everybody reads.
func (w *writing) common() (mail.SessionProps, error) {
	team, err := teams.Find(w.tx, w.s.TeamID())
	if err != nil {
		return mail.SessionProps{}, fmt.Errorf("find the team of a session: %w", err)
	}
	props := mail.SessionProps{
		Team: teams.Letterhead(w.tx, team.Record), By: w.By,
		Host: w.s.GetString("host_name"), Title: w.s.Title(), Description: w.s.GetString("description"),
		Starts: w.s.Starts(), Ends: w.s.Ends(), Zone: team.Zone(),
		Nameless: w.s.GetBool("passwordless"), Support: settings.Of(w.tx).Support,
	}
	props.Room, err = RoomName(w.tx, w.s)
	return props, err
}

func (w *writing) props(method calendar.Method) (mail.SessionProps, error) {
	props, err := w.common()
	if err != nil {
		return props, err
	}
	props.To, props.ToName, props.Leads, props.Method = w.p.Address(), w.p.GetString("name"), leads[w.p.Part()], string(method)
	account, err := accounts.Find(w.tx, w.p.Address())
	if err == nil && account.Verified() {
		props.Zone = accounts.Zone(account, props.Zone)
		_, err = members.Find(w.tx, w.s.TeamID(), account.Id)
		props.Member = err == nil
	}
	if err != nil && !errors.Is(err, record.ErrNotFound) {
		return props, err
	}
	if method != calendar.Cancel {
		if props.Link, err = personalLink(w.tx, w.p); err != nil {
			return props, err
		}
	}
	return props, w.attach(&props, method)
}

var leads = map[string]string{Host: "the host", Cohost: "a co-host", Presenter: "a presenter"}

// attach adds the calendar file, and how far a series goes.
func (w *writing) attach(props *mail.SessionProps, method calendar.Method) error {
	if !w.Series {
		event, err := EventOf(w.tx, w.s, w.p, props.Link)
		props.Calendar = calendar.Write(method, "", event)
		return err
	}
	rows, err := InSeries(w.tx, w.s.SeriesID())
	if err != nil {
		return err
	}
	props.Series, props.Last = w.reach(rows)
	only, err := invitedTo(w.tx, w.p)
	if err != nil {
		return err
	}
	events, err := seriesEvents(w.tx, seriesView{model: w.s, person: w.p, rows: rows, only: only, link: func(*Session) string { return props.Link }})
	props.Calendar = calendar.Write(method, "", events...)
	return err
}

// invitedTo are the ids of the sessions of a series that a participant of one of them is invited to by the same link.
// Without a participant, or when no row is left, it is nil.
func invitedTo(tx core.App, p *Participant) (map[string]bool, error) {
	if p == nil {
		return nil, nil
	}
	var ids []string
	err := tx.DB().Select("session").From("participants").Where(dbx.HashExp{"link": p.GetString("link")}).
		AndWhere(dbx.NewExp("link != '' AND state != 'out'")).Column(&ids)
	if err != nil {
		return nil, fmt.Errorf("find the sessions of an invitee: %w", err)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	only := map[string]bool{}
	for _, id := range ids {
		only[id] = true
	}
	return only, nil
}

// reach is how many sessions of the series there are from this one on, and when the last of them is.
func (w *writing) reach(rows []*Session) (n int, last time.Time) {
	for _, one := range rows {
		if one.Status() == w.s.Status() && !one.Starts().Before(w.s.Starts()) {
			n++
			last = later(last, one.Starts())
		}
	}
	return n, last
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// RoomName is the name of the session's room; empty if it has none.
func RoomName(tx core.App, s *Session) (string, error) {
	if s.RoomID() == "" {
		return "", nil
	}
	room, err := rooms.Find(tx, s.TeamID(), s.RoomID())
	if errors.Is(err, record.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return room.Name(), nil
}

// handed is what a letter about a hand-over says that waits.
type handed struct {
	By   string   `json:"by,omitempty"`
	From string   `json:"from"`
	IDs  []string `json:"ids"` // of the first of them
	More int      `json:"more,omitempty"`
	Team string   `json:"team"`
}

// namedAtMost is how many sessions a letter about a hand-over names.
const namedAtMost = 20

// tellNewHost queues one letter about all that somebody hosts from now on, unless he took it himself.
func tellNewHost(tx core.App, actor *actors.Actor, to, from string, taken []*Session) error {
	if len(taken) == 0 || actor != nil && actor.Account.Id == to {
		return nil
	}
	account, err := tx.FindRecordById("users", to)
	if err != nil {
		return fmt.Errorf("find the new host: %w", err)
	}
	note := handed{From: from, Team: taken[0].TeamID()}
	if actor != nil {
		note.By = actor.Name()
	}
	for n, s := range taken {
		if n == namedAtMost {
			note.More = len(taken) - n
			break
		}
		note.IDs = append(note.IDs, s.Id)
	}
	return queueHandedOver(tx, account, note)
}

func writeHandedOver(tx core.App, user, secret string) (mail.Letter, error) {
	var note handed
	if err := json.Unmarshal([]byte(secret), &note); err != nil {
		return mail.Letter{}, fmt.Errorf("read a letter about a hand-over: %w", err)
	}
	account, err := tx.FindRecordById("users", user)
	if errors.Is(err, sql.ErrNoRows) {
		return mail.Letter{}, record.Refuse("base", CodeOut, "The account was gone before this letter left.")
	}
	if err != nil {
		return mail.Letter{}, fmt.Errorf("find the new host: %w", err)
	}
	team, err := teams.Find(tx, note.Team)
	if err != nil {
		return mail.Letter{}, fmt.Errorf("find the team of sessions: %w", err)
	}
	props := mail.HandedOverProps{To: account.Email(), ToName: actors.DisplayName(account), Team: teams.Letterhead(tx, team.Record), By: note.By, From: note.From,
		More: note.More, Zone: accounts.Zone(account, team.Zone()), Link: settings.Of(tx).Link("/app/" + team.Slug() + "/sessions"), Support: settings.Of(tx).Support}
	var events []calendar.Event
	for _, id := range note.IDs {
		s, err := Find(tx, team.Id, id)
		if errors.Is(err, record.ErrNotFound) || err == nil && (s.HostID() != user || s.Status() != Scheduled) {
			continue
		}
		if err != nil {
			return mail.Letter{}, err
		}
		p, err := ParticipantBy(tx, s.Id, account.Email())
		if err != nil {
			return mail.Letter{}, err
		}
		link, err := personalLink(tx, p)
		if err != nil {
			return mail.Letter{}, err
		}
		event, err := EventOf(tx, s, p, link)
		if err != nil {
			return mail.Letter{}, err
		}
		props.Sessions = append(props.Sessions, mail.PlannedProps{Title: s.Title(), Starts: s.Starts(), Ends: s.Ends()})
		events = append(events, event)
	}
	if len(events) == 0 {
		return mail.Letter{}, record.Refuse("base", CodeCancelled, "None of the sessions was his any more before this letter left.")
	}
	props.Calendar = calendar.Write(calendar.Publish, "", events...)
	return mail.SessionsHandedOver(props), nil
}
