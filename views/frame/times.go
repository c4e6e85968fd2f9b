package frame

import (
	"time"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/record"
	"usher/hooks/teams"
)

// TimesFor are the times of a person in a team: in the person's own zone, or else in the team's, which is then named.
func TimesFor(actor *actors.Actor) record.ReaderZone {
	return accounts.ReaderZone(actor.Account, teams.Of(actor.Team).Zone())
}

// ZoneFor is the time zone in which the actor reads dates: their own, or else the team's.
func ZoneFor(actor *actors.Actor) *time.Location { return TimesFor(actor).Zone }
