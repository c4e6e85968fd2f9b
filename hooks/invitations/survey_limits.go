package invitations

import (
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/people"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// rowLimits judge a row of a survey by what offerTo refuses an address for: how often it is written to. Only
// what may be beyond a limit is judged by it, so that a list of ten thousand takes no query a row.
type rowLimits struct {
	app   core.App
	actor *actors.Actor
	often map[string]bool // addresses that were invited that often today
	loud  map[string]bool // invitations of which that many emails were sent today
}

func limitsOf(app core.App, actor *actors.Actor) (*rowLimits, error) {
	l := &rowLimits{app: app, actor: actor}
	var err error
	if l.often, err = countedToday(app, "invitations", "email", actor.Team.Id, maxInvitationsPerDay); err != nil {
		return nil, err
	}
	l.loud, err = countedToday(app, "outbox", "about", actor.Team.Id, maxResendsPerDay)
	return l, err
}

// countedToday are the values that a column of a team's rows of the last 24 hours has at least n times.
func countedToday(app core.App, table, column, team string, n int) (map[string]bool, error) {
	var values []string
	err := app.DB().Select(column).From(table).Where(dbx.HashExp{"team": team}).
		AndWhere(dbx.NewExp("created >= {:since}", dbx.Params{"since": record.FormatTime(time.Now().Add(-24 * time.Hour))})).
		GroupBy(column).Having(dbx.NewExp("count(*) >= {:n}", dbx.Params{"n": n})).Column(&values)
	if err != nil {
		return nil, fmt.Errorf("count what was sent today: %w", err)
	}
	found := make(map[string]bool, len(values))
	for _, value := range values {
		found[value] = true
	}
	return found, nil
}

// judge says why a row that would be invited, or get other roles, would be refused; nil if it would not.
func (l *rowLimits) judge(line Line, who people.Row, held, open actors.Roles) (refused, err error) {
	switch {
	case who.Invited:
		if refused := mayReplace(l.actor, open, held); refused != nil || !l.loud[who.Invitation] {
			return refused, nil
		}
		pending, err := FindPending(l.app, l.actor.Team.Id, line.Address)
		if errors.Is(err, errs.NotFound) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		return split(limitResends(l.app, pending))
	case l.often[line.Address]:
		return split(limitPerAddress(l.app, l.actor.Team.Id, line.Address))
	}
	return nil, nil
}

// split tells a refusal from a fault of ours.
func split(err error) (refused, failed error) {
	if _, _, _, ok := errs.Details(err); ok {
		return err, nil
	}
	return nil, err
}
