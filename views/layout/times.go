package layout

import (
	"time"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/teams"
	"usher/hooks/tools/text"
)

// TimesFor are the times of a person in a team: in the person's own zone, or else in the team's, which is then named.
func TimesFor(actor *actors.Actor) text.ReaderZone {
	return accounts.ReaderZone(actor.Account, teams.Of(actor.Team).Zone())
}

// ZoneFor is the time zone in which the actor reads dates: their own, or else the team's.
func ZoneFor(actor *actors.Actor) *time.Location { return TimesFor(actor).Zone }
