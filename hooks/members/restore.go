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

// RestoreRoles gives roles back to a member from whom the actor revoked them within UndoWindow, if nothing but restoring another of
// them has changed the member's place in the team since and seats are free. Sessions that were handed over or cancelled meanwhile stay so.
func RestoreRoles(app core.App, actor *actors.Actor, user string, roles actors.Roles) error {
	return manage(app, actor, user, "member.restore", func(tx core.App, entry *audit.Entry, m *Membership, _ *core.Record) error {
		entry.With("roles", roles.Names())
		if !actor.CanInvite(roles, m.Roles()) {
			return ManageForbidden(m.Roles().With(roles))
		}
		if !roles.None() && roles.Without(m.Roles()).None() {
			return errs.Invalid("roles", CodeTooLate, "This user has the role already.")
		}
		revoked, err := revokedLately(tx, actor, user)
		if err != nil {
			return err
		}
		if roles.None() || !roles.Without(revoked).None() {
			return tooLate("This role isn't the one that was revoked last.")
		}
		return Grant(tx, actor.Team.Id, user, roles)
	})
}

func tooLate(reason string) error {
	return errs.Invalid("roles", CodeTooLate, reason+" Send an invitation instead.")
}

// revokedLately returns the roles that the actor revoked from a user within UndoWindow, without those restored since. It returns an
// error with CodeTooLate if anything else has changed the user's place in the team since.
func revokedLately(tx core.App, actor *actors.Actor, user string) (actors.Roles, error) {
	var rows []struct {
		Action string         `db:"action"`
		Actor  string         `db:"actor"`
		At     types.DateTime `db:"at"`
		Detail string         `db:"detail"`
	}
	err := tx.DB().NewQuery(`SELECT action, actor, at, detail FROM audit WHERE team = {:team} AND target = {:user} AND result = 'ok' AND action IN
		('member.revoke', 'member.restore', 'member.roles', 'member.take', 'member.add', 'member.remove', 'member.leave', 'guest.join')
		ORDER BY seq DESC LIMIT 3`). // a revocation of both roles, and a restoration of each
		Bind(dbx.Params{"team": actor.Team.Id, "user": user}).All(&rows)
	if err != nil {
		return actors.Roles{}, fmt.Errorf("find the revoked roles of a member: %w", err)
	}
	restored := actors.Roles{}
	for _, row := range rows {
		if row.Action != "member.revoke" && row.Action != "member.restore" {
			return actors.Roles{}, tooLate("The roles of this user have changed since.")
		}
		var detail struct {
			Roles []string `json:"roles"`
		}
		if err := json.Unmarshal([]byte(row.Detail), &detail); err != nil {
			return actors.Roles{}, fmt.Errorf("read the revoked roles of a member: %w", err)
		}
		roles := parseRoles(detail.Roles)
		switch {
		case row.Action == "member.restore":
			restored = restored.With(roles)
			continue
		case row.Actor != actor.Account.Id:
			return actors.Roles{}, tooLate("Only the person who revoked a role can restore it.")
		case time.Since(row.At.Time()) > UndoWindow:
			return actors.Roles{}, tooLate("A role can be restored within " + text.Duration(UndoWindow) + " after it was revoked.")
		}
		return roles.Without(restored), nil
	}
	return actors.Roles{}, tooLate("No role was revoked from this user.")
}
