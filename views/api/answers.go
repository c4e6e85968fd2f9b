package api

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/invitations"
	"usher/hooks/people"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
)

type receivedInvitation struct {
	ID      string   `json:"id"`
	Team    teamRef  `json:"team"`
	Roles   []string `json:"roles"`
	Inviter string   `json:"inviter"` // a name, empty if unknown
	Expires string   `json:"expires"`
}

func listInvitations(e *core.RequestEvent) error {
	open, err := invitations.ListPending(e.App, e.Auth)
	if err != nil {
		return err
	}
	items := make([]receivedInvitation, 0, len(open))
	for _, i := range open {
		team, err := teams.Find(e.App, i.TeamID())
		if err != nil {
			return err
		}
		item := receivedInvitation{ID: i.Id, Team: teamRefOf(team.Record), Roles: i.Roles().Names(), Expires: formatTime(i.Expires())}
		if item.Inviter, err = people.FindInviter(e.App, i.TeamID(), i.Id); err != nil {
			return err
		}
		items = append(items, item)
	}
	return e.JSON(http.StatusOK, list[receivedInvitation]{items})
}

// acceptedReply is the result of accepting an invitation. Roles are all roles that the user now has in the team.
type acceptedReply struct {
	Team  teamRef  `json:"team"`
	Roles []string `json:"roles"`
	Auth  *auth    `json:"auth,omitempty"` // of a new account
}

func acceptByID(e *core.RequestEvent) error {
	accepted, err := invitations.Accept(e.App, responseFrom(e))
	if err != nil {
		return err
	}
	return writeAccepted(e, e.Auth, accepted, nil)
}

func declineByID(e *core.RequestEvent) error {
	declined, err := invitations.Decline(e.App, responseFrom(e))
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, statusReply{ID: declined.Id, Status: declined.Status()})
}

func undoDeclineByID(e *core.RequestEvent) error {
	reopened, err := invitations.UndoDecline(e.App, responseFrom(e))
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, statusReply{ID: reopened.Id, Status: reopened.Status()})
}

func responseFrom(e *core.RequestEvent) invitations.Response {
	return invitations.Response{Account: e.Auth, ID: e.Request.PathValue("id"), IP: e.RealIP()}
}

type tokenForm struct {
	Token    string `json:"token"`
	Name     string `json:"name"`
	Password string `json:"password"`
	Timezone string `json:"timezone"`
}

// acceptByToken accepts an invitation by the token of its link, as the signed-in user or as a new one with name and password.
func acceptByToken(e *core.RequestEvent) error {
	var form tokenForm
	if err := decodeBody(e, &form); err != nil {
		return err
	}
	if e.Auth == nil {
		return acceptNew(e, form)
	}
	accepted, err := invitations.Accept(e.App, invitations.Response{Account: e.Auth, Token: form.Token, IP: e.RealIP()})
	if err != nil {
		return limitUnknownTokens(e, err)
	}
	return writeAccepted(e, e.Auth, accepted, nil)
}

func acceptNew(e *core.RequestEvent, form tokenForm) error {
	if form.Name == "" && form.Password == "" {
		return unauthorized(e)
	}
	account, accepted, err := invitations.AcceptNew(e.App, invitations.NewAccountForm{
		Token: form.Token, Name: form.Name, Password: form.Password, Timezone: form.Timezone, IP: e.RealIP()})
	if err != nil {
		return limitUnknownTokens(e, err)
	}
	in, err := newAuth(account)
	if err != nil {
		return err
	}
	return writeAccepted(e, account, accepted, in)
}

func writeAccepted(e *core.RequestEvent, account *core.Record, accepted *invitations.Invitation, in *auth) error {
	actor, err := actors.Find(e.App, account, accepted.TeamID())
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, acceptedReply{teamRefOf(actor.Team), actor.Roles.Names(), in})
}

// limitUnknownTokens limits how many unknown links a network tries. The page of an invitation counts with it.
func limitUnknownTokens(e *core.RequestEvent, err error) error {
	if errs.Code(err) != invitations.CodeUnknown {
		return err
	}
	if limited := invitations.LimitUnknownLinks(e.App, e.RealIP()); limited != nil {
		return limited
	}
	return err
}
