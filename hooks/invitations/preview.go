package invitations

import (
	"errors"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/record"
	"usher/hooks/seats"
)

// CodeDuplicate marks a line whose address stands further up in the same list.
const CodeDuplicate = "duplicate"

// Fate is what would happen to one line if the list were sent now (R46).
type Fate struct {
	Line    Line
	Status  string // Invited, Updated or Refused
	Code    string
	Message string
}

// Forecast is what would happen to a whole list.
type Forecast struct {
	Fates []Fate
	Send  int         // letters that would go out
	Seats seats.Seats // after it
}

// errDryRun undoes what a forecast tried.
var errDryRun = errors.New("only a forecast")

// Preview tells what Invite would do. It does it, in one transaction, and takes it back: so it cannot
// come to another answer.
func Preview(app core.App, actor *actors.Actor, offer Offer) (Forecast, error) {
	var forecast Forecast
	if err := mayOffer(actor, offer.Roles, actors.Roles{}); err != nil {
		return forecast, err
	}
	if err := mayInvite(app, actor, offer, false); err != nil {
		return forecast, err
	}
	err := app.RunInTransaction(func(tx core.App) error {
		seen := map[string]bool{}
		actor, err := actor.Again(tx)
		if err != nil {
			return err
		}
		for _, line := range offer.Lines {
			fate, err := forecastLine(tx, actor, offer, line, seen)
			if err != nil {
				return err
			}
			if fate.Status != Refused {
				forecast.Send++
			}
			forecast.Fates = append(forecast.Fates, fate)
		}
		if forecast.Seats, err = seats.Of(tx, actor.Team.Id); err != nil {
			return err
		}
		return errDryRun
	})
	if err != nil && !errors.Is(err, errDryRun) {
		return forecast, err
	}
	return forecast, nil
}

func forecastLine(tx core.App, actor *actors.Actor, offer Offer, line Line, seen map[string]bool) (Fate, error) {
	fate := Fate{Line: line, Status: Refused}
	err := line.Fault
	if err == nil && seen[line.Address] {
		err = listedTwice()
	}
	if err == nil {
		seen[line.Address] = true
		var done offered
		if done, err = offerTo(tx, actor, offer, line); err == nil {
			fate.Status = done.status
			return fate, done.send(tx) // it counts, as it will
		}
	}
	_, code, sentence, ok := record.Refusal(err)
	if !ok {
		return fate, err
	}
	fate.Code, fate.Message = code, sentence
	return fate, nil
}
