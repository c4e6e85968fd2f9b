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
	"usher/hooks/emails"
	"usher/hooks/mail"
	"usher/hooks/members"
	"usher/hooks/paths"
	"usher/hooks/rooms"
	"usher/hooks/teams"
	"usher/hooks/tools/calendar"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

func registerEmails(app core.App) {
	for kind, render := range map[string]func(emails.SessionProps) mail.Message{
		mail.KindSessionInvitation: emails.SessionInvitation, mail.KindSessionChanged: emails.SessionChanged, mail.KindSessionCancelled: emails.SessionCancelled,
	} {
		mail.RegisterRenderer(app, func(tx core.App, id, secret string) (mail.Message, error) {
			return writeSessionEmail(tx, kind, render, id, secret)
		}, kind)
	}
	mail.RegisterRenderer(app, writeHandedOver, mail.KindSessionHandedOver)
	mail.RegisterRenderer(app, writeNewHost, mail.KindSessionNewHost)
	mail.RegisterRenderer(app, writeEnded, mail.KindSessionEnded)
	mail.RegisterRenderer(app, writeHostingLost, mail.KindHostingLost)
	registerSendConditions(app)
}

// writeSessionEmail renders an email when it is about to be sent, with what is true by then. An outdated one is refused.
func writeSessionEmail(tx core.App, kind string, render func(emails.SessionProps) mail.Message, id, secret string) (mail.Message, error) {
	w, err := loadSessionEmail(tx, id, secret)
	if err != nil {
		return mail.Message{}, err
	}
	if w.TeamDeleted != nil {
		return w.TeamDeleted.message(), nil
	}
	method := calendar.Request
	switch off := w.session.Status() == Cancelled; {
	case kind == mail.KindSessionCancelled && !off:
		return mail.Message{}, errs.Invalid("base", CodeFixed, "The session isn't cancelled.")
	case kind == mail.KindSessionCancelled:
		method = calendar.Cancel
	case off:
		return mail.Message{}, errs.Invalid("base", CodeCancelled, "The session was cancelled before this email was sent.")
	case w.session.Status() == Ended:
		return mail.Message{}, errs.Invalid("base", CodeEnded, "The session ended before this email was sent.")
	case w.participant.Excluded():
		return mail.Message{}, errs.Invalid("base", CodeRemoved, "The recipient was removed from the session before this email was sent.")
	}
	if kind == mail.KindSessionChanged && w.Reinstated {
		render = emails.SessionReinstated
	}
	if kind == mail.KindSessionChanged && !w.participant.isInformed() { // the invitation never arrived
		render = emails.SessionInvitation
		if w.Series, err = isInvitedToMore(tx, w.session, w.participant); err != nil {
			return mail.Message{}, err
		}
	}
	props, err := w.props(method)
	if err != nil {
		return mail.Message{}, err
	}
	return render(props), nil
}

// sessionEmail is an email to one person about one session, or about its series from that session on.
type sessionEmail struct {
	tx          core.App
	session     *Session
	participant *Participant
	payload
}

func loadSessionEmail(tx core.App, id, secret string) (*sessionEmail, error) {
	w := &sessionEmail{tx: tx}
	if err := json.Unmarshal([]byte(secret), &w.payload); err != nil {
		return nil, fmt.Errorf("read an email about a session: %w", err)
	}
	if w.TeamDeleted != nil {
		return w, nil
	}
	var err error
	if w.participant, err = FindParticipant(tx, id); errors.Is(err, errs.ErrNotFound) {
		return nil, errs.Invalid("base", CodeRemoved, "The recipient was removed from the session before this email was sent.")
	} else if err != nil {
		return nil, err
	}
	w.session, err = FindByID(tx, w.participant.SessionID())
	return w, err
}

// commonProps are the props that are the same for all recipients.
func (w *sessionEmail) commonProps() (emails.SessionProps, error) {
	team, err := teams.Find(w.tx, w.session.TeamID())
	if err != nil {
		return emails.SessionProps{}, fmt.Errorf("find the team of a session: %w", err)
	}
	props := emails.SessionProps{
		Team: teams.EmailProps(w.tx, team.Record), By: w.By,
		Host: w.session.GetString("host_name"), Title: w.session.Title(), Description: w.session.GetString("description"),
		Starts: w.session.Starts(), Ends: w.session.Ends(), Zone: team.Zone(),
		NoAccountNeeded: w.session.GetBool("passwordless"), Support: settings.Of(w.tx).Support,
	}
	if props.HostEmail, err = hostAddress(w.tx, w.session); err != nil {
		return props, err
	}
	props.Room, err = RoomName(w.tx, w.session)
	return props, err
}

func (w *sessionEmail) props(method calendar.Method) (emails.SessionProps, error) {
	props, err := w.commonProps()
	if err != nil {
		return props, err
	}
	props.To, props.ToName, props.RoleText, props.CalendarMethod, props.Was = w.participant.Address(), w.participant.GetString("name"), roleLabels[w.participant.Role()], string(method), w.Was
	props.Moved = w.Moved
	account, err := accounts.Find(w.tx, w.participant.Address())
	if err == nil && account.Verified() {
		props.Zone = accounts.Zone(account, props.Zone)
		_, err = members.Find(w.tx, w.session.TeamID(), account.Id)
		props.IsMember = err == nil
	}
	if err != nil && !errors.Is(err, errs.ErrNotFound) {
		return props, err
	}
	if method != calendar.Cancel {
		props.Recorded = RecordingOf(w.tx, w.session) == rooms.RecordingAlways
		if props.Link, err = personalLink(w.tx, w.participant); err != nil {
			return props, err
		}
	}
	return props, w.attachCalendar(&props, method)
}

