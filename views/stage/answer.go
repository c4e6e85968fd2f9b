package stage

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/entry"
	"usher/hooks/record"
	"usher/views/web"
)

// actor is who asks, as he acts in the team.
func actor(e *core.RequestEvent) (*actors.Actor, error) {
	actor, err := here(e).Acts()
	if err == nil {
		actor.From = e.RealIP()
	}
	return actor, err
}

// answer shows what has become of a deed: where the session stands now, with a sentence.
func answer(e *core.RequestEvent, refused error, said string) error {
	if refused != nil {
		return again(e, refused)
	}
	if !web.IsFragment(e) {
		if said != "" {
			web.Toast(e, said)
		}
		return web.Go(e, livePath(e))
	}
	return standing(e, 200, said)
}

// again shows an open page the refusal, and where the session stands.
func again(e *core.RequestEvent, refused error) error {
	_, _, sentence, ok := record.Refusal(refused)
	if !ok || !web.IsFragment(e) {
		return refused
	}
	web.SetWait(e, refused)
	return standing(e, web.Status(refused), sentence)
}

// standing judges anew where the visitor stands: the deed may have ended it.
func standing(e *core.RequestEvent, status int, said string) error {
	visitor, err := find(e)
	if err != nil {
		return err
	}
	if visitor.Standing != entry.In {
		return outside(e, visitor, status)
	}
	props, err := stateOf(e.App, visitor)
	if err != nil {
		return err
	}
	props.Said = said
	return web.Render(e, status, stateParts(props))
}
