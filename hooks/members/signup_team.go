package members

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/audit"
	"usher/hooks/record"
	"usher/hooks/tools/settings"
)

// signUpTeamField is the field of an unverified account with the name of the team that its sign-up asks for.
const signUpTeamField = "signup_team"

// createSignUpTeam creates the team of a sign-up when its address is verified, in the same transaction and for every writer.
// The user who signed up may not own the address: an account that gets a new password, token key or address before it is
// verified loses the request, so that its owner doesn't get someone else's team.
func createSignUpTeam(e *core.RecordEvent) error {
	return record.InTx(e, func() error {
		team, err := resolveSignUpTeam(e.App, e.Record)
		if err != nil {
			return err
		}
		if err := e.Next(); err != nil || team == "" || settings.Of(e.App).Teams != "any" {
			return err
		}
		entry := audit.NewAccountEntry(e.Record, "", "", "team.found")
		if _, err := createTeam(e.App, e.Record, team, entry); err != nil {
			return err
		}
		return audit.Write(e.App, entry)
	})
}

// resolveSignUpTeam keeps the requested team of an unverified account, and clears it when the account is verified or taken
// over. It returns the name of the team to create now, or "".
func resolveSignUpTeam(tx core.App, account *core.Record) (team string, err error) {
	var stored struct {
		Team     string `db:"signup_team"`
		Verified bool   `db:"verified"`
		Key      string `db:"tokenKey"`
		Password string `db:"password"`
		Email    string `db:"email"`
	}
	err = tx.DB().Select(signUpTeamField, "verified", "tokenKey", "password", "email").From("users").
		Where(dbx.HashExp{"id": account.Id}).WithContext(record.Prepared).One(&stored)
	if err != nil {
		return "", fmt.Errorf("read the team that a sign-up asks for: %w", err)
	}
	same := !stored.Verified && stored.Key == account.TokenKey() && stored.Email == account.Email() &&
		stored.Password == account.GetString("password:hash")
	switch {
	case !same:
		account.Set(signUpTeamField, "")
	case !account.Verified():
		account.Set(signUpTeamField, stored.Team)
	default:
		account.Set(signUpTeamField, "")
		return stored.Team, nil
	}
	return "", nil
}
