package teams

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// Create creates a team without members in the caller's transaction. members.CreateTeam also adds its Owner.
func Create(tx core.App, name, planID, timezone string) (*Team, error) {
	collection, err := tx.FindCachedCollectionByNameOrId("teams")
	if err != nil {
		return nil, fmt.Errorf("find teams: %w", err)
	}
	team := Of(core.NewRecord(collection))
	team.Set("name", name)
	team.Set("plan", planID)
	team.Set("timezone", timezone)
	return team, tx.Save(team)
}

// Profile has the settings of a team that the Owner and Admins can change. A nil field isn't changed.
type Profile struct {
	Name               *string
	Slug               *string // the previous one redirects
	Description        *string
	Timezone           *string
	AdminsManageAdmins *bool  // only the Owner can change it (D1)
	RequireTwoFactors  *bool  // of the Owner and Admins; who turns it on has it
	OpenLinks          *bool  // sessions can be opened to everyone who has their link (R163)
	MembersCanHost     *bool  // needs unlimited Organizer seats (D2)
	KeepChats          *bool  // after sessions; turning it off deletes those of sessions that have ended
	Logo               []byte // a PNG, JPEG or WebP file; empty: not changed
	RemoveLogo         bool
}

// Update changes the settings of the actor's team.
func Update(app core.App, actor *actors.Actor, profile Profile) (*Team, error) {
	var team *Team
	var logo *filesystem.File
	if len(profile.Logo) > 0 && actor.CanEditTeam() {
		var err error
		if logo, err = reencodeLogo(profile.Logo); err != nil {
			return nil, err
		}
	}
	entry := audit.NewEntry(actor, "team.update").WithTarget(actor.Team.Id, actor.Team.GetString("name"))
	err := audit.Do(app, entry, func(tx core.App) (err error) {
		if actor, err = actor.Reload(tx); err != nil {
			return err
		}
		if !actor.CanEditTeam() {
			return errs.Forbidden("Only the Owner and Admins can change the team's settings.")
		}
		team = Of(actor.Team)
		if err := profile.apply(team, actor); err != nil {
			return err
		}
		if err := profile.applyTwoFactors(tx, team, actor); err != nil {
			return err
		}
		if logo != nil {
			team.Set("logo", logo)
		}
		for _, field := range []string{"name", "slug", "description", "timezone", "admins_manage_admins", "require_two_factors", "members_host", "keep_chats", "open_links"} {
			if record.Changed(team.Record, field) {
				entry.With(field, team.Get(field))
			}
		}
		return tx.Save(team)
	})
	return team, err
}

func (p Profile) apply(team *Team, actor *actors.Actor) error {
	for field, value := range map[string]*string{"name": p.Name, "slug": p.Slug, "description": p.Description, "timezone": p.Timezone} {
		if value != nil {
			team.Set(field, *value)
		}
	}
	if p.AdminsManageAdmins != nil && *p.AdminsManageAdmins != team.GetBool("admins_manage_admins") {
		if !actor.CanDelegateAdmins() {
			return errs.Forbidden("Only the Owner can decide whether Admins manage Admins.")
		}
		team.Set("admins_manage_admins", *p.AdminsManageAdmins)
	}
	if p.MembersCanHost != nil && *p.MembersCanHost != actors.MembersCanHost(team.Record) {
		if !actors.PlanAllowsMemberHosts(team.Record) {
			return seatsLimitedError()
		}
		team.Set("members_host", map[bool]string{true: "on", false: "off"}[*p.MembersCanHost])
	}
	if p.KeepChats != nil {
		team.Set("keep_chats", *p.KeepChats)
	}
	if p.OpenLinks != nil {
		team.Set("open_links", *p.OpenLinks)
	}
	if p.RemoveLogo {
		team.Set("logo", nil)
	}
	return nil
}

// applyTwoFactors refuses to require what the actor doesn't have: they would lock themselves out.
func (p Profile) applyTwoFactors(tx core.App, team *Team, actor *actors.Actor) error {
	if p.RequireTwoFactors == nil || *p.RequireTwoFactors == team.RequiresTwoFactors() {
		return nil
	}
	has, err := actors.HasTwoFactors(tx, actor.Account.Id)
	if err != nil {
		return err
	}
	if *p.RequireTwoFactors && !has {
		return errs.Invalid("require_two_factors", CodeTwoFactorsOff, "Set up two-factor authentication for your own account before you require it.")
	}
	team.Set("require_two_factors", *p.RequireTwoFactors)
	return nil
}

// CodeTwoFactorsOff is the code of requiring two-factor authentication without having it.
const CodeTwoFactorsOff = "two_factors_off"
