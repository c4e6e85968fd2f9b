package join

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/runs"
	"usher/hooks/tools/errs"
)

// Start starts the session for its host or a co-host and joins it with them, so that others join a session that its host is
// in (R100).
func Start(app core.App, visitor *Visitor, from string) error {
	if visitor.Actor == nil || !visitor.SignedIn {
		return errs.Forbidden("Only the host and co-hosts can start this session. Sign in first.")
	}
	visitor.Actor.IP = from
	if _, err := runs.Start(app, visitor.Actor, visitor.Session.Id); err != nil {
		return err
	}
	return Join(app, visitor, "", from)
}
