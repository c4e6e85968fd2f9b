// Package bulk runs one action on many rows of a team's user list. Each row is checked, written and audited separately,
// so a refused row doesn't stop the others; it is skipped and reported with the reason (R78).
package bulk

import (
	"fmt"
	"slices"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/members"
	"usher/hooks/sessions"
	"usher/hooks/tags"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// MaxRows is the maximum number of rows of one action that runs at once. Start runs larger ones in the background.
const MaxRows = 1000

// Kinds of actions.
const (
	Remove     = "remove"      // remove users from the team; for invitees, revoke the invitation
	Revoke     = "revoke"      // revoke pending invitations
	Resend     = "resend"      // resend pending invitations
	RevokeRole = "revoke-role" // revoke a role from members
	Clear      = "clear"       // take ended invitations off the list
	Tag        = "tag"         // add and remove tags (R82)
)

// Action is what to do to each of the selected rows.
type Action struct {
	Kind       string
	Role       actors.Roles // of RevokeRole: exactly one
	AddTags    []string     // of Tag
	RemoveTags []string     // of Tag

	// HandOver decides about the scheduled sessions of users affected by Remove or RevokeRole. If it is undecided, the
	// whole action is refused if there are any.
	HandOver members.Handover

	// RevokeSent also revokes the pending invitations that the users of Remove, and of RevokeRole for the role Admin,
	// sent for the team.
	RevokeSent bool

	size int // number of rows
}

// Do runs the action on the rows with these ids, in their order, at most MaxRows of them. An id is a user's or an
// invitation's; one of another team is skipped as not found. An error means that nothing was done, or that the server
// failed on the way: then the result covers the rows done so far.
func Do(app core.App, actor *actors.Actor, action Action, ids []string) (Result, error) {
	if err := action.validateRequest(app, actor, ids, MaxRows); err != nil {
		return Result{Action: action}, err
	}
	return action.forEach(app, actor, ids, MaxRows, Action.apply)
}

// Preview returns what Do would do now, using the same checks, and changes nothing.
func Preview(app core.App, actor *actors.Actor, action Action, ids []string) (Result, error) {
	return action.forEach(app, actor, ids, MaxRows, Action.preview)
}

// PreviewJob returns what Start would do now, using the same checks, and changes nothing.
func PreviewJob(app core.App, actor *actors.Actor, action Action, ids []string) (Result, error) {
	return action.forEach(app, actor, ids, MaxJobRows, Action.preview)
}

// validateRequest returns an error if the action can't be done at all, or if it isn't decided what happens to sessions.
func (a Action) validateRequest(app core.App, actor *actors.Actor, ids []string, most int) error {
	if err := a.validate(app, actor, unique(ids), most); err != nil {
		return err
	}
	if !a.HandOver.Undecided || a.Kind != Remove && a.Kind != RevokeRole {
		return nil
	}
	preview, err := a.forEach(app, actor, ids, most, Action.preview)
	if err != nil {
		return err
	}
	if _, cancelled := preview.Sessions(); cancelled > 0 {
		return sessions.HandOverRequired()
	}
	return nil
}

type stepFunc func(a Action, app core.App, actor *actors.Actor, t target, row *RowResult) error

func (a Action) forEach(app core.App, actor *actors.Actor, ids []string, most int, step stepFunc) (Result, error) {
	result := Result{Action: a}
	ids = unique(ids)
	if err := a.validate(app, actor, ids, most); err != nil {
		return result, err
	}
	a.size = len(ids)
	err := a.run(app, actor, ids, step, func(row RowResult) error {
		result.Rows = append(result.Rows, row)
		return nil
	})
	return result, err
}

// run takes the step for each row, and hands over its result.
func (a Action) run(app core.App, actor *actors.Actor, ids []string, step stepFunc, done func(RowResult) error) error {
	targets, err := loadTargets(app, actor.Team.Id, ids)
	if err != nil {
		return err
	}
	for _, t := range targets {
		row := RowResult{ID: t.ID, Name: t.Name, Email: t.Email}
		err := a.validateTarget(t, actor)
		if err == nil {
			err = step(a, app, actor, t, &row)
		}
		if err != nil {
			if row, err = skip(app, actor, row, err); err != nil {
				return err
			}
		}
		if err := done(row); err != nil {
			return err
		}
	}
	return nil
}

// auditActions maps the kinds to audit actions.
var auditActions = map[string]string{
	Remove: "member.remove", Revoke: "invitation.revoke", Resend: "invitation.resend", RevokeRole: "member.revoke",
	Clear: "invitation.clear", Tag: "person.tag",
}

// validate checks the request as a whole.
func (a Action) validate(app core.App, actor *actors.Actor, ids []string, most int) error {
	switch n := len(ids); {
	case auditActions[a.Kind] == "":
		return fmt.Errorf("unknown bulk action %q", a.Kind)
	case !actor.CanUsePanel():
		return audit.RecordRefusal(app, audit.NewEntry(actor, auditActions[a.Kind]), members.ManageForbidden(actors.Roles{}))
	case a.Kind == RevokeRole && a.Role != (actors.Roles{Admin: true}) && a.Role != (actors.Roles{Organizer: true}):
		return errs.Invalid("role", "bad_role", "Select the role to revoke: Admin or Organizer.")
	case n == 0:
		return errs.Invalid("ids", "required", "Select at least one user.")
	case n > most:
		return errs.Invalid("ids", errs.CodeTooMany, fmt.Sprintf("You can select up to %s users at a time. You selected %s.", text.Number(most), text.Number(n)))
	case a.HandOver.To != "" && slices.Contains(ids, a.HandOver.To):
		return errs.Invalid("handOver", sessions.CodeCannotHost, "Choose a new host who isn't being removed.")
	case a.Kind == Tag:
		return a.validateTags()
	}
	return nil
}

func (a Action) validateTags() error {
	add, err := tags.NormalizeNames("add", a.AddTags)
	if err != nil {
		return err
	}
	drop, err := tags.NormalizeNames("remove", a.RemoveTags)
	if err == nil && len(add)+len(drop) == 0 {
		return errs.Invalid("add", "required", "Enter at least one tag.")
	}
	return err
}

func unique(ids []string) []string {
	seen := make(map[string]bool, len(ids))
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		duplicate := id == "" || seen[id]
		seen[id] = true
		return duplicate
	})
}
