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
	"usher/hooks/tools/text"
)

// maxNotified is the number of Admins who get an email that the team was deleted. Apart from them only invitees of
// scheduled sessions are notified, that these were cancelled.
const maxNotified = 50

// Delete deletes the actor's team with all of its data: members, guests, invitations, tags, queued emails and the logo.
// Accounts, other teams and the audit log stay (R12). Only the Owner can do it, and must enter the team's name.
func Delete(app core.App, actor *actors.Actor, name string) error {
	entry := audit.NewEntry(actor, "team.delete").WithTarget(actor.Team.Id, actor.Team.GetString("name"))
	return audit.Do(app, entry, func(tx core.App) error {
		actor, err := actor.Reload(tx)
		if err != nil {
			return err
		}
		if !actor.CanDeleteTeam() {
			return errs.Forbidden("Only the Owner can delete the team.")
		}
		team := Of(actor.Team)
		if plainName(name) != plainName(team.Name()) {
			return errs.Invalid("name", "wrong_name", "This isn't the team's name. Enter it exactly as shown: “"+team.Name()+"”.")
		}
		for _, collection := range []string{"memberships", "invitations"} {
			n, err := tx.CountRecords(collection, dbx.HashExp{"team": team.Id})
			if err != nil {
				return fmt.Errorf("count the contents of a team: %w", err)
			}
			entry.With(collection, n)
		}
		if err := notifyAdmins(tx, actor); err != nil {
			return err
		}
		return tx.Delete(team)
	})
}

// plainName is a name for a comparison, as it's stored: without invisible characters, such as those that a page puts around it,
// and with single spaces.
func plainName(name string) string { return strings.Join(strings.Fields(text.Sanitize(name)), " ") }

// notifyAdmins queues an email to each Admin. The emails belong to no team, so that they aren't deleted with it.
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

// DeleteBlocker returns an error if a team can't be deleted now.
type DeleteBlocker func(app core.App, team string) error

// BlockDeleteWhile registers a check that can keep teams from being deleted, for every writer. CanDelete also calls it, so
// that a page can show the reason.
func BlockDeleteWhile(app core.App, reason DeleteBlocker) {
	reasons, _ := app.Store().Get(keyDeleteBlockers).([]DeleteBlocker)
	app.Store().Set(keyDeleteBlockers, append(reasons, reason))
}

// CanDelete returns an error that says why the team can't be deleted now, or nil.
func CanDelete(app core.App, team string) error {
	reasons, _ := app.Store().Get(keyDeleteBlockers).([]DeleteBlocker)
	for _, reason := range reasons {
		if err := reason(app, team); err != nil {
			return err
		}
	}
	return nil
}

// validateDelete calls every blocker in the transaction that deletes.
func validateDelete(e *core.RecordEvent) error {
	return record.InTx(e, func() error {
		if err := CanDelete(e.App, e.Record.Id); err != nil {
			return err
		}
		return e.Next()
	})
}
