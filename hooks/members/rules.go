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

// Register wires what holds for every writer of a membership: one Owner a team, never none and never
// two (R29); a guest has no role; team and person never change. Who owns a team keeps the account.
// It also creates the team of a sign-up once its address is verified.
func Register(app core.App) {
	app.OnRecordCreateExecute("memberships").BindFunc(record.Guard(validateCreate))
	app.OnRecordUpdateExecute("memberships").BindFunc(record.Guard(validateUpdate))
	app.OnRecordDeleteExecute("users").BindFunc(deleteMemberships)
	app.OnRecordUpdateExecute("users").BindFunc(createSignUpTeam)
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
		return errs.Invalid("owner", CodeLastOwner, "The team has an Owner already. There is exactly one.")
	}
	return nil
}

func validateUpdate(_ core.App, r *core.Record) error {
	if record.Changed(r, "team", "user") {
		return errs.Invalid("base", "fixed", "A membership stays with its team and its person.")
	}
	if record.Changed(r, "owner") {
		return lastOwnerError()
	}
	recordPanelLoss(r)
	return validateKind(r)
}

// recordPanelLoss keeps when the member lost the right to the Admin Panel, as long as they don't have it again.
func recordPanelLoss(r *core.Record) {
	had, has := actors.RolesOf(r.Original()).CanUsePanel(), actors.RolesOf(r).CanUsePanel()
	switch {
	case has:
		r.Set("panel_lost", "")
	case had:
		r.Set("panel_lost", types.NowDateTime())
	}
}

// validateDelete lets the Owner go only together with the whole team, whose record is deleted first.
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
		return errs.Invalid("kind", "guest_role", "A guest carries no role. Make the person a member.")
	}
	return nil
}

func lastOwnerError() error {
	return errs.Invalid("base", CodeLastOwner, "A team has exactly one Owner, who can be neither removed nor demoted.")
}
