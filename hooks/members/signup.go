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

// SignUpForm is what somebody gives to get an account and a team.
type SignUpForm struct {
	Email    string
	Name     string
	Password string
	Team     string // the new team's name; empty: named after the person
	Timezone string
	Code     string // of a fresh server; proves that whoever signs up started it
	IP       string
	Next     string // the page to which the link that confirms the address leads on; empty: none
}

// SignUpResult is what came of a sign-up. Account and Team are nil where the answer must not tell
// whether the address had an account: the person looks in the mail.
type SignUpResult struct {
	Account *core.Record
	Team    *teams.Team
}

// SignUp creates an account and the team that it owns (R2). The first account of a server needs the code that was
// printed at its start, and is verified by it. Later ones confirm their address by email, which creates the team, and get
// the same answer whether or not the address has an account (R149).
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
