package api

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/invitations"
	"usher/views/web"
)

type inviteResults struct {
	Results []inviteResult `json:"results"`
}

type inviteResult struct {
	Email   string `json:"email"` // as it was sent
	Status  string `json:"status"`
	ID      string `json:"id,omitempty"`
	Code    string `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
	Link    string `json:"link,omitempty"` // only if email isn't set up
}

type inviteForm struct {
	Emails []string `json:"emails"`
	Roles  []string `json:"roles"`
	Note   string   `json:"note"`
}

// readInviteRequest reads a request to invite. It refuses unknown roles and roles that the caller can't give.
func readInviteRequest(e *core.RequestEvent) (invitations.Request, error) {
	var form inviteForm
	if err := decodeBody(e, &form); err != nil {
		return invitations.Request{}, err
	}
	roles, err := invitations.ReadRoles(e.App, web.Actor(e), "invitation.create", "", form.Roles)
	if err != nil {
		return invitations.Request{}, err
	}
	return invitations.Request{Lines: invitations.ParseLines(form.Emails), Roles: roles, Note: form.Note}, nil
}

func invite(e *core.RequestEvent) error {
	offer, err := readInviteRequest(e)
	if err != nil {
		return err
	}
	done, err := invitations.Invite(e.App, web.Actor(e), offer)
	if err != nil {
		return err
	}
	reply := inviteResults{make([]inviteResult, 0, len(done))}
	for _, r := range done {
		reply.Results = append(reply.Results, inviteResult{r.Line.Raw, r.Status, r.ID, r.Code, r.Message, r.Link})
	}
	return e.JSON(http.StatusOK, reply)
}

type statusReply struct {
	ID      string `json:"id"`
	Status  string `json:"status"`
	Expires string `json:"expires,omitempty"`
	Link    string `json:"link,omitempty"` // only if email isn't set up
}

func revokeInvitation(e *core.RequestEvent) error {
	actor, err := invitationActor(e)
	if err != nil {
		return err
	}
	revoked, err := invitations.Revoke(e.App, actor, e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, statusReply{ID: revoked.Id, Status: revoked.Status()})
}

func resendInvitation(e *core.RequestEvent) error {
	actor, err := invitationActor(e)
	if err != nil {
		return err
	}
	sent, link, err := invitations.Resend(e.App, actor, e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, statusReply{sent.Id, sent.Status(), formatTime(sent.Expires()), link})
}

// correctionForm is the address to invite instead.
type correctionForm struct {
	Email string `json:"email"`
}

// correctAddress replaces the address of an invitation with a new invitation.
func correctAddress(e *core.RequestEvent) error {
	var form correctionForm
	if err := decodeBody(e, &form); err != nil {
		return err
	}
	actor, err := invitationActor(e)
	if err != nil {
		return err
	}
	r, err := invitations.CorrectAddress(e.App, actor, e.Request.PathValue("id"), form.Email)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, inviteResult{r.Line.Raw, r.Status, r.ID, r.Code, r.Message, r.Link})
}

// invitationActor returns the caller as an actor in the team of the invitation in the URL. For anyone else the invitation isn't found.
func invitationActor(e *core.RequestEvent) (*actors.Actor, error) {
	invitation, err := invitations.Find(e.App, e.Request.PathValue("id"))
	if err != nil {
		return nil, err
	}
	actor, err := actors.Find(e.App, e.Auth, invitation.TeamID())
	if err != nil {
		return nil, err
	}
	actor.IP = e.RealIP()
	return actor, nil
}
