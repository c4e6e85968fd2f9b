package members

import (
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/audit"
	"usher/hooks/record"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
)

// DeleteAccount deletes the account of who knows its password, with its places in teams and all of their effects (R79, R146).
// Who owns a team is refused (R29). What was written down stays, and the address gets a last letter.
func DeleteAccount(app core.App, account *core.Record, password, from string) error {
	entry := audit.NewAccountEntry(account, "", from, "account.delete").WithTarget(account.Id, account.Email())
	proof, err := accounts.Reauthenticate(app, entry, account, "password", password)
	if err != nil {
		return err
	}
	return audit.Do(app, entry, func(tx core.App) error {
		stored, err := proof.Verify(tx)
		if err != nil {
			return err
		}
		left, err := membershipsOf(tx, stored.Id)
		if err != nil {
			return err
		}
		if err := tx.Delete(stored); err != nil {
			return err
		}
		for _, m := range left {
			goes := audit.NewAccountEntry(account, m.GetString("team"), from, "member.leave").WithTarget(account.Id, account.Email())
			if err := audit.Write(tx, goes.With("roles", m.Roles().Names()).With("account", "deleted")); err != nil {
				return err
			}
		}
		return accounts.SendDeleted(tx, stored)
	})
}

// OwnedTeams lists the teams that an account owns, by name.
func OwnedTeams(app core.App, user string) ([]*teams.Team, error) {
	var owned []*teams.Team
	err := app.RecordQuery("teams").
		AndWhere(dbx.NewExp("id IN (SELECT team FROM memberships WHERE user = {:u} AND owner)", dbx.Params{"u": user})).
		OrderBy("name", "id").All(&owned)
	if err != nil {
		return nil, fmt.Errorf("list the teams that an account owns: %w", err)
	}
	return owned, nil
}

// deleteMemberships lets an account go only if it owns no team, whoever deletes it. Its memberships go first, each with what
// hangs on it, while there still is somebody whose they are.
func deleteMemberships(e *core.RecordEvent) error {
	return record.InTx(e, func() error {
		owned, err := OwnedTeams(e.App, e.Record.Id)
		if err != nil {
			return err
		}
		if len(owned) > 0 {
			return ownsTeamsError(owned)
		}
		places, err := membershipsOf(e.App, e.Record.Id)
		if err != nil {
			return err
		}
		for _, m := range places {
			if err := e.App.Delete(m); err != nil {
				return err
			}
		}
		return e.Next()
	})
}

func membershipsOf(app core.App, user string) ([]*Membership, error) {
	var places []*Membership
	if err := app.RecordQuery("memberships").AndWhere(dbx.HashExp{"user": user}).All(&places); err != nil {
		return nil, fmt.Errorf("list the memberships of an account: %w", err)
	}
	return places, nil
}

func ownsTeamsError(owned []*teams.Team) error {
	var names []string
	for _, team := range owned {
		names = append(names, team.Name())
	}
	what := "The account owns the team " + names[0]
	if len(names) > 1 {
		last := len(names) - 1
		what = "The account owns the teams " + strings.Join(names[:last], ", ") + " and " + names[last]
	}
	return errs.Invalid("base", CodeLastOwner, what+". A team always has its Owner, and cannot be handed over yet: "+
		"delete what you own first, or keep the account.")
}
