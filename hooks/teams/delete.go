package teams

import (
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/emails"
	"usher/hooks/mail"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

// maxNotified is how many Admins get a letter that their team is gone. Of the others only who is asked to a session to
// come hears of it: that this one does not take place.
const maxNotified = 50

// Delete deletes the actor's team with all that is in it: who is in it, invitations, tags, letters that have not
// left, the logo. Accounts, other teams and the audit log stay (R12). It is the Owner's alone, who types the
// team's name for it.
func Delete(app core.App, actor *actors.Actor, name string) error {
	entry := audit.NewEntry(actor, "team.delete").WithTarget(actor.Team.Id, actor.Team.GetString("name"))
	return audit.Do(app, entry, func(tx core.App) error {
		actor, err := actor.Reload(tx)
		if err != nil {
			return err
		}
		if !actor.CanDeleteTeam() {
			return errs.Forbidden("Only the Owner deletes the team.")
		}
		team := Of(actor.Team)
		if strings.TrimSpace(name) != team.Name() {
			return errs.Invalid("name", "wrong_name", "This is not the team's name. Type it exactly as it stands: “"+team.Name()+"”.")
		}
		for _, collection := range []string{"memberships", "invitations"} {
			n, err := tx.CountRecords(collection, dbx.HashExp{"team": team.Id})
			if err != nil {
				return fmt.Errorf("count what goes with a team: %w", err)
			}
			entry.With(collection, n)
		}
		if err := notifyAdmins(tx, actor); err != nil {
			return err
		}
		return tx.Delete(team)
	})
}

// notifyAdmins writes to who ran the team beside the Owner. The letters are no team's: they outlive it.
func notifyAdmins(tx core.App, actor *actors.Actor) error {
	var admins []*core.Record
	err := tx.RecordQuery("users").
		AndWhere(dbx.NewExp("id IN (SELECT user FROM memberships WHERE team = {:team} AND admin)", dbx.Params{"team": actor.Team.Id})).
		OrderBy("email").Limit(maxNotified).All(&admins)
	if err != nil {
		return fmt.Errorf("find the Admins of a team: %w", err)
	}
	for _, admin := range admins {
		_, err := mail.Queue(tx, emails.TeamDeleted(emails.TeamDeletedProps{
			To: admin.Email(), ToName: actors.DisplayName(admin), Team: emails.TeamProps{Name: actor.Team.GetString("name")},
			By: actor.Name(), Support: settings.Of(tx).Support,
		}))
		if err != nil {
			return err
		}
	}
	return nil
}

const keyDeleteBlockers = "usher.teams.reasons"

// DeleteBlocker says why a team cannot be deleted now, as a refusal; nil if nothing is against it.
type DeleteBlocker func(app core.App, team string) error

// BlockDeleteWhile registers a reason that keeps teams from being deleted, whoever does it. It is asked before the deed,
// too, so that a page can say so.
func BlockDeleteWhile(app core.App, reason DeleteBlocker) {
	reasons, _ := app.Store().Get(keyDeleteBlockers).([]DeleteBlocker)
	app.Store().Set(keyDeleteBlockers, append(reasons, reason))
}

// CanDelete is nil if nothing keeps the team from being deleted now; else the refusal names what does.
func CanDelete(app core.App, team string) error {
	reasons, _ := app.Store().Get(keyDeleteBlockers).([]DeleteBlocker)
	for _, reason := range reasons {
		if err := reason(app, team); err != nil {
			return err
		}
	}
	return nil
}

// validateDelete asks every reason in the transaction that deletes.
func validateDelete(e *core.RecordEvent) error {
	return record.InTx(e, func() error {
		if err := CanDelete(e.App, e.Record.Id); err != nil {
			return err
		}
		return e.Next()
	})
}
