package members

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/audit"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
	"usher/hooks/tools/text"
)

// SignUpForm is the form for an account and a team.
type SignUpForm struct {
	Email    string
	Name     string
	Password string
	Team     string // name of the new team; empty: named after the user
	Timezone string
	Code     string // setup code of a new server; needed for the first account
	IP       string
	Next     string // path to open after confirming the address; may be empty
}

// SignUpResult is the result of a sign-up. Account and Team are nil if the response must not reveal whether the address has
// an account; the user gets an email.
type SignUpResult struct {
	Account *core.Record
	Team    *teams.Team
}

// SignUp creates an account and its team (R2). The first account of a server needs the code printed at its start, and is
// verified by it. Later ones confirm their address by email, which creates the team, and get the same response whether or
// not the address already has an account (R149).
func SignUp(app core.App, form SignUpForm) (SignUpResult, error) {
	var done SignUpResult
	first, err := accounts.CheckSignUp(app, form.Code)
	if err != nil {
		return done, err
	}
	fresh := accounts.Params{Email: form.Email, Name: form.Name, Password: form.Password, Timezone: form.Timezone, Verified: first, Next: form.Next}
	var faults errs.List
	faults.AddAll(accounts.Validate(&fresh))
	team, err := text.CleanLine("team", "The team's name", form.Team, teams.MaxName)
	faults.Add(err)
	if err := faults.Err(); err != nil {
		return done, err
	}
	if team == "" {
		team = defaultTeamName(fresh.Name)
	}
	if !first {
		if err := accounts.LimitSignUps(app, form.IP); err != nil {
			return done, err
		}
	}
	if known, err := accounts.NotifyExisting(app, fresh); err != nil || known {
		return done, err
	}
	account, err := accounts.New(app, fresh)
	if err != nil {
		return done, err
	}

	entry := &audit.Entry{Action: "account.signup", IP: form.IP}
	err = audit.Do(app, entry, func(tx core.App) (err error) {
		if first {
			if err := accounts.RequireFirst(tx); err != nil {
				return err
			}
		}
		if !first && settings.Of(tx).Teams == "any" {
			account.Set(signUpTeamField, team)
		}
		if err := accounts.Begin(tx, account); err != nil {
			return err
		}
		done.Account = account
		entry.Actor, entry.ActorName = account.Id, fresh.Name
		if !first {
			return accounts.SendConfirmation(tx, account, form.Next)
		}
		done.Team, err = createTeam(tx, account, team, entry)
		return err
	})
	if overtaken, broken := accounts.Overtaken(app, fresh, err); overtaken {
		return SignUpResult{}, broken
	}
	if err != nil {
		return SignUpResult{}, err
	}
	if !first {
		return SignUpResult{}, nil
	}
	return done, nil
}

func defaultTeamName(person string) string {
	runes := []rune(person)
	return string(runes[:min(len(runes), teams.MaxName-7)]) + "'s team"
}
