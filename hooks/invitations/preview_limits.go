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

// rowLimits predicts whether the limits per address would refuse a row of an import. Only rows that may exceed a limit
// cause a query, so that a list of ten thousand doesn't need one per row.
type rowLimits struct {
	app          core.App
	actor        *actors.Actor
	oftenInvited map[string]bool // addresses invited maxInvitationsPerDay times today
	oftenResent  map[string]bool // invitations sent MaxResendsPerDay times today
}

func limitsOf(app core.App, actor *actors.Actor) (*rowLimits, error) {
	l := &rowLimits{app: app, actor: actor}
	var err error
	if l.oftenInvited, err = countedToday(app, "invitations", "email", actor.Team.Id, maxInvitationsPerDay); err != nil {
		return nil, err
	}
	l.oftenResent, err = countedToday(app, "outbox", "about", actor.Team.Id, MaxResendsPerDay)
	return l, err
}

// countedToday returns the values of a column that appear at least n times in the team's rows of the last 24 hours.
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

// judge returns why a row that would be invited or updated would be refused, or nil.
func (l *rowLimits) judge(line Line, row people.Row, held, open actors.Roles) (refused, err error) {
	switch {
	case row.Invited:
		if refused := mayReplace(l.actor, open, held); refused != nil || !l.oftenResent[row.Invitation] {
			return refused, nil
		}
		pending, err := FindPending(l.app, l.actor.Team.Id, line.Address)
		if errors.Is(err, errs.ErrNotFound) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		return split(limitResends(l.app, pending))
	case l.oftenInvited[line.Address]:
		return split(limitPerAddress(l.app, l.actor.Team.Id, line.Address))
	}
	return nil, nil
}

// split separates a refusal from an internal error.
func split(err error) (refused, failed error) {
	if _, _, _, ok := errs.Details(err); ok {
		return err, nil
	}
	return nil, err
}
