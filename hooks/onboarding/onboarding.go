// Package onboarding computes the list for getting started from what a team has (R18).
package onboarding

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// The steps, in order.
const (
	Profile  = "profile"
	Invite   = "invite"
	Room     = "room"
	Licences = "licences"
	Plan     = "plan"
)

// Step is a step of getting started.
type Step struct {
	Key  string
	Done bool
}

// Checklist is the list of one Admin. It is shown until every step is done or the Admin hides it.
type Checklist struct {
	Steps  []Step
	Hidden bool // by this Admin
}

// Done counts the steps that are done.
func (c Checklist) Done() (n int) {
	for _, step := range c.Steps {
		if step.Done {
			n++
		}
	}
	return n
}

// Shown reports whether the list is of use to the Admin.
func (c Checklist) Shown() bool { return !c.Hidden && c.Done() < len(c.Steps) }

// Of returns the list of an Admin of the team.
func Of(app core.App, actor *actors.Actor) (Checklist, error) {
	var row struct {
		Profile  bool `db:"profile"`
		Invite   bool `db:"invite"`
		Room     bool `db:"room"`
		Licences bool `db:"licences"`
		Plan     bool `db:"plan"`
		Hidden   bool `db:"hidden"`
	}
	err := app.DB().NewQuery(`SELECT t.logo != '' profile,
			EXISTS (SELECT 1 FROM memberships o WHERE o.team = t.id AND o.user != {:user}) OR EXISTS (SELECT 1 FROM invitations i WHERE i.team = t.id) invite,
			EXISTS (SELECT 1 FROM rooms r WHERE r.team = t.id) room,
			t.licences_seen OR EXISTS (SELECT 1 FROM sessions s WHERE s.team = t.id AND s.status IN ('running', 'ended')) licences,
			t.plan_seen OR EXISTS (SELECT 1 FROM plan_changes c WHERE c.team = t.id) plan,
			coalesce((SELECT m.start_hidden FROM memberships m WHERE m.team = t.id AND m.user = {:user}), 0) hidden
		FROM teams t WHERE t.id = {:team}`).WithContext(record.Prepared).
		Bind(dbx.Params{"team": actor.Team.Id, "user": actor.Account.Id}).One(&row)
	if err != nil {
		return Checklist{}, fmt.Errorf("find out how far a team has got: %w", err)
	}
	return Checklist{[]Step{{Profile, row.Profile}, {Invite, row.Invite}, {Room, row.Room}, {Licences, row.Licences}, {Plan, row.Plan}}, row.Hidden}, nil
}

// Hide hides the list from the actor, for good. Only the Owner and Admins have one.
func Hide(app core.App, actor *actors.Actor) error {
	if !actor.CanUsePanel() {
		return errs.Forbidden("Only the Owner and Admins have this list.")
	}
	return set(app, "memberships", "start_hidden", dbx.HashExp{"team": actor.Team.Id, "user": actor.Account.Id, "start_hidden": false})
}

// Saw records that an Admin looked at the team's licences or plan.
func Saw(app core.App, actor *actors.Actor, step string) error {
	field := map[string]string{Licences: "licences_seen", Plan: "plan_seen"}[step]
	if actor.Team.GetBool(field) {
		return nil
	}
	return set(app, "teams", field, dbx.HashExp{"id": actor.Team.Id, field: false})
}

// set sets a field that no rule depends on, without the hooks of a save.
func set(app core.App, table, field string, where dbx.Expression) error {
	if _, err := app.NonconcurrentDB().Update(table, dbx.Params{field: true}, where).Execute(); err != nil {
		return fmt.Errorf("record a step of getting started: %w", err)
	}
	return nil
}
