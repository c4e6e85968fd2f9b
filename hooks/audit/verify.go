package audit

import (
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/ratelimit"
)

// VerifyLimit limits how often one team's log is verified.
var VerifyLimit = ratelimit.Define("audit-check", 6, time.Minute)

// ChainError reports the first row of a chain that was changed or is missing.
type ChainError struct {
	Team    string
	Seq     int
	Missing bool
}

func (e *ChainError) Error() string {
	what := "was changed"
	if e.Missing {
		what = "is missing"
	}
	return fmt.Sprintf("audit row %d of team %q %s", e.Seq, e.Team, what)
}

// Verify checks the chain of a team from its first row. It returns a *ChainError if the chain is broken.
func Verify(app core.App, team string) error {
	_, err := verifyChain(app, team)
	return err
}

// verifyChain also returns the number of valid rows. It reads every row, about five seconds for a million.
func verifyChain(app core.App, team string) (rows int, err error) {
	found, err := app.DB().NewQuery("SELECT " + rowColumns + " FROM audit WHERE team = {:t} ORDER BY audit.seq").Bind(dbx.Params{"t": team}).Rows()
	if err != nil {
		return 0, fmt.Errorf("read the audit log: %w", err)
	}
	defer found.Close()
	previous := ""
	for found.Next() {
		var row Row
		if err := found.ScanStruct(&row); err != nil {
			return rows, fmt.Errorf("read an audit row: %w", err)
		}
		switch {
		case row.Seq != rows+1:
			return rows, &ChainError{Team: team, Seq: rows + 1, Missing: true}
		case row.Previous != previous || row.Hash == "" || row.Hash != row.computeHash():
			return rows, &ChainError{Team: team, Seq: rows + 1}
		}
		rows, previous = row.Seq, row.Hash
	}
	if err := found.Err(); err != nil {
		return rows, fmt.Errorf("read the audit log: %w", err)
	}
	return rows, nil
}

// VerifyTeam is Verify for the Owner and Admins of a team, at most six times a minute.
func VerifyTeam(app core.App, actor *actors.Actor) (rows int, err error) {
	if !actor.CanUsePanel() {
		return 0, errs.Forbidden("Only the Owner and Admins can view the audit log.")
	}
	if wait, free := VerifyLimit.In(app).Take(actor.Team.Id); !free {
		return 0, errs.RateLimited(wait, "The log was verified moments ago. Wait a minute and try again.")
	}
	return verifyChain(app, actor.Team.Id)
}

// Chain is the result of verifying one chain.
type Chain struct {
	Team   string // empty: the chain of accounts
	Name   string // of the team; empty if it was deleted
	Rows   int    // number of valid rows
	Broken *ChainError
}

// VerifyAll verifies the chain of every team, including deleted ones, and that of accounts.
func VerifyAll(app core.App) ([]Chain, error) {
	var chains []Chain
	err := app.DB().NewQuery("SELECT a.team, coalesce(t.name, '') name FROM (SELECT DISTINCT team FROM audit) a " +
		"LEFT JOIN teams t ON t.id = a.team ORDER BY a.team").All(&chains)
	if err != nil {
		return nil, fmt.Errorf("list the chains: %w", err)
	}
	for n := range chains {
		chains[n].Rows, err = verifyChain(app, chains[n].Team)
		if err != nil && !errors.As(err, &chains[n].Broken) {
			return nil, err
		}
	}
	return chains, nil
}
