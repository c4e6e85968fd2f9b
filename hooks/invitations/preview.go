package invitations

import (
	"errors"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/seats"
	"usher/hooks/tools/errs"
)

// CodeDuplicate is the code of a line whose address appears earlier in the same list.
const CodeDuplicate = "duplicate"

// LinePreview is the result that one line would have if the list were sent now (R46).
type LinePreview struct {
	Line    Line
	Status  string       // Invited, Updated or Refused
	Roles   actors.Roles // that the line is offered
	Before  actors.Roles // of the address's pending invitation, also when the line is refused; none without one
	Code    string
	Message string
}

// InvitePreview is the result that a whole list would have.
type InvitePreview struct {
	Lines      []LinePreview
	EmailCount int         // emails that would be sent
	Seats      seats.Seats // afterwards
}

// errDryRun rolls a preview back.
var errDryRun = errors.New("dry run")

// PreviewInvite returns what Invite would do. It runs the same code in a transaction that it rolls back, so both always
// agree.
func PreviewInvite(app core.App, actor *actors.Actor, req Request) (InvitePreview, error) {
	var preview InvitePreview
	if err := canInvite(actor, req.Roles, actors.Roles{}); err != nil {
		return preview, err
	}
	req = req.checkLines()
	if err := validateInvite(app, actor, req, false); err != nil {
		return preview, err
	}
	err := app.RunInTransaction(func(tx core.App) error {
		seen := map[string]bool{}
		actor, err := actor.Reload(tx)
		if err != nil {
			return err
		}
		for _, line := range req.Lines {
			result, err := previewLine(tx, actor, req, line, seen)
			if err != nil {
				return err
			}
			if result.Status != Refused {
				preview.EmailCount++
			}
			preview.Lines = append(preview.Lines, result)
		}
		if preview.Seats, err = seats.Of(tx, actor.Team.Id); err != nil {
			return err
		}
		return errDryRun
	})
	if err != nil && !errors.Is(err, errDryRun) {
		return preview, err
	}
	return preview, nil
}

func previewLine(tx core.App, actor *actors.Actor, req Request, line Line, seen map[string]bool) (LinePreview, error) {
	result := LinePreview{Line: line, Status: Refused, Roles: req.RolesFor(line)}
	err := line.Err
	if err == nil && seen[line.Address] {
		err = duplicateError()
	}
	if err == nil {
		seen[line.Address] = true
		pending, missing := FindPending(tx, actor.Team.Id, line.Address)
		if missing == nil {
			result.Before = pending.Roles()
		} else if !errors.Is(missing, errs.ErrNotFound) {
			return result, missing
		}
		var done outcome
		if done, err = inviteAddress(tx, actor, req, line); err == nil {
			result.Status = done.status
			return result, done.send(tx, true) // counts against the limits as it will
		}
	}
	_, code, sentence, ok := errs.Details(err)
	if !ok {
		return result, err
	}
	result.Code, result.Message = code, sentence
	return result, nil
}
