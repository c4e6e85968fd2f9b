package join

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/invitations"
	"usher/hooks/record"
	"usher/hooks/teams"
	"usher/views/frame"
	"usher/views/web"
)

func invitation(e *core.RequestEvent) error {
	l, err := follow(e)
	if err != nil {
		return err
	}
	page, status, err := l.page(nil)
	if err != nil {
		return err
	}
	return web.Render(e, status, page)
}

func accept(e *core.RequestEvent) error {
	account, i, err := answered(e)
	if record.Code(err) == accounts.CodeUnverified {
		return notConfirmed(e, err)
	}
	if err != nil {
		return again(e, err)
	}
	if err := web.SignIn(e, account); err != nil {
		return err
	}
	team, actor, err := standing(e.App, account, i)
	if err != nil {
		return err
	}
	web.Toast(e, "Accepted. You are "+frame.Standing(actor.Roles, actor.Kind)+" in "+team.Name()+".")
	to, err := frame.Past(e.App, account, frame.Home(team, actor.Roles))
	if err != nil {
		return err
	}
	return web.Go(e, to)
}

func decline(e *core.RequestEvent) error {
	_, err := invitations.Decline(e.App, invitations.Answer{Account: e.Auth, Token: e.Request.PathValue("token"), From: e.RealIP()})
	if err != nil {
		return again(e, err)
	}
	web.Toast(e, "Declined. Nothing else has changed.")
	return web.Go(e, "/invite/"+e.Request.PathValue("token"))
}

// answered accepts by whoever is signed in, signs the invited account in, or makes it.
func answered(e *core.RequestEvent) (*core.Record, *invitations.Invitation, error) {
	token, password := e.Request.PathValue("token"), e.Request.FormValue("password")
	l, err := follow(e)
	if err != nil {
		return nil, nil, err
	}
	account := e.Auth
	if account == nil && (!l.known() || l.state != invitations.Pending) {
		return invitations.AcceptNew(e.App, invitations.Newcomer{Token: token, Name: e.Request.FormValue("name"),
			Password: password, Timezone: e.Request.FormValue("timezone"), From: e.RealIP()})
	}
	if account == nil {
		if account, err = accounts.SignInOn(e.App, web.Device(e), l.row.Address(), password, e.RealIP()); err != nil {
			return nil, nil, err
		}
	}
	i, err := invitations.Accept(e.App, invitations.Answer{Account: account, Token: token, From: e.RealIP()})
	return account, i, err
}

// again judges the link anew, and shows where it stands with what was refused.
func again(e *core.RequestEvent, refused error) error {
	if _, ok := web.FaultsOf(refused); !ok {
		return refused
	}
	l, err := follow(e)
	if err != nil {
		return err
	}
	page, _, err := l.page(formFaults(refused))
	if err != nil {
		return err
	}
	return frame.Again(e, refused, func(web.Faults) templ.Component { return page })
}

// formFaults is what a form shows of a refusal: the state of the link has a page of its own.
func formFaults(refused error) web.Faults {
	faults, _ := web.FaultsOf(refused)
	delete(faults, "token")
	return faults
}

// notConfirmed tells somebody whose account is made, or was begun by another, what happens next.
func notConfirmed(e *core.RequestEvent, refused error) error {
	_, _, sentence, _ := record.Refusal(refused)
	return web.Render(e, http.StatusUnprocessableEntity, unconfirmed(unconfirmedProps(e, sentence)))
}

func standing(app core.App, account *core.Record, i *invitations.Invitation) (*teams.Team, *actors.Actor, error) {
	team, err := teams.Find(app, i.TeamID())
	if err != nil {
		return nil, nil, err
	}
	actor, err := actors.In(app, account, team.Record)
	return team, actor, err
}
