package sessions

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/paths"
	"usher/hooks/record"
	"usher/hooks/tools/calendar"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/ratelimit"
	"usher/hooks/tools/settings"
)

// feedPrefix starts the secret of every calendar feed.
const feedPrefix = "usf_"

// How far a feed goes back and ahead.
const (
	feedPast   = 90 * 24 * time.Hour
	feedFuture = maxAhead * 366 * 24 * time.Hour
)

func feedSecret(app core.App, id string) (string, error) {
	return deriveCode(app, "calendar feeds", feedPrefix, id)
}

// FeedURL is the address of the actor's calendar feed of the team, or empty if there is none (R99).
func FeedURL(app core.App, actor *actors.Actor) (string, error) {
	row, err := findFeed(app, actor.Team.Id, actor.Account.Id)
	if row == nil || err != nil {
		return "", err
	}
	secret, err := feedSecret(app, row.Id)
	if err != nil || hashCode(secret) != row.GetString("token_hash") {
		return "", err // created with the key of another data directory
	}
	return settings.Of(app).Link(paths.Feed(secret)), nil
}

func findFeed(app core.App, team, user string) (*core.Record, error) {
	row, err := record.One[core.Record](app.RecordQuery("feeds").AndWhere(dbx.HashExp{"team": team, "user": user}), "find a calendar feed")
	return row, errs.IgnoreNotFound(err)
}

func deleteFeed(tx core.App, team, user string) error {
	row, err := findFeed(tx, team, user)
	if row == nil || err != nil {
		return err
	}
	if err := tx.Delete(row); err != nil {
		return fmt.Errorf("end a calendar feed: %w", err)
	}
	return nil
}

// ResetFeed creates a new address for the actor's calendar feed. The previous address stops working immediately.
func ResetFeed(app core.App, actor *actors.Actor) error {
	return audit.Do(app, audit.NewEntry(actor, "session.feed").WithTarget(actor.Account.Id, actor.Name()), func(tx core.App) error {
		again, err := actor.Reload(tx)
		if err != nil {
			return err
		}
		if err := deleteFeed(tx, again.Team.Id, again.Account.Id); err != nil {
			return err
		}
		collection, err := tx.FindCachedCollectionByNameOrId("feeds")
		if err != nil {
			return fmt.Errorf("find feeds: %w", err)
		}
		row := core.NewRecord(collection)
		row.Id = core.GenerateDefaultRandomId()
		secret, err := feedSecret(tx, row.Id)
		if err != nil {
			return err
		}
		row.Load(map[string]any{"team": again.Team.Id, "user": again.Account.Id, "token_hash": hashCode(secret)})
		return tx.Save(row)
	})
}

// unknownFeedLimit limits unknown feed addresses that one network opens.
var unknownFeedLimit = ratelimit.Define("feed", 20, time.Minute)

// FeedFile returns the calendar file of a feed's secret to a client with that IP address. It returns errs.ErrNotFound for an
// unknown secret, or if its user left the team, and refuses a network that tried too many.
func FeedFile(app core.App, secret, ip string) ([]byte, error) {
	unknown, network := unknownFeedLimit.In(app), ratelimit.NetworkKey(ip)
	if wait, exhausted := unknown.Exhausted(network); exhausted {
		return nil, errs.RateLimited(wait, "Too many unknown feed addresses from your network. Try again in a minute.")
	}
	file, err := findFeedFile(app, secret)
	if err != nil {
		unknown.Take(network)
	}
	return file, err
}

func findFeedFile(app core.App, secret string) ([]byte, error) {
	if !strings.HasPrefix(secret, feedPrefix) || len(secret) > 100 {
		return nil, errs.ErrNotFound
	}
	row, err := app.FindFirstRecordByData("feeds", "token_hash", hashCode(secret))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errs.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("find a calendar feed: %w", err)
	}
	account, err := app.FindRecordById("users", row.GetString("user"))
	if err != nil {
		return nil, fmt.Errorf("find the account of a calendar feed: %w", err)
	}
	actor, err := actors.Find(app, account, row.GetString("team"))
	if err != nil {
		return nil, err
	}
	return feedFile(app, actor, time.Now())
}

func feedFile(app core.App, actor *actors.Actor, now time.Time) ([]byte, error) {
	all, err := ListInRange(app, actor, now.Add(-feedPast), now.Add(feedFuture), false)
	if err != nil {
		return nil, err
	}
	events, err := feedEvents(app, all)
	if err != nil {
		return nil, err
	}
	return calendar.Write(calendar.Publish, actor.Team.GetString("name"), events...), nil
}

// feedEvents are the events of sessions in a feed: the sessions of a series share its UID.
func feedEvents(app core.App, all []*Session) (events []calendar.Event, err error) {
	open := func(s *Session) string { return s.Link(app) }
	done := map[string]bool{}
	for _, s := range all {
		if s.SeriesID() == "" {
			event, err := CalendarEvent(app, s, nil, open(s))
			if err != nil {
				return nil, err
			}
			events = append(events, event)
			continue
		}
		if done[s.SeriesID()] {
			continue
		}
		done[s.SeriesID()] = true
		v := seriesCalendar{model: s, include: map[string]bool{}, link: open, seriesLink: s.NextLink(app)}
		for _, one := range all {
			if one.SeriesID() != s.SeriesID() {
				continue
			}
			v.include[one.Id] = true
			if v.model.Status() == Cancelled {
				v.model = one
			}
		}
		if v.rows, err = ListInSeries(app, s.SeriesID()); err != nil {
			return nil, err
		}
		more, err := seriesEvents(app, v)
		if err != nil {
			return nil, err
		}
		rest, err := eventsOutsideRule(app, v, more)
		if err != nil {
			return nil, err
		}
		events = append(append(events, more...), rest...)
	}
	return events, nil
}

// eventsOutsideRule are the events of a series' past sessions from a rule that was replaced.
func eventsOutsideRule(app core.App, v seriesCalendar, shown []calendar.Event) (events []calendar.Event, err error) {
	series, err := FindSeries(app, v.model.SeriesID())
	if err != nil {
		return nil, err
	}
	occurrences, err := series.Occurrences()
	if err != nil {
		return nil, err
	}
	for _, row := range v.rows {
		at := row.GetDateTime("occurrence").Time()
		if !v.include[row.Id] || row.Status() == Cancelled || slices.ContainsFunc(occurrences, at.Equal) {
			continue
		}
		event, err := occurrenceEvent(app, series, shown[0].Sequence, row, nil, v.link(row))
		if err != nil {
			return nil, err
		}
		events = append(events, event)
	}
	return events, nil
}

// registerFeeds deletes the feed of a user who leaves a team, in the same transaction: joining again doesn't restore it (R79).
func registerFeeds(app core.App) {
	app.OnRecordDeleteExecute("memberships").BindFunc(func(e *core.RecordEvent) error {
		return record.InTx(e, func() error {
			if err := deleteFeed(e.App, e.Record.GetString("team"), e.Record.GetString("user")); err != nil {
				return err
			}
			return e.Next()
		})
	})
}
