package api

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/join"
	"usher/hooks/live"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
)

// joinOutcome is the reply without a token: the caller is waiting and should ask again, or the session is external and has a link.
type joinOutcome struct {
	Waiting bool   `json:"waiting,omitempty"` // with status 202: a host must admit the caller
	URL     string `json:"url,omitempty"`     // link of an external session
}

// joinForm is the name of a guest who has no account.
type joinForm struct {
	Name string `json:"name"`
}

// joinSession lets the caller join a session (R67). It responds with 200 and a token for the media server or the link of an external
// session, or with 202 while a host must admit the caller. Before the start it records the caller as joined and refuses with
// not_started; the caller should ask again. With a personal code and a name no account is needed if the session allows it (R70).
func joinSession(e *core.RequestEvent) error {
	var form joinForm
	if err := decodeBody(e, &form); err != nil {
		return err
	}
	visitor, err := loadVisitor(e)
	if err != nil {
		return err
	}
	if visitor.Status == join.SignIn || visitor.ByName() && visitor.Participant == nil {
		return unauthorized(e)
	}
	if err := join.Join(e.App, visitor, form.Name, e.RealIP()); err != nil {
		return err
	}
	switch visitor.Status {
	case join.Admitted:
		return writeLiveToken(e, visitor)
	case join.WaitingRoom:
		return e.JSON(http.StatusAccepted, joinOutcome{Waiting: true})
	case join.External:
		return e.JSON(http.StatusOK, joinOutcome{URL: visitor.Session.ExternalLink()})
	case join.Full:
		return errs.Invalid("base", errs.CodeTooMany, "The session is full. Try again when someone has left.")
	}
	return errs.Invalid("base", sessions.CodeNotStarted, "The session hasn't started. You're registered; try again after the start.")
}

func writeLiveToken(e *core.RequestEvent, visitor *join.Visitor) error {
	var pass live.Credentials
	pass, err := join.IssueToken(e.App, visitor.Participant)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, pass)
}

// declineSession declines the guest prompt (R56).
func declineSession(e *core.RequestEvent) error {
	visitor, err := loadVisitor(e)
	if err != nil {
		return err
	}
	if visitor.Participant == nil && !visitor.SignedIn {
		return unauthorized(e)
	}
	if err := join.Decline(e.App, visitor, e.RealIP()); err != nil {
		return err
	}
	return e.JSON(http.StatusOK, statusReply{ID: visitor.Session.Id, Status: "declined"})
}

func loadVisitor(e *core.RequestEvent) (*join.Visitor, error) {
	session, personal, err := join.FindSession(e.App, e.Request.PathValue("code"), e.RealIP())
	if err != nil {
		return nil, err
	}
	return join.Resolve(e.App, e.Auth, personal, session)
}