var roleLabels = map[string]string{Host: "the host", Cohost: "a co-host", Presenter: "a presenter"}

// attachCalendar adds the calendar file, and for a series its number of sessions and last date.
func (w *sessionEmail) attachCalendar(props *emails.SessionProps, method calendar.Method) error {
	if !w.Series {
		event, err := CalendarEvent(w.tx, w.session, w.participant, props.Link)
		props.Calendar = calendar.Write(method, "", event)
		return err
	}
	rows, err := ListInSeries(w.tx, w.session.SeriesID())
	if err != nil {
		return err
	}
	props.Series, props.Last = w.seriesExtent(rows)
	only, err := invitedSessionIDs(w.tx, w.participant)
	if err != nil {
		return err
	}
	events, err := seriesEvents(w.tx, seriesCalendar{model: w.session, participant: w.participant, rows: rows, include: only, link: func(*Session) string { return props.Link }})
	props.Calendar = calendar.Write(method, "", events...)
	return err
}

// invitedSessionIDs are the ids of the sessions of a series that a participant is invited to with the same link. It is
// nil without a participant, and if there are none.
func invitedSessionIDs(tx core.App, p *Participant) (map[string]bool, error) {
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

// seriesExtent is the number of sessions of the series from this one on, and the start of the last one.
func (w *sessionEmail) seriesExtent(rows []*Session) (n int, last time.Time) {
	for _, one := range rows {
		if one.Status() == w.session.Status() && !one.Starts().Before(w.session.Starts()) {
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

// hostAddress is the email address of the session's host, or empty if the session has none.
func hostAddress(app core.App, s *Session) (string, error) {
	if s.HostID() == "" {
		return "", nil
	}
	address, _, err := accounts.EmailByID(app, s.HostID())
	return address, errs.IgnoreNotFound(err)
}

// RoomName is the name of the session's room; empty if it has none.
func RoomName(tx core.App, s *Session) (string, error) {
	if s.RoomID() == "" {
		return "", nil
	}
	room, err := rooms.Find(tx, s.TeamID(), s.RoomID())
	if errors.Is(err, errs.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return room.Name(), nil
}

// handoverPayload is the content of a waiting email about sessions that were handed over.
type handoverPayload struct {
	By   string   `json:"by,omitempty"`
	From string   `json:"from"`
	IDs  []string `json:"ids"` // at most maxNamed
	More int      `json:"more,omitempty"`
	Team string   `json:"team"`
}

// maxNamed is how many sessions an email lists.
const maxNamed = 20

// notifyNewHost queues one email to the new host about all sessions that were handed over, unless the actor is the new
// host.
func notifyNewHost(tx core.App, actor *actors.Actor, to, from string, taken []*Session) error {
	if len(taken) == 0 || actor != nil && actor.Account.Id == to {
		return nil
	}
	account, err := tx.FindRecordById("users", to)
	if err != nil {
		return fmt.Errorf("find the new host: %w", err)
	}
	note := handoverPayload{From: from, Team: taken[0].TeamID()}
	if actor != nil {
		note.By = actor.Name()
	}
	for n, s := range taken {
		if n == maxNamed {
			note.More = len(taken) - n
			break
		}
		note.IDs = append(note.IDs, s.Id)
	}
	return queueHandedOver(tx, account, note)
}

func writeHandedOver(tx core.App, user, secret string) (mail.Message, error) {
	var note handoverPayload
	if err := json.Unmarshal([]byte(secret), &note); err != nil {
		return mail.Message{}, fmt.Errorf("read an email about sessions that were handed over: %w", err)
	}
	account, err := tx.FindRecordById("users", user)
	if errors.Is(err, sql.ErrNoRows) {
		return mail.Message{}, errs.Invalid("base", CodeRemoved, "The account was deleted before this email was sent.")
	}
	if err != nil {
		return mail.Message{}, fmt.Errorf("find the new host: %w", err)
	}
	team, err := teams.Find(tx, note.Team)
	if err != nil {
		return mail.Message{}, fmt.Errorf("find the team of sessions: %w", err)
	}
	props := emails.HandedOverProps{To: account.Email(), ToName: actors.DisplayName(account), Team: teams.EmailProps(tx, team.Record), By: note.By, From: note.From,
		More: note.More, Zone: accounts.Zone(account, team.Zone()), Link: settings.Of(tx).Link(paths.Sessions(team.Slug())), Support: settings.Of(tx).Support}
	var events []calendar.Event
	for _, id := range note.IDs {
		s, err := Find(tx, team.Id, id)
		if errors.Is(err, errs.ErrNotFound) || err == nil && (s.HostID() != user || s.Status() != Scheduled) {
			continue
		}
		if err != nil {
			return mail.Message{}, err
		}
		p, err := FindParticipantByEmail(tx, s.Id, account.Email())
		if err != nil {
			return mail.Message{}, err
		}
		link, err := personalLink(tx, p)
		if err != nil {
			return mail.Message{}, err
		}
		event, err := CalendarEvent(tx, s, p, link)
		if err != nil {
			return mail.Message{}, err
		}
		props.Sessions = append(props.Sessions, emails.SessionItem{Title: s.Title(), Starts: s.Starts(), Ends: s.Ends()})
		events = append(events, event)
	}
	if len(events) == 0 {
		return mail.Message{}, errs.Invalid("base", CodeCancelled, "The recipient no longer hosted any of the sessions when this email was due.")
	}
	props.Calendar = calendar.Write(calendar.Publish, "", events...)
	return emails.SessionsHandedOver(props), nil
}
