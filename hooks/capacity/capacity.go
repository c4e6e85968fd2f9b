// Package capacity notifies the Owner and Admins of a team once when one seat or licence is left, and once when none are
// (R112, R153).
package capacity

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/actors"
	"usher/hooks/emails"
	"usher/hooks/mail"
	"usher/hooks/paths"
	"usher/hooks/plans"
	"usher/hooks/seats"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

// The levels of a resource. A level that is not stored is "".
const (
	levelNearlyFull = "nearly" // one left
	levelFull       = "full"
)

var levelRank = map[string]int{"": 0, levelNearlyFull: 1, levelFull: 2}

// Sessions take and return licences all day, so that the level of licences changes with every start and end. Emails about
// them are limited in two ways: a team with few licences has one left whenever a session runs, which is no news, and no email
// about a level follows one about the same or a higher level within the interval.
const (
	licenceEmailInterval = 7 * 24 * time.Hour
	minWarnedLicences    = 3
)

// resource is something that a team has a limited number of.
type resource struct {
	key, label string
	count      func(seats.Seats) seats.Count
	running    bool // in use by sessions
}

var resources = []resource{
	{key: "admin", label: "Admin seat", count: func(s seats.Seats) seats.Count { return s.Admin }},
	{key: "organizer", label: "Organizer seat", count: func(s seats.Seats) seats.Count { return s.Organizer }},
	{key: "licence", label: "licence", count: func(s seats.Seats) seats.Count { return s.Licences }, running: true},
}

// level returns how far a resource is used up.
func (r resource) level(now seats.Seats) string {
	c := r.count(now)
	switch taken := c.Used + c.Reserved; {
	case c.Limit == plans.Unlimited || taken == 0:
		return ""
	case c.Free() == 0:
		return levelFull
	case c.Free() == 1 && !(r.running && c.Limit < minWarnedLicences):
		return levelNearlyFull
	}
	return ""
}

// Shortage is a resource of which a team has one left, or none.
type Shortage struct {
	Label   string // "Admin seat", "Organizer seat" or "licence"
	Running bool   // in use by sessions that are running, not by users
	Count   seats.Count
}

// Shortages lists what a team has one left of, or none.
func Shortages(now seats.Seats) []Shortage {
	var all []Shortage
	for _, r := range resources {
		if r.level(now) != "" {
			all = append(all, Shortage{Label: r.label, Running: r.running, Count: r.count(now)})
		}
	}
	return all
}

// raiseMarks stores the resources that got closer to their limit, in the transaction that uses them, and queues the emails
// about them. With quiet it queues none, as for a new team.
func raiseMarks(tx core.App, team string, quiet bool) error {
	now, err := seats.Of(tx, team)
	if errors.Is(err, errs.ErrNotFound) {
		return nil // the team is being deleted
	}
	if err != nil {
		return err
	}
	for _, r := range resources {
		level := r.level(now)
		if level == "" {
			continue
		}
		mark, err := findMark(tx, team, r.key)
		if err != nil {
			return err
		}
		if levelRank[level] <= levelRank[mark.GetString("level")] {
			continue
		}
		mark.Set("level", level)
		tell := !quiet && !(r.running && wasTold(mark, level))
		if tell {
			mark.Set(toldFields[level], types.NowDateTime())
		}
		if err := tx.Save(mark); err != nil {
			return fmt.Errorf("save a capacity mark: %w", err)
		}
		if tell {
			if err := r.notify(tx, team, level, r.count(now)); err != nil {
				return err
			}
		}
	}
	return nil
}

// toldFields are the fields with when the last email about a level was queued.
var toldFields = map[string]string{levelNearlyFull: "told_nearly", levelFull: "told"}

// wasTold reports whether an email about the level or a higher one was queued within the interval.
func wasTold(mark *core.Record, level string) bool {
	for told, field := range toldFields {
		if levelRank[told] >= levelRank[level] && time.Since(mark.GetDateTime(field).Time()) < licenceEmailInterval {
			return true
		}
	}
	return false
}

// lowerMarks stores the resources that are free again. It runs after the commit, because a seat may be free for a moment
// within a transaction, as when one invitation replaces another.
func lowerMarks(app core.App, team string) error {
	return app.RunInTransaction(func(tx core.App) error {
		var marks []*core.Record
		err := tx.RecordQuery("capacity_marks").AndWhere(dbx.HashExp{"team": team}).AndWhere(dbx.NewExp("level != ''")).All(&marks)
		if err != nil || len(marks) == 0 {
			return err
		}
		now, err := seats.Of(tx, team)
		if err != nil {
			return errs.IgnoreNotFound(err)
		}
		for _, mark := range marks {
			for _, r := range resources {
				if level := r.level(now); mark.GetString("resource") == r.key && levelRank[level] < levelRank[mark.GetString("level")] {
					mark.Set("level", level)
					if err := tx.Save(mark); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
}

func findMark(tx core.App, team, resource string) (*core.Record, error) {
	mark, err := tx.FindFirstRecordByFilter("capacity_marks", "team = {:team} && resource = {:resource}",
		dbx.Params{"team": team, "resource": resource})
	if err == nil {
		return mark, nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("find a capacity mark: %w", err)
	}
	collection, err := tx.FindCachedCollectionByNameOrId("capacity_marks")
	if err != nil {
		return nil, fmt.Errorf("find the capacity marks: %w", err)
	}
	mark = core.NewRecord(collection)
	mark.Load(map[string]any{"team": team, "resource": resource})
	return mark, nil
}

// basis is what the condition checks the email against.
type basis struct {
	Resource string `json:"resource"`
	Level    string `json:"level"`
}

// notify queues an email to the Owner and each Admin. It replaces a queued one about the previous level.
func (r resource) notify(tx core.App, id, level string, count seats.Count) error {
	team, err := teams.Find(tx, id)
	if err != nil {
		return err
	}
	text, err := json.Marshal(basis{r.key, level})
	if err != nil {
		return err
	}
	managers, err := actors.ListManagers(tx, id)
	if err != nil {
		return err
	}
	link := settings.Of(tx).Link
	props := emails.CapacityProps{
		Team: teams.EmailProps(tx, team.Record), Resource: r.label, Running: r.running, Free: count.Free(), Limit: count.Limit, Interval: licenceEmailInterval,
		Manage: link(paths.Users(team.Slug())), Plan: link(paths.Billing(team.Slug())), Support: settings.Of(tx).Support,
	}
	if r.running {
		props.Manage = link(paths.Licences(team.Slug()))
	}
	for _, account := range managers {
		props.To, props.ToName = account.Email(), actors.DisplayName(account)
		email := emails.Capacity(props)
		email.About, email.Team = account.Id, id
		email.Topic, email.Basis = "capacity:"+id+":"+r.key, string(text)
		if _, err := mail.Queue(tx, email); err != nil {
			return err
		}
	}
	return nil
}
