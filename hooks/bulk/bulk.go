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
	"usher/hooks/record"
	"usher/hooks/sessions"
	"usher/hooks/tags"
)

// Max is how many rows one deed may be done to.
const Max = 1000

// The kinds of deeds.
const (
	Remove     = "remove"      // ends access to the team; of who is not in it yet, the invitation
	Revoke     = "revoke"      // ends open invitations
	Resend     = "resend"      // sends open invitations again
	RevokeRole = "revoke-role" // takes a role from members
	Tag        = "tag"         // gives tags and takes tags away (R82)
)

// Deed is what is done to each of the chosen.
type Deed struct {
	Kind string
	Role actors.Roles // of RevokeRole: exactly one
	Add  []string     // of Tag
	Drop []string     // of Tag

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
func Do(app core.App, actor *actors.Actor, deed Deed, ids []string) (Receipt, error) {
	if deed.HandOver == sessions.Undecided && (deed.Kind == Remove || deed.Kind == RevokeRole) {
		foreseen, err := Preview(app, actor, deed, ids)
		if err != nil {
			return foreseen, err
		}
		if _, cancelled := foreseen.Sessions(); cancelled > 0 {
			return Receipt{Deed: deed}, sessions.ChooseHandOver()
		}
	}
	return deed.each(app, actor, ids, deed.do)
}

// Preview tells what Do would do now, by the same judgement, and changes nothing.
func Preview(app core.App, actor *actors.Actor, deed Deed, ids []string) (Receipt, error) {
	return deed.each(app, actor, ids, deed.foresee)
}

type step func(app core.App, actor *actors.Actor, p person, line *Line) error

func (d Deed) each(app core.App, actor *actors.Actor, ids []string, take step) (Receipt, error) {
	receipt := Receipt{Deed: d}
	ids = unique(ids)
	if err := d.judge(app, actor, len(ids)); err != nil {
		return receipt, err
	}
	if d.HandOver != "" && slices.Contains(ids, d.HandOver) {
		return receipt, record.Refuse("handOver", sessions.CodeCannotHost, "Hand the sessions to somebody who stays.")
	}
	people, err := chosen(app, actor.Team.Id, ids)
	if err != nil {
		return receipt, err
	}
	for _, p := range people {
		line := Line{ID: p.ID, Name: p.Name, Email: p.Email}
		err := d.aim(p, actor)
		if err == nil {
			err = take(app, actor, p, &line)
		}
		if err != nil {
			if line, err = passedOver(app, actor, line, err); err != nil {
				return receipt, err
			}
		}
		receipt.Lines = append(receipt.Lines, line)
	}
	return receipt, nil
}

// actions are what the deeds are called in the audit log.
var actions = map[string]string{
	Remove: "member.remove", Revoke: "invitation.revoke", Resend: "invitation.resend", RevokeRole: "member.revoke",
	Tag: "person.tag",
}

// judge judges the request as a whole.
func (d Deed) judge(app core.App, actor *actors.Actor, n int) error {
	switch {
	case actions[d.Kind] == "":
		return fmt.Errorf("there is no deed %q for many", d.Kind)
	case !actor.SeesPanel():
		return audit.RecordRefusal(app, audit.By(actor, actions[d.Kind]), members.Forbidden(actors.Roles{}))
	case d.Kind == RevokeRole && d.Role != (actors.Roles{Admin: true}) && d.Role != (actors.Roles{Organizer: true}):
		return record.Refuse("role", "bad_role", "Choose the role to revoke: Admin or Organizer.")
	case n == 0:
		return record.Refuse("ids", "required", "Choose at least one person.")
	case n > Max:
		return record.Refuse("ids", record.CodeTooMany, fmt.Sprintf("%d users at once are too many. Choose at most %d.", n, Max))
	case d.Kind == Tag:
		return d.judgeTags()
	}
	return nil
}

func (d Deed) judgeTags() error {
	add, err := tags.Names("add", d.Add)
	if err != nil {
		return err
	}
	drop, err := tags.Names("remove", d.Drop)
	if err == nil && len(add)+len(drop) == 0 {
		return record.Refuse("add", "required", "Name at least one tag.")
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
