package live

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/join"
	"usher/hooks/tools/errs"
	"usher/views/web"
)

// actorOf is who asks, as he acts in the team.
func actorOf(e *core.RequestEvent) (*actors.Actor, error) {
	actor, err := currentVisitor(e).SignedInActor()
	if err == nil {
		actor.IP = e.RealIP()
	}
	return actor, err
}

// respond shows what has become of a deed: where the session stands now, with a sentence.
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

// renderRefused shows an open page the refusal, and where the session stands.
func renderRefused(e *core.RequestEvent, refused error) error {
	_, _, sentence, ok := errs.Details(refused)
	if !ok || !web.IsFragment(e) {
		return refused
	}
	web.SetRetryAfter(e, refused)
	return renderState(e, web.StatusCode(refused), sentence)
}

// renderState judges anew where the visitor stands: the deed may have ended it.
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
