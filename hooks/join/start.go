package join

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/runs"
)

// Start starts the session for its host or a co-host and joins it with them, so that others join a session that its host is
// in (R100).
func Start(app core.App, visitor *Visitor, from string) error {
	actor, err := visitor.SignedInActor()
	if err != nil {
		return err
	}
	actor.IP = from
	if _, err := runs.Start(app, actor, visitor.Session.Id); err != nil {
		return err
	}
	return Join(app, visitor, "", from)
}
