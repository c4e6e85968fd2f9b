package join

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/sessions"
)

// maxPrompts is how many guest prompts are shown at a time.
const maxPrompts = 20

// PendingInvites lists the sessions that the account is invited to, that aren't over and whose team it isn't in, by start. Each
// is offered after every sign-in, even if it was declined (R51, R56).
func PendingInvites(app core.App, account *core.Record) ([]*Visitor, error) {
	if !account.Verified() {
		return nil, nil
	}
	var open []*sessions.Session
	err := app.RecordQuery("sessions").AndWhere(dbx.NewExp(`id IN (SELECT p.session FROM participants p
			WHERE p.email = {:email} AND p.user IN ('', {:user}) AND p.state IN ('invited', 'declined')
			AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.team = p.team AND m.user = {:user}))
		AND (status = 'running' OR status = 'scheduled' AND ends > {:now})`,
		dbx.Params{"email": account.Email(), "user": account.Id, "now": types.NowDateTime().String()})).
		OrderBy("starts").Limit(maxPrompts).All(&open)
	if err != nil {
		return nil, fmt.Errorf("list the sessions that wait for an account's answer: %w", err)
	}
	var waiting []*Visitor
	for _, session := range open {
		v, err := Resolve(app, account, "", session)
		if err != nil {
			return nil, err
		}
		switch v.Status {
		case TooEarly, GuestConsent, Declined:
			waiting = append(waiting, v)
		}
	}
	return waiting, nil
}
