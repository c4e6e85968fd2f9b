package members

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// UndoWindow is how long a revoked role can be restored without an invitation.
const UndoWindow = 10 * time.Minute

// CodeTooLate is the code of the error for a role that can no longer be restored.
const CodeTooLate = "too_late"

// RestoreRoles gives roles back to a member from whom the actor revoked them within UndoWindow, if seats are free. Sessions that
// were handed over or cancelled meanwhile stay so.
func RestoreRoles(app core.App, actor *actors.Actor, user string, roles actors.Roles) error {
	return manage(app, actor, user, "member.restore", func(tx core.App, entry *audit.Entry, m *Membership, _ *core.Record) error {
		entry.With("roles", roles.Names())
		if !actor.CanInvite(roles, m.Roles()) {
			return ManageForbidden(roles)
		}
		revoked, err := revokedLately(tx, actor, user)
		if err != nil {
			return err
		}
		if roles.None() || !roles.Without(revoked).None() {
			return errs.Invalid("roles", CodeTooLate, "A role can be restored only within "+text.Duration(UndoWindow)+", by the person who revoked it. Send an invitation instead.")
		}
		return Grant(tx, actor.Team.Id, user, roles)
	})
}

// revokedLately returns the roles that were revoked from a user last, if the actor did so within UndoWindow.
func revokedLately(tx core.App, actor *actors.Actor, user string) (actors.Roles, error) {
	var rows []struct {
		Actor  string         `db:"actor"`
		At     types.DateTime `db:"at"`
		Detail string         `db:"detail"`
	}
	err := tx.DB().NewQuery("SELECT actor, at, detail FROM audit WHERE team = {:team} AND target = {:user} AND action = 'member.revoke' AND result = 'ok' ORDER BY seq DESC LIMIT 1").
		Bind(dbx.Params{"team": actor.Team.Id, "user": user}).All(&rows)
	if err != nil {
		return actors.Roles{}, fmt.Errorf("find the revoked roles of a member: %w", err)
	}
	if len(rows) == 0 || rows[0].Actor != actor.Account.Id || time.Since(rows[0].At.Time()) > UndoWindow {
		return actors.Roles{}, nil
	}
	var detail struct {
		Roles []string `json:"roles"`
	}
	if err := json.Unmarshal([]byte(rows[0].Detail), &detail); err != nil {
		return actors.Roles{}, fmt.Errorf("read the revoked roles of a member: %w", err)
	}
	return parseRoles(detail.Roles), nil
}
