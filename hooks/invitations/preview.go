package invitations

import (
	"errors"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/seats"
	"usher/hooks/tools/errs"
)

// CodeDuplicate marks a line whose address stands further up in the same list.
const CodeDuplicate = "duplicate"

// LinePreview is what would happen to one line if the list were sent now (R46).
type LinePreview struct {
	Line    Line
	Status  string // Invited, Updated or Refused
	Code    string
	Message string
}

// InvitePreview is what would happen to a whole list.
type InvitePreview struct {
	Lines      []LinePreview
	EmailCount int         // letters that would go out
	Seats      seats.Seats // after it
}

// errDryRun undoes what a forecast tried.
var errDryRun = errors.New("only a forecast")

// PreviewInvite tells what Invite would do. It does it, in one transaction, and takes it back: so it cannot
// come to another answer.
func PreviewInvite(app core.App, actor *actors.Actor, offer Request) (InvitePreview, error) {
	var forecast InvitePreview
	if err := canInvite(actor, offer.Roles, actors.Roles{}); err != nil {
		return forecast, err
	}
	if err := validateInvite(app, actor, offer, false); err != nil {
		return forecast, err
	}
	err := app.RunInTransaction(func(tx core.App) error {
		seen := map[string]bool{}
		actor, err := actor.Reload(tx)
		if err != nil {
			return err
		}
		for _, line := range offer.Lines {
			fate, err := previewLine(tx, actor, offer, line, seen)
			if err != nil {
				return err
			}
			if fate.Status != Refused {
				forecast.EmailCount++
			}
			forecast.Lines = append(forecast.Lines, fate)
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

func previewLine(tx core.App, actor *actors.Actor, offer Request, line Line, seen map[string]bool) (LinePreview, error) {
	fate := LinePreview{Line: line, Status: Refused}
	err := line.Err
	if err == nil && seen[line.Address] {
		err = duplicateError()
	}
	if err == nil {
		seen[line.Address] = true
		var done outcome
		if done, err = inviteAddress(tx, actor, offer, line); err == nil {
			fate.Status = done.status
			return fate, done.send(tx) // it counts, as it will
		}
	}
	_, code, sentence, ok := errs.Details(err)
	if !ok {
		return fate, err
	}
	fate.Code, fate.Message = code, sentence
	return fate, nil
}
