package sessions

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/emails"
	"usher/hooks/mail"
	"usher/hooks/record"
	"usher/hooks/tools/calendar"
	"usher/hooks/tools/errs"
)

// registerTeamDeleted notifies the invitees of upcoming sessions when a team is deleted, however that happens (R97).
func registerTeamDeleted(app core.App) {
	app.OnRecordDeleteExecute("teams").BindFunc(func(e *core.RecordEvent) error {
		return record.InTx(e, func() error {
			if err := notifyTeamDeleted(e.App, e.Record.Id); err != nil {
				return err
			}
			return e.Next()
		})
	})
}

// notifyTeamDeleted emails the invitees of the team's upcoming sessions, once per session or series. The emails belong to no
// team and contain all their data. Waiting cancellations are detached from the team, too.
func notifyTeamDeleted(tx core.App, team string) error {
	if err := mail.DetachTeam(tx, team, mail.KindSessionCancelled); err != nil {
		return err
	}
	coming, err := ListUpcoming(tx, team)
	if err != nil {
		return err
	}
	done := map[string]bool{}
	for _, s := range coming {
		if done[s.SeriesID()] {
			continue
		}
		all := []*Session{s}
		if id := s.SeriesID(); id != "" {
			done[id] = true
			all = slices.DeleteFunc(slices.Clone(coming), func(other *Session) bool { return other.SeriesID() != id })
		}
		if err := notifySessionsDeleted(tx, all); err != nil {
			return err
		}
	}
	return nil
}

// ListUpcoming lists the upcoming sessions of a team, by start.
func ListUpcoming(app core.App, team string) ([]*Session, error) {
	found := []*Session{}
	err := app.RecordQuery("sessions").AndWhere(dbx.HashExp{"team": team, "status": Scheduled}).
		AndWhere(dbx.NewExp("ends > {:now}", dbx.Params{"now": record.FormatTime(time.Now())})).OrderBy("starts", "id").All(&found)
	if err != nil {
		return nil, fmt.Errorf("list the upcoming sessions of a team: %w", err)
	}
	return found, nil
}

// notifySessionsDeleted emails the invitees who know of one of these sessions. Several sessions are of one series.
func notifySessionsDeleted(tx core.App, all []*Session) error {
	notified := map[string]bool{}
	for _, s := range all {
		people, err := ListParticipants(tx, s.Id)
		if err != nil {
			return err
		}
		people = slices.DeleteFunc(people, func(p *Participant) bool {
			return p.Excluded() || !p.isInformed() || notified[p.Address()]
		})
		if len(people) == 0 {
			continue
		}
		f, err := newTeamDeletedEmail(tx, s)
		if err != nil {
			return err
		}
		for _, p := range people {
			notified[p.Address()] = true
			if err := f.queue(tx, p); err != nil {
				return err
			}
		}
	}
	return nil
}

// teamDeletedEmail is an email about the cancellation of a session, or of a series from that session on, that is sent after
// the session was deleted.
type teamDeletedEmail struct {
	Props emails.SessionProps `json:"Props"`
	Zone  string              `json:"Zone"` // the recipient's

	zone   *time.Location
	events []calendar.Event
}

// newTeamDeletedEmail is the common content of the emails about a session that is deleted with its team.
func newTeamDeletedEmail(tx core.App, s *Session) (*teamDeletedEmail, error) {
	rows := []*Session{s}
	if s.SeriesID() != "" {
		var err error
		if rows, err = ListInSeries(tx, s.SeriesID()); err != nil {
			return nil, err
		}
	}
	for n, row := range rows {
		if row.Id == s.Id {
			rows[n] = s
		}
		if rows[n].Status() == Scheduled {
			rows[n].Load(map[string]any{"status": Cancelled, "sequence": row.GetInt("sequence") + 1})
			rows[n].SetRaw("updated", record.FormatTime(time.Now()))
		}
	}
	w := &sessionEmail{tx: tx, session: s, payload: payload{Series: s.SeriesID() != ""}}
	props, err := w.commonProps()
	if err != nil {
		return nil, err
	}
	f := &teamDeletedEmail{Props: props, zone: props.Zone}
	f.Props.Zone, f.Props.CalendarMethod, f.Props.Team.LogoURL = nil, string(calendar.Cancel), ""
	if !w.Series {
		event, err := singleEvent(tx, s, nil, "")
		f.events = []calendar.Event{event}
		return f, err
	}
	f.Props.Series, f.Props.Last = w.seriesExtent(rows)
	f.events, err = seriesEvents(tx, seriesCalendar{model: s, rows: rows, link: func(*Session) string { return "" }})
	return f, err
}

// queue queues the email to one person.
func (f *teamDeletedEmail) queue(tx core.App, p *Participant) error {
	one, zone := teamDeletedEmail{Props: f.Props}, f.zone
	account, err := accounts.Find(tx, p.Address())
	if err != nil && !errors.Is(err, errs.ErrNotFound) {
		return err
	}
	if err == nil && account.Verified() {
		zone = accounts.Zone(account, zone)
	}
	one.Zone, one.Props.To, one.Props.ToName = zone.String(), p.Address(), p.GetString("name")
	events := slices.Clone(f.events)
	for n := range events {
		events[n].Attendees = []calendar.Person{{Name: one.Props.ToName, Email: one.Props.To}}
	}
	one.Props.Calendar = calendar.Write(calendar.Cancel, "", events...)
	secret, err := json.Marshal(payload{TeamDeleted: &one})
	if err != nil {
		return fmt.Errorf("store an email about a session: %w", err)
	}
	return mail.QueueDeferred(tx, mail.Deferred{Kind: mail.KindSessionCancelled, To: p.Address(), About: p.Id, Secret: string(secret)})
}

// message renders the email.
func (f *teamDeletedEmail) message() mail.Message {
	props := f.Props
	if zone, err := time.LoadLocation(f.Zone); err == nil {
		props.Zone = zone
	}
	return emails.SessionCancelled(props)
}
