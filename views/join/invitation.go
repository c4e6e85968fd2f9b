package join

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/invitations"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
	"usher/views/layout"
	"usher/views/web"
)

func invitationPage(e *core.RequestEvent) error {
	l, err := loadLink(e)
	if err != nil {
		return err
	}
	page, status, err := l.page(nil)
	if err != nil {
		return err
	}
	return web.Render(e, status, page)
}

func acceptInvitation(e *core.RequestEvent) error {
	account, i, err := signInAndAccept(e)
	if err == nil && i == nil {
		return nil
	}
	if errs.Code(err) == accounts.CodeUnverified {
		return renderUnconfirmed(e, err)
	}
	if err != nil {
		return renderInvitationInvalid(e, err)
	}
	if err := web.RenewLogin(e, account); err != nil {
		return err
	}
	team, actor, err := findTeamActor(e.App, account, i)
	if err != nil {
		return err
	}
	web.SetToast(e, "Invitation accepted. You're now "+layout.RoleNoun(actor.Roles, actor.Kind)+" in "+text.Isolate(team.Name())+".")
	to, err := layout.AfterSignIn(e.App, account, layout.TeamHome(team, actor.Roles))
	if err != nil {
		return err
	}
	return web.Redirect(e, to)
}

// confirmDecline asks once more before an invitation is declined.
func confirmDecline(e *core.RequestEvent) error {
	l, err := loadLink(e)
	if err != nil {
		return err
	}
	l.declining = true
	page, status, err := l.page(nil)
	if err != nil {
		return err
	}
	return web.Render(e, status, page)
}

func declineInvitation(e *core.RequestEvent) error {
	_, err := invitations.Decline(e.App, invitations.Response{Account: e.Auth, Token: e.Request.PathValue("token"), IP: e.RealIP()})
	if err != nil {
		return renderInvitationInvalid(e, err)
	}
	web.SetToast(e, "Invitation declined.")
	return web.Redirect(e, invitationPath(e))
}

func undoDecline(e *core.RequestEvent) error {
	_, err := invitations.UndoDecline(e.App, invitations.Response{Account: e.Auth, Token: e.Request.PathValue("token"), IP: e.RealIP()})
	if err != nil && errs.Code(err) != invitations.CodeNothingToDo { // it was undone already
		return renderInvitationInvalid(e, err)
	}
	web.SetToast(e, "You can accept the invitation again.")
	return web.Redirect(e, invitationPath(e))
}

// signInAndAccept accepts the invitation with the signed-in account. If no account is signed in, it signs in or creates the invited one.
// The invitation is nil if the sign-in took a second step and the response has been written: the user accepts after it.
func signInAndAccept(e *core.RequestEvent) (*core.Record, *invitations.Invitation, error) {
	token, password := e.Request.PathValue("token"), e.Request.FormValue("password")
	l, err := loadLink(e)
	if err != nil {
		return nil, nil, err
	}
	account := e.Auth
	if account == nil && (!l.hasAccount() || l.state != invitations.Pending) {
		return invitations.AcceptNew(e.App, invitations.NewAccountForm{Token: token, Name: e.Request.FormValue("name"),
			Password: password, Timezone: e.Request.FormValue("timezone"), IP: e.RealIP()})
	}
	if account == nil {
		if account, err = accounts.SignInFromDevice(e.App, web.DeviceToken(e), l.invitation.Address(), password, e.RealIP()); err != nil {
			return nil, nil, err
		}
		if asked, err := web.AskSecondStep(e, account, invitationPath(e)); asked || err != nil {
			return nil, nil, err
		}
	}
	i, err := invitations.Accept(e.App, invitations.Response{Account: account, Token: token, IP: e.RealIP()})
	return account, i, err
}

// renderInvitationInvalid shows the current page of the link with the errors of refused.
func renderInvitationInvalid(e *core.RequestEvent, refused error) error {
	if _, ok := web.FormErrorsOf(refused); !ok {
		return refused
	}
	l, err := loadLink(e)
	if err != nil {
		return err
	}
	page, _, err := l.page(formErrors(refused))
	if err != nil {
		return err
	}
	return layout.RenderInvalid(e, refused, func(web.FormErrors) templ.Component { return page })
}

// formErrors returns the errors that a form shows. An error about the link itself has its own page instead.
func formErrors(refused error) web.FormErrors {
	faults, _ := web.FormErrorsOf(refused)
	delete(faults, "token")
	return faults
}

// renderUnconfirmed shows what to do next for an account whose address isn't confirmed yet.
func renderUnconfirmed(e *core.RequestEvent, refused error) error {
	_, _, sentence, _ := errs.Details(refused)
	return web.Render(e, http.StatusUnprocessableEntity, unconfirmedView(unconfirmedProps(e, sentence)))
}

func findTeamActor(app core.App, account *core.Record, i *invitations.Invitation) (*teams.Team, *actors.Actor, error) {
	team, err := teams.Find(app, i.TeamID())
	if err != nil {
		return nil, nil, err
	}
	actor, err := actors.InTeam(app, account, team.Record)
	return team, actor, err
}
