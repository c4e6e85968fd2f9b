// Package bulk does one deed to many rows of a team's list. Each row is a deed of its own, judged, written and
// audited by itself, so that one refusal stops nothing; who is passed over is named, with the reason (R78).
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
)

// MaxRows is how many rows one deed may be done to.
const MaxRows = 1000

// The kinds of deeds.
const (
	Remove     = "remove"      // ends access to the team; of who is not in it yet, the invitation
	Revoke     = "revoke"      // ends open invitations
	Resend     = "resend"      // sends open invitations again
	RevokeRole = "revoke-role" // takes a role from members
	Tag        = "tag"         // gives tags and takes tags away (R82)
)

// Action is what is done to each of the chosen.
type Action struct {
	Kind       string
	Role       actors.Roles // of RevokeRole: exactly one
	AddTags    []string     // of Tag
	RemoveTags []string     // of Tag

	// HandOver is the account that hosts from now on what the people of Remove and RevokeRole were to host; empty: it
	// is cancelled with notice (R81, R107). sessions.Undecided refuses the action as a whole if there is anything to host.
	HandOver string

	// RevokeSent also revokes the pending invitations that the users of Remove, and of RevokeRole for the role Admin,
	// sent for the team.
	RevokeSent bool
}

// Do does the deed to the rows with these ids, in their order, at most Max of them. An id is a user's or an
// invitation's; one that is not the team's is passed over as not there. An error means that nothing was done,
// or that the server failed on the way: then the receipt tells how far it came.
func Do(app core.App, actor *actors.Actor, deed Action, ids []string) (Result, error) {
	if deed.HandOver == sessions.Undecided && (deed.Kind == Remove || deed.Kind == RevokeRole) {
		foreseen, err := Preview(app, actor, deed, ids)
		if err != nil {
			return foreseen, err
		}
		if _, cancelled := foreseen.Sessions(); cancelled > 0 {
			return Result{Action: deed}, sessions.HandOverRequired()
		}
	}
	return deed.forEach(app, actor, ids, deed.apply)
}

// Preview tells what Do would do now, by the same judgement, and changes nothing.
func Preview(app core.App, actor *actors.Actor, deed Action, ids []string) (Result, error) {
	return deed.forEach(app, actor, ids, deed.preview)
}

type stepFunc func(app core.App, actor *actors.Actor, p target, line *RowResult) error

func (d Action) forEach(app core.App, actor *actors.Actor, ids []string, take stepFunc) (Result, error) {
	receipt := Result{Action: d}
	ids = unique(ids)
	if err := d.validate(app, actor, len(ids)); err != nil {
		return receipt, err
	}
	if d.HandOver != "" && slices.Contains(ids, d.HandOver) {
		return receipt, errs.Invalid("handOver", sessions.CodeCannotHost, "Hand the sessions to somebody who stays.")
	}
	people, err := loadTargets(app, actor.Team.Id, ids)
	if err != nil {
		return receipt, err
	}
	for _, p := range people {
		line := RowResult{ID: p.ID, Name: p.Name, Email: p.Email}
		err := d.validateTarget(p, actor)
		if err == nil {
			err = take(app, actor, p, &line)
		}
		if err != nil {
			if line, err = skip(app, actor, line, err); err != nil {
				return receipt, err
			}
		}
		receipt.Rows = append(receipt.Rows, line)
	}
	return receipt, nil
}

// auditActions are what the deeds are called in the audit log.
var auditActions = map[string]string{
	Remove: "member.remove", Revoke: "invitation.revoke", Resend: "invitation.resend", RevokeRole: "member.revoke",
	Tag: "person.tag",
}

// validate judges the request as a whole.
func (d Action) validate(app core.App, actor *actors.Actor, n int) error {
	switch {
	case auditActions[d.Kind] == "":
		return fmt.Errorf("there is no deed %q for many", d.Kind)
	case !actor.CanUsePanel():
		return audit.RecordRefusal(app, audit.NewEntry(actor, auditActions[d.Kind]), members.ManageForbidden(actors.Roles{}))
	case d.Kind == RevokeRole && d.Role != (actors.Roles{Admin: true}) && d.Role != (actors.Roles{Organizer: true}):
		return errs.Invalid("role", "bad_role", "Choose the role to revoke: Admin or Organizer.")
	case n == 0:
		return errs.Invalid("ids", "required", "Choose at least one person.")
	case n > MaxRows:
		return errs.Invalid("ids", errs.CodeTooMany, fmt.Sprintf("%d users at once are too many. Choose at most %d.", n, MaxRows))
	case d.Kind == Tag:
		return d.validateTags()
	}
	return nil
}

func (d Action) validateTags() error {
	add, err := tags.NormalizeNames("add", d.AddTags)
	if err != nil {
		return err
	}
	drop, err := tags.NormalizeNames("remove", d.RemoveTags)
	if err == nil && len(add)+len(drop) == 0 {
		return errs.Invalid("add", "required", "Name at least one tag.")
	}
	return err
}

func unique(ids []string) []string {
	seen := make(map[string]bool, len(ids))
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		again := id == "" || seen[id]
		seen[id] = true
		return again
	})
}
