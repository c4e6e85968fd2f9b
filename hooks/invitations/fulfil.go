package invitations

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/record"
)

// registerFulfilment makes sure that no one both holds a seat and reserves another: any write that makes the address of
// a pending invitation that of a member with its roles (joining, a role, a change or confirmation of an address) ends
// the invitation in the same transaction.
func registerFulfilment(app core.App) {
	fulfilMembership := func(e *core.RecordEvent) error {
		return record.InTx(e, func() error {
			if err := e.Next(); err != nil {
				return err
			}
			return fulfil(e.App, e.Record.GetString("team"), e.Record.GetString("user"))
		})
	}
	app.OnRecordCreateExecute("memberships").BindFunc(fulfilMembership)
	app.OnRecordUpdateExecute("memberships").BindFunc(fulfilMembership)
	app.OnRecordUpdateExecute("users").BindFunc(func(e *core.RecordEvent) error {
		return record.InTx(e, func() error {
			before := e.Record.Original()
			if err := e.Next(); err != nil || !record.Differs(e.Record, before, "email", "verified") {
				return err
			}
			return fulfil(e.App, "", e.Record.Id)
		})
	})
}

// fulfil ends, as accepted, the pending invitations of an account to a team, or to all of its teams if team is empty,
// that offer nothing new. One that offers more keeps the remaining roles. An unconfirmed address fulfils nothing.
func fulfil(tx core.App, team, user string) error {
	var ids []string
	err := tx.DB().NewQuery(`SELECT i.id FROM memberships m JOIN users u ON u.id = m.user AND u.verified
		JOIN invitations i ON i.team = m.team AND i.email = u.email AND i.status = 'pending' AND i.expires > {:now}
		WHERE m.user = {:user} AND {:team} IN ('', m.team)`).WithContext(record.Prepared).
		Bind(dbx.Params{"user": user, "team": team, "now": types.NowDateTime().String()}).Column(&ids)
	if err != nil {
		return fmt.Errorf("find the pending invitations of a member: %w", err)
	}
	for _, id := range ids {
		i, err := Find(tx, id)
		if err == nil {
			err = i.fulfil(tx, user)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (i *Invitation) fulfil(tx core.App, user string) error {
	now, err := findMembershipState(tx, i.TeamID(), i.Address())
	if err != nil {
		return err
	}
	now.Held.Admin = now.Held.Admin || now.Held.Owner
	rest := i.Roles().Without(now.Held)
	switch {
	case i.Roles().None() && now.Kind != actors.Member, !rest.None() && rest == i.Roles():
		return nil
	case !rest.None():
		setRoles(i, rest)
		return record.SaveTrusted(tx, i)
	}
	account, err := tx.FindRecordById("users", user)
	if err != nil {
		return fmt.Errorf("find the account of a member: %w", err)
	}
	i.Set("user", user)
	if err := i.close(tx, Accepted, "Already in the team with these roles."); err != nil {
		return err
	}
	entry := (&audit.Entry{Team: i.TeamID(), Actor: user, ActorName: actors.DisplayName(account), Action: "invitation.accept"}).
		WithTarget(i.Id, i.Address()).With("fulfilled", true)
	return audit.Write(tx, entry)
}
