package layout

import (
	"time"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/teams"
	"usher/hooks/tools/text"
)

// TimesFor returns the time zone in which the actor reads times: their own, or else the team's, which is then shown with the times.
func TimesFor(actor *actors.Actor) text.ReaderZone {
	return accounts.ReaderZone(actor.Account, teams.Of(actor.Team).Zone())
}

// ZoneFor returns the time zone in which the actor reads dates: their own, or else the team's.
func ZoneFor(actor *actors.Actor) *time.Location { return TimesFor(actor).Zone }
