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

// verifyLimit limits checks of one team's log.
var verifyLimit = ratelimit.Define("audit-check", 6, time.Minute)

// ChainError is a chain that is not whole: the first row that was changed, or is missing.
type ChainError struct {
	Team    string
	Seq     int
	Missing bool
}

func (b *ChainError) Error() string {
	what := "was changed"
	if b.Missing {
		what = "is missing"
	}
	return fmt.Sprintf("audit row %d of team %q %s", b.Seq, b.Team, what)
}

// Verify follows the chain of a team from its first row. A chain that is not whole is *Broken.
func Verify(app core.App, team string) error {
	_, err := verifyChain(app, team)
	return err
}

// verifyChain is Verify, and says how many rows are whole. It reads every row: some five seconds for a million.
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

// VerifyTeam is Verify for the Owner and Admins of a team, who may ask for it six times a minute.
func VerifyTeam(app core.App, actor *actors.Actor) (rows int, err error) {
	if !actor.CanUsePanel() {
		return 0, errs.Forbidden("The audit log is for the Owner and Admins of a team.")
	}
	if wait, free := verifyLimit.In(app).Take(actor.Team.Id); !free {
		return 0, errs.RateLimited(wait, "The log was checked a moment ago. Wait a little.")
	}
	return verifyChain(app, actor.Team.Id)
}

// Chain is what was found of one team's chain.
type Chain struct {
	Team   string // empty: what belongs to accounts alone
	Name   string // of the team, empty when it is gone
	Rows   int    // that are whole
	Broken *ChainError
}

// VerifyAll follows the chain of every team there is or was.
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
