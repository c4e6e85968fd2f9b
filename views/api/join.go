package api

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/join"
	"usher/hooks/live"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/views/web"
)

// joinRoutes mounts what happens at the door of a session, with or without an account.
func joinRoutes(api *web.Group) {
	api.POST("/s/{code}/join", joinSession).BindFunc(optionalSignIn)
	api.POST("/s/{code}/decline", declineSession).BindFunc(optionalSignIn, requireEmptyBody)
}

// joinOutcome is what there is instead of a token: who waits asks again; what is held elsewhere has a link.
type joinOutcome struct {
	Waiting bool   `json:"waiting,omitempty"` // 202: a host must admit him
	URL     string `json:"url,omitempty"`     // where the session is held by other means
}

// joinForm is the name of a guest who has no account.
type joinForm struct {
	Name string `json:"name"`
}

// joinSession lets the caller in, as far as he can come (R67): 200 with what the media server wants to see, or with
// the link of a session that is held elsewhere; 202 while a host must admit him. Before the start he is on the list
// as joined, and is told not_started: he asks again. By a personal code and a name no account is needed, where the
// session allows it (R70).
func joinSession(e *core.RequestEvent) error {
	var form joinForm
	if err := decodeBody(e, &form); err != nil {
		return err
	}
	visitor, err := loadVisitor(e)
	if err != nil {
		return err
	}
	if visitor.Status == join.SignIn {
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
		return errs.Invalid("base", errs.CodeTooMany, "As many people are in the session as may be. Try again when somebody has left.")
	}
	return errs.Invalid("base", sessions.CodeNotStarted, "The session has not started. You are on its list; ask again when it has.")
}

func writeLiveToken(e *core.RequestEvent, visitor *join.Visitor) error {
	var pass live.Credentials
	pass, err := join.IssueToken(e.App, visitor.Participant)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, pass)
}

// declineSession answers the guest prompt with no (R56).
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
