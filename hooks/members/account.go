package members

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/audit"
	"usher/hooks/record"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// DeleteAccount deletes an account after checking its password, and removes it from its teams (R79, R146). It returns an
// error if the account owns a team (R29). The audit log stays, and the address gets a last email.
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

// deleteMemberships returns an error if a deleted account owns a team, for every writer. It deletes the memberships before
// the account, because their hooks need it.
func deleteMemberships(e *core.RecordEvent) error {
	return record.InTx(e, func() error {
		owned, err := OwnedTeams(e.App, e.Record.Id)
		if err != nil {
			return err
		}
		if len(owned) > 0 {
			return ownsTeamsError(owned)
		}
		memberships, err := membershipsOf(e.App, e.Record.Id)
		if err != nil {
			return err
		}
		for _, m := range memberships {
			if err := e.App.Delete(m); err != nil {
				return err
			}
		}
		return e.Next()
	})
}

func membershipsOf(app core.App, user string) ([]*Membership, error) {
	var memberships []*Membership
	if err := app.RecordQuery("memberships").AndWhere(dbx.HashExp{"user": user}).All(&memberships); err != nil {
		return nil, fmt.Errorf("list the memberships of an account: %w", err)
	}
	return memberships, nil
}

func ownsTeamsError(owned []*teams.Team) error {
	var names []string
	for _, team := range owned {
		names = append(names, team.Name())
	}
	what := "it"
	if len(names) > 1 {
		what = "them"
	}
	return errs.Invalid("base", CodeLastOwner, "The account can't be deleted because it owns "+text.JoinList(names)+". "+
		"Transfer "+what+" to an Admin or delete "+what+" first.")
}
