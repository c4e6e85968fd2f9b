package frame

import (
	"time"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/record"
	"usher/hooks/teams"
)

// TimesOf are the times of a person in a team: in the person's own zone, or else in the team's, which is then named.
func TimesOf(actor *actors.Actor) record.Times {
	return accounts.Times(actor.Account, teams.Of(actor.Team).Zone())
}

// ZoneOf is the time zone in which the actor reads dates: their own, or else the team's.
func ZoneOf(actor *actors.Actor) *time.Location { return TimesOf(actor).Zone }
