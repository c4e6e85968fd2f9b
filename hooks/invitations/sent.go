package invitations

import (
	"encoding/json"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/members"
)

// SentBy lists the team's pending invitations that the given users sent, ordered by address.
func SentBy(app core.App, team string, users ...string) ([]*Invitation, error) {
	ids, err := json.Marshal(append([]string{}, users...))
	if err != nil {
		return nil, err
	}
	var sent []*Invitation
	err = app.RecordQuery("invitations").AndWhere(dbx.HashExp{"team": team, "status": Pending}).
		AndWhere(dbx.NewExp("expires > {:now} AND inviter != '' AND inviter IN (SELECT value FROM json_each({:ids}))",
			dbx.Params{"now": types.NowDateTime().String(), "ids": string(ids)})).OrderBy("email").All(&sent)
	if err != nil {
		return nil, fmt.Errorf("list the invitations of an inviter: %w", err)
	}
	return sent, nil
}

// RevokeSent returns a hook that revokes the pending invitations that a user sent for the actor's team, in the
// transaction that removes the user or revokes their role. It skips those that the actor may not manage, writes an
// audit entry for each, and sets revoked to their number.
func RevokeSent(actor *actors.Actor, user string, revoked *int) members.BeforeFunc {
	return func(tx core.App) error {
		*revoked = 0
		sent, err := SentBy(tx, actor.Team.Id, user)
		if err != nil {
			return err
		}
		for _, i := range sent {
			now, err := findMembershipState(tx, actor.Team.Id, i.Address())
			if err != nil {
				return err
			}
			if !actor.CanManageInvitation(i.Roles(), now.Held) {
				continue
			}
			if err := i.close(tx, Revoked, "The user who sent it no longer manages the team."); err != nil {
				return err
			}
			entry := audit.NewEntry(actor, "invitation.revoke").WithTarget(i.Id, i.Address()).With("inviter", user)
			if err := audit.Write(tx, entry); err != nil {
				return err
			}
			*revoked++
		}
		return nil
	}
}
