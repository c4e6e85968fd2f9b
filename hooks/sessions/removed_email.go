package sessions

import (
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/emails"
	"usher/hooks/tools/errs"
)

// watchLosses records which upcoming sessions an account hosts in a team or is invited to. The function that it returns
// lists, after the account was removed from the team, which of them were handed over or cancelled or no longer invite it.
func watchLosses(tx core.App, team string, account *core.Record) (func(tx core.App) ([]emails.LostProps, error), error) {
	hosted, err := ListScheduledByHost(tx, team, account.Id)
	if err != nil {
		return nil, err
	}
	invited, err := invitedIn(tx, team, account)
	if err != nil {
		return nil, err
	}
	return func(tx core.App) ([]emails.LostProps, error) {
		lost := newLosses(account)
		for _, s := range append(hosted, invited...) {
			if err := lost.add(tx, s); err != nil {
				return nil, err
			}
		}
		return lost.all, nil
	}, nil
}

// invitedIn lists the upcoming and running sessions of a team that an account is invited to and doesn't host.
func invitedIn(tx core.App, team string, account *core.Record) ([]*Session, error) {
	found := []*Session{}
	err := tx.RecordQuery("sessions").AndWhere(dbx.NewExp(`team = {:team} AND host != {:user} AND status IN ('scheduled', 'running')
			AND EXISTS (SELECT 1 FROM participants p WHERE p.session = sessions.id AND p.state NOT IN ('out', 'refused')
				AND (p.user = {:user} OR p.user = '' AND p.email = {:email}))`,
		dbx.Params{"team": team, "user": account.Id, "email": account.Email()})).OrderBy("starts", "id").All(&found)
	if err != nil {
		return nil, fmt.Errorf("list what an account is invited to: %w", err)
	}
	return found, nil
}

// losses has an entry for each session, and one for all sessions of a series with the same outcome.
type losses struct {
	account *core.Record
	all     []emails.LostProps
	series  map[string]int
}

func newLosses(account *core.Record) *losses {
	return &losses{account: account, series: map[string]int{}}
}

// add adds a session that is lost, unless its time has passed.
func (l *losses) add(tx core.App, before *Session) error {
	if before.Status() == Scheduled && before.Ends().Before(time.Now()) {
		return nil
	}
	what, newHost, err := l.what(tx, before)
	if err != nil || what == "" {
		return err
	}
	if id := before.SeriesID(); id != "" {
		if n, listed := l.series[id+" "+what]; listed {
			l.all[n].Series++
			return nil
		}
		l.series[id+" "+what] = len(l.all)
	}
	one := emails.LostProps{SessionItem: emails.SessionItem{Title: before.Title(), Starts: before.Starts(), Ends: before.Ends()}, Outcome: what, NewHost: newHost}
	if before.SeriesID() != "" {
		one.Series = 1
	}
	l.all = append(l.all, one)
	return nil
}

// what returns the outcome of a session that the account hosted or was invited to, empty if it isn't lost, and the new host
// if it was handed over.
func (l *losses) what(tx core.App, before *Session) (what, newHost string, err error) {
	now, err := FindByID(tx, before.Id)
	if errors.Is(err, errs.ErrNotFound) {
		return emails.LostCancelled, "", nil
	}
	if err != nil {
		return "", "", err
	}
	hosted := before.GetString("host") == l.account.Id
	switch {
	case now.Status() == Cancelled && hosted:
		return emails.LostCancelled, "", nil
	case now.HostID() == l.account.Id, now.Status() == Cancelled:
		return "", "", nil
	case hosted:
		return emails.LostHandedOver, now.GetString("host_name"), nil
	}
	return emails.LostInvitation, "", nil
}
