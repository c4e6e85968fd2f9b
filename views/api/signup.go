package api

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/members"
)

// firstAccount is the reply to the first sign-up on a server. Later sign-ups get pending and must confirm their address.
type firstAccount struct {
	ID       string  `json:"id"`
	Email    string  `json:"email"`
	Verified bool    `json:"verified"`
	Team     teamRef `json:"team"`
	Auth     *auth   `json:"auth"`
}

type pendingReply struct {
	Pending bool `json:"pending"`
}

// signUpForm is a new account, and with it a team.
type signUpForm struct {
	Email    string `json:"email"`
	Name     string `json:"name"`
	Password string `json:"password"`
	Team     string `json:"team"`
	Code     string `json:"code"`
	Timezone string `json:"timezone"`
}

func signUp(e *core.RequestEvent) error {
	var form signUpForm
	if err := decodeBody(e, &form); err != nil {
		return err
	}
	done, err := members.SignUp(e.App, members.SignUpForm{
		Email: form.Email, Name: form.Name, Password: form.Password, Team: form.Team,
		Timezone: form.Timezone, Code: form.Code, IP: e.RealIP()})
	if err != nil {
		return err
	}
	if done.Account == nil {
		return e.JSON(http.StatusOK, pendingReply{true})
	}
	return writeFirstAccount(e, done)
}

func writeFirstAccount(e *core.RequestEvent, done members.SignUpResult) error {
	in, err := newAuth(done.Account)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, firstAccount{
		ID: done.Account.Id, Email: done.Account.Email(), Verified: done.Account.Verified(),
		Team: teamRefOf(done.Team.Record), Auth: in})
}
