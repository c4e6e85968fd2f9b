package members

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/actors"
	"usher/hooks/mail"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// Register registers the rules for every writer of a membership: a team has one Owner (R29), a guest has no role, and team
// and user never change. An account that owns a team can't be deleted. It also creates the team of a sign-up when its
// address is verified.
func Register(app core.App) {
	app.OnRecordCreateExecute("memberships").BindFunc(record.Guard(validateCreate))
	app.OnRecordUpdateExecute("memberships").BindFunc(validateUpdate)
	app.OnRecordDeleteExecute("users").BindFunc(deleteMemberships)
	app.OnRecordUpdateExecute("users").BindFunc(createSignUpTeam)
	registerOwnership(app)
	mail.RegisterCondition(app, roleRevokedCondition, mail.KindRoleRevoked)
	mail.RegisterCondition(app, removedCondition, mail.KindRemoved)
	app.OnRecordDeleteExecute("memberships").BindFunc(func(e *core.RecordEvent) error {
		return record.InTx(e, func() error {
			if err := validateDelete(e.App, e.Record); err != nil {
				return err
			}
			return e.Next()
		})
	})
}

func validateCreate(app core.App, r *core.Record) error {
	if err := validateKind(r); err != nil || !r.GetBool("owner") {
		return err
	}
	owners, err := app.CountRecords("memberships", dbx.HashExp{"team": r.GetString("team"), "owner": true})
	if err != nil {
		return fmt.Errorf("count owners: %w", err)
	}
	if owners > 0 {
		return errs.Invalid("owner", CodeLastOwner, "The team already has an Owner. There can be only one.")
	}
	return nil
}

func validateUpdate(e *core.RecordEvent) error {
	return record.InTx(e, func() error {
		if err := validateChange(e.Record, changing(e.Context)); err != nil {
			return err
		}
		return e.Next()
	})
}

// validateChange refuses to change who the Owner is, unless it is the transfer of the team.
func validateChange(r *core.Record, transfer bool) error {
	if record.Changed(r, "team", "user") {
		return errs.Invalid("base", "fixed", "The team and the user of a membership can't change.")
	}
	if record.Changed(r, "owner") && !transfer {
		return lastOwnerError()
	}
	recordPanelLoss(r)
	return validateKind(r)
}

// recordPanelLoss stores when the member lost access to the Admin Panel, until they have it again.
func recordPanelLoss(r *core.Record) {
	had, has := actors.RolesOf(r.Original()).CanUsePanel(), actors.RolesOf(r).CanUsePanel()
	switch {
	case has:
		r.Set("panel_lost", "")
	case had:
		r.Set("panel_lost", types.NowDateTime())
	}
}

// validateDelete allows deleting the Owner's membership only with the team, whose record is deleted first.
func validateDelete(app core.App, r *core.Record) error {
	owners, err := app.CountRecords("memberships", dbx.HashExp{"id": r.Id, "owner": true})
	if err != nil {
		return fmt.Errorf("find an owner: %w", err)
	}
	if owners == 0 {
		return nil
	}
	teams, err := app.CountRecords("teams", dbx.HashExp{"id": r.GetString("team")})
	if err != nil {
		return fmt.Errorf("find the team of an owner: %w", err)
	}
	if teams > 0 {
		return lastOwnerError()
	}
	return nil
}

func validateKind(r *core.Record) error {
	if r.GetString("kind") == actors.Guest && (r.GetBool("owner") || r.GetBool("admin") || r.GetBool("organizer")) {
		return errs.Invalid("kind", "guest_role", "A guest can't have a role. Make them a member first.")
	}
	return nil
}

func lastOwnerError() error {
	return errs.Invalid("base", CodeLastOwner, "A team always has one Owner, who can't leave, be removed or lose the role. Transfer the team to an Admin first.")
}
