package live

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/join"
	"usher/hooks/tools/errs"
	"usher/views/web"
)

// actorOf is the visitor as an actor in the team.
func actorOf(e *core.RequestEvent) (*actors.Actor, error) {
	actor, err := currentVisitor(e).SignedInActor()
	if err == nil {
		actor.IP = e.RealIP()
	}
	return actor, err
}

// respond renders the state after an action, with a message.
func respond(e *core.RequestEvent, refused error, said string) error {
	if refused != nil {
		return renderRefused(e, refused)
	}
	if !web.IsFragment(e) {
		if said != "" {
			web.SetToast(e, said)
		}
		return web.Redirect(e, livePath(e))
	}
	return renderState(e, 200, said)
}

// renderRefused renders the error of an action and the state for an open page.
func renderRefused(e *core.RequestEvent, refused error) error {
	_, _, sentence, ok := errs.Details(refused)
	if !ok || !web.IsFragment(e) {
		return refused
	}
	web.SetRetryAfter(e, refused)
	return renderState(e, web.StatusCode(refused), sentence)
}

// renderState reloads the visitor first, because the action may have changed their status.
func renderState(e *core.RequestEvent, status int, said string) error {
	visitor, err := findVisitor(e)
	if err != nil {
		return err
	}
	if visitor.Status != join.Admitted {
		return handleNotInSession(e, visitor, status)
	}
	props, err := loadState(e.App, visitor)
	if err != nil {
		return err
	}
	props.Message = said
	return web.Render(e, status, stateFragments(props))
}
