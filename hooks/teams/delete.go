package teams

import (
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/mail"
	"usher/hooks/record"
	"usher/hooks/settings"
)

// maxTold is how many Admins get a letter that their team is gone. Of the others only who is asked to a session to
// come hears of it: that this one does not take place.
const maxTold = 50

// Delete deletes the actor's team with all that is in it: who is in it, invitations, tags, letters that have not
// left, the logo. Accounts, other teams and the audit log stay (R12). It is the Owner's alone, who types the
// team's name for it.
func Delete(app core.App, actor *actors.Actor, name string) error {
	entry := audit.By(actor, "team.delete").On(actor.Team.Id, actor.Team.GetString("name"))
	return audit.Do(app, entry, func(tx core.App) error {
		actor, err := actor.Again(tx)
		if err != nil {
			return err
		}
		if !actor.DeletesTeam() {
			return record.Forbid("Only the Owner deletes the team.")
		}
		team := Of(actor.Team)
		if strings.TrimSpace(name) != team.Name() {
			return record.Refuse("name", "wrong_name", "This is not the team's name. Type it exactly as it stands: “"+team.Name()+"”.")
		}
		for _, collection := range []string{"memberships", "invitations"} {
			n, err := tx.CountRecords(collection, dbx.HashExp{"team": team.Id})
			if err != nil {
				return fmt.Errorf("count what goes with a team: %w", err)
			}
			entry.With(collection, n)
		}
		if err := tellAdmins(tx, actor); err != nil {
			return err
		}
		return tx.Delete(team)
	})
}

// tellAdmins writes to who ran the team beside the Owner. The letters are no team's: they outlive it.
func tellAdmins(tx core.App, actor *actors.Actor) error {
	var admins []*core.Record
	err := tx.RecordQuery("users").
		AndWhere(dbx.NewExp("id IN (SELECT user FROM memberships WHERE team = {:team} AND admin)", dbx.Params{"team": actor.Team.Id})).
		OrderBy("email").Limit(maxTold).All(&admins)
	if err != nil {
		return fmt.Errorf("find the Admins of a team: %w", err)
	}
	for _, admin := range admins {
		_, err := mail.Queue(tx, mail.TeamDeleted(mail.TeamDeletedProps{
			To: admin.Email(), ToName: actors.DisplayName(admin), Team: mail.TeamProps{Name: actor.Team.GetString("name")},
			By: actor.Name(), Support: settings.Of(tx).Support,
		}))
		if err != nil {
			return err
		}
	}
	return nil
}

const keyReasons = "usher.teams.reasons"

// Reason says why a team cannot be deleted now, as a refusal; nil if nothing is against it.
type Reason func(app core.App, team string) error

// KeepWhile registers a reason that keeps teams from being deleted, whoever does it. It is asked before the deed,
// too, so that a page can say so.
func KeepWhile(app core.App, reason Reason) {
	reasons, _ := app.Store().Get(keyReasons).([]Reason)
	app.Store().Set(keyReasons, append(reasons, reason))
}

// MayDelete is nil if nothing keeps the team from being deleted now; else the refusal names what does.
func MayDelete(app core.App, team string) error {
	reasons, _ := app.Store().Get(keyReasons).([]Reason)
	for _, reason := range reasons {
		if err := reason(app, team); err != nil {
			return err
		}
	}
	return nil
}

// guardDelete asks every reason in the transaction that deletes.
func guardDelete(e *core.RecordEvent) error {
	return record.InTx(e, func() error {
		if err := MayDelete(e.App, e.Record.Id); err != nil {
			return err
		}
		return e.Next()
	})
}
