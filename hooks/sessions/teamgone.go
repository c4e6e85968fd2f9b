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
	"usher/hooks/calendar"
	"usher/hooks/mail"
	"usher/hooks/record"
)

// registerTeamGone wires that whoever is asked to what a team was to hold is told that it does not take place, by
// whatever deed the team goes (R97).
func registerTeamGone(app core.App) {
	app.OnRecordDeleteExecute("teams").BindFunc(func(e *core.RecordEvent) error {
		return record.InTx(e, func() error {
			if err := sayOff(e.App, e.Record.Id); err != nil {
				return err
			}
			return e.Next()
		})
	})
}

// sayOff writes to everybody who is asked to a session to come of the team: one letter about each, one about a series.
// The letters are no team's, and hold all that they say. What waits already of this kind leaves, too.
func sayOff(tx core.App, team string) error {
	if err := mail.Untie(tx, team, mail.KindSessionCancelled); err != nil {
		return err
	}
	coming, err := ComingOf(tx, team)
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
		if err := sayAllOff(tx, all); err != nil {
			return err
		}
	}
	return nil
}

// ComingOf lists the sessions of a team that are still to come, by start.
func ComingOf(app core.App, team string) ([]*Session, error) {
	found := []*Session{}
	err := app.RecordQuery("sessions").AndWhere(dbx.HashExp{"team": team, "status": Scheduled}).
		AndWhere(dbx.NewExp("ends > {:now}", dbx.Params{"now": record.Stamp(time.Now())})).OrderBy("starts", "id").All(&found)
	if err != nil {
		return nil, fmt.Errorf("list what a team is to hold: %w", err)
	}
	return found, nil
}

// sayAllOff tells everybody who is asked to one of these sessions, of one series if they are several, and knows it.
func sayAllOff(tx core.App, all []*Session) error {
	told := map[string]bool{}
	for _, s := range all {
		people, err := Participants(tx, s.Id)
		if err != nil {
			return err
		}
		people = slices.DeleteFunc(people, func(p *Participant) bool {
			return p.Barred() || !p.knows() || told[p.Address()]
		})
		if len(people) == 0 {
			continue
		}
		f, err := farewellTo(tx, s)
		if err != nil {
			return err
		}
		for _, p := range people {
			told[p.Address()] = true
			if err := f.queue(tx, p); err != nil {
				return err
			}
		}
	}
	return nil
}

// farewell is a letter that says that a session, or a series from it on, does not take place, when there is no row of
// it any more.
type farewell struct {
	Props mail.SessionProps `json:"Props"`
	Zone  string            `json:"Zone"` // the recipient's

	zone   *time.Location
	events []calendar.Event
}

// farewellTo is what everybody reads of a session that goes with its team, as if it had been cancelled.
func farewellTo(tx core.App, s *Session) (*farewell, error) {
	rows := []*Session{s}
	if s.SeriesID() != "" {
		var err error
		if rows, err = InSeries(tx, s.SeriesID()); err != nil {
			return nil, err
		}
	}
	for n, row := range rows {
		if row.Id == s.Id {
			rows[n] = s
		}
		if rows[n].Status() == Scheduled {
			rows[n].Load(map[string]any{"status": Cancelled, "sequence": row.GetInt("sequence") + 1})
			rows[n].SetRaw("updated", record.Stamp(time.Now()))
		}
	}
	w := &writing{tx: tx, s: s, wording: wording{Series: s.SeriesID() != ""}}
	props, err := w.common()
	if err != nil {
		return nil, err
	}
	f := &farewell{Props: props, zone: props.Zone}
	f.Props.Zone, f.Props.Method, f.Props.Team.LogoURL = nil, string(calendar.Cancel), ""
	if !w.Series {
		event, err := plainEvent(tx, s, nil, "")
		f.events = []calendar.Event{event}
		return f, err
	}
	f.Props.Series, f.Props.Last = w.reach(rows)
	f.events, err = seriesEvents(tx, seriesView{model: s, rows: rows, link: func(*Session) string { return "" }})
	return f, err
}

// queue writes to one person.
func (f *farewell) queue(tx core.App, p *Participant) error {
	one, zone := farewell{Props: f.Props}, f.zone
	account, err := accounts.Find(tx, p.Address())
	if err != nil && !errors.Is(err, record.ErrNotFound) {
		return err
	}
	if err == nil && account.Verified() {
		zone = accounts.Zone(account, zone)
	}
	one.Zone, one.Props.To, one.Props.ToName = zone.String(), p.Address(), p.GetString("name")
	events := slices.Clone(f.events)
	for n := range events {
		events[n].Asked = []calendar.Person{{Name: one.Props.ToName, Address: one.Props.To}}
	}
	one.Props.Calendar = calendar.Write(calendar.Cancel, "", events...)
	secret, err := json.Marshal(wording{Farewell: &one})
	if err != nil {
		return fmt.Errorf("keep a letter about a session: %w", err)
	}
	return mail.QueueRecipe(tx, mail.Recipe{Kind: mail.KindSessionCancelled, To: p.Address(), About: p.Id, Secret: string(secret)})
}

// letter writes it out.
func (f *farewell) letter() mail.Letter {
	props := f.Props
	if zone, err := time.LoadLocation(f.Zone); err == nil {
		props.Zone = zone
	}
	return mail.SessionCancelled(props)
}
