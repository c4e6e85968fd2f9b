// Package licences reports how many seats and licences of a team are in use, how many licences were, and how many the
// schedule needs (R112).
package licences

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/runs"
	"usher/hooks/seats"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
)

// MaxHolders is how many holders of seats a Report names.
const MaxHolders = 500

// Report has the seats and licences of a team, as of a time.
type Report struct {
	At       time.Time
	Zone     *time.Location // of the team; days are in it
	Seats    seats.Seats
	Holders  []seats.Holder
	Use      *runs.LicenceUse
	Peaks    []DayPeak
	Forecast *Forecast
}

// Of returns the report of the actor's team. Only the Owner and Admins may read it.
func Of(app core.App, actor *actors.Actor, now time.Time) (*Report, error) {
	if !actor.CanUsePanel() {
		return nil, errs.Forbidden("Only the Owner and Admins can view the licences of this team.")
	}
	team := teams.Of(actor.Team)
	r := &Report{At: now, Zone: team.Zone()}
	var err error
	if r.Seats, err = seats.Of(app, team.Id); err != nil {
		return nil, err
	}
	if r.Holders, err = seats.Holders(app, team.Id, MaxHolders); err != nil {
		return nil, err
	}
	if r.Use, err = runs.Licences(app, team.Id); err != nil {
		return nil, err
	}
	if r.Peaks, err = Peaks(app, team.Id, r.Zone, now); err != nil {
		return nil, err
	}
	r.Forecast, err = NewForecast(app, team.Id, r.Use.Limit, r.Zone, now)
	return r, err
}
