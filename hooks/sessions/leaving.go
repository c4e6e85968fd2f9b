package sessions

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// HandoverResult is the result of removing a user, leaving a team or revoking a role, with the number of scheduled
// sessions that were handed over or cancelled.
type HandoverResult struct {
	members.Removal
	HandedOver int
	Cancelled  int
}

// Undecided is the value of handOver if a form offered a choice of the new host and none was made. The action is refused
// if the user hosts scheduled sessions, so that no session is cancelled by mistake.
const Undecided = "undecided"

// CodeUndecided is the code of HandOverRequired.
const CodeUndecided = "required"

// HandOverRequired refuses an action because the new host wasn't chosen.
func HandOverRequired() error {
	return errs.Invalid("handOver", CodeUndecided, "Choose who takes over the sessions, or cancel them.")
}

// Remove is members.Remove, and hands all sessions of the user over to the account handOver, or cancels them and notifies
// the invitees if handOver is empty (R81). also runs in the same transaction.
func Remove(app core.App, actor *actors.Actor, user, handOver string, also ...members.BeforeFunc) (HandoverResult, error) {
	var parted HandoverResult
	ended, err := members.Remove(app, actor, user, append(also, parted.handOverOrCancel(actor, user, handOver))...)
	parted.Removal = ended
	return parted, err
}

// Leave is members.Leave, and hands over or cancels the actor's sessions like Remove.
func Leave(app core.App, actor *actors.Actor, handOver string, also ...members.BeforeFunc) (HandoverResult, error) {
	var parted HandoverResult
	ended, err := members.Leave(app, actor, append(also, parted.handOverOrCancel(actor, actor.Account.Id, handOver))...)
	parted.Removal = ended
	return parted, err
}

// RevokeRoles is members.RevokeRoles, and hands over or cancels the sessions of a user who can no longer host (R107).
func RevokeRoles(app core.App, actor *actors.Actor, user string, revoked actors.Roles, handOver string, also ...members.BeforeFunc) (HandoverResult, error) {
	var parted HandoverResult
	err := members.RevokeRoles(app, actor, user, revoked, append(also, func(tx core.App) error {
		ends, err := LosesHosting(tx, actor.Team, user, revoked)
		if err != nil || !ends {
			return err
		}
		future, err := ListScheduledByHost(tx, actor.Team.Id, user)
		if err != nil {
			return err
		}
		if err := parted.handOverOrCancel(actor, user, handOver)(tx); err != nil || user == actor.Account.Id {
			return err
		}
		return sendHostingLost(tx, user, hostingLostPayload{Reason: reasonRoleRevoked, By: actor.Name(), NewHost: handOver, Team: actor.Team.Id}, future)
	})...)
	return parted, err
}

// LosesHosting reports whether a user of the team can host, and no longer could without these roles.
func LosesHosting(app core.App, team *core.Record, user string, revoked actors.Roles) (bool, error) {
	m, err := members.Find(app, team.Id, user)
	if err != nil {
		return false, err
	}
	before, after := memberActor(m.Record), &actors.Actor{Team: team}
	before.Team = team
	after.Roles, after.Kind = m.AfterRevoking(revoked)
	return before.CanHost() && !after.CanHost(), nil
}

// handOverOrCancel hands over or cancels the user's sessions in the transaction in which the user leaves.
func (p *HandoverResult) handOverOrCancel(actor *actors.Actor, user, handOver string) func(tx core.App) error {
	return func(tx core.App) (err error) {
		if handOver == Undecided {
			future, err := ListScheduledByHost(tx, actor.Team.Id, user)
			if err == nil && len(future) > 0 {
				err = HandOverRequired()
			}
			return err
		}
		if handOver != "" {
			p.HandedOver, err = HandOver(tx, actor, actor.Team.Id, user, handOver)
			return err
		}
		p.Cancelled, err = cancelAll(tx, actor, actor.Team.Id, user)
		return err
	}
}

// registerLeaving handles the sessions of users who leave the team or can no longer host, whatever the reason.
func registerLeaving(app core.App) {
	app.OnRecordDeleteExecute("memberships").BindFunc(func(e *core.RecordEvent) error {
		return record.InTx(e, func() error {
			team, err := e.App.CountRecords("teams", idIs(e.Record.GetString("team")))
			if err != nil {
				return fmt.Errorf("find the team of a membership: %w", err)
			}
			if err := e.Next(); err != nil || team == 0 { // the team itself is being deleted
				return err
			}
			return revokeHosting(e.App, e.Record.GetString("team"), e.Record.GetString("user"), reasonRemoved)
		})
	})
	app.OnRecordUpdateExecute("memberships").BindFunc(func(e *core.RecordEvent) error {
		return record.InTx(e, func() error {
			before := memberActor(e.Record.Original())
			if err := e.Next(); err != nil {
				return err
			}
			team, err := e.App.FindRecordById("teams", e.Record.GetString("team"))
			if errors.Is(err, sql.ErrNoRows) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("find the team of a membership: %w", err)
			}
			now := memberActor(e.Record)
			before.Team, now.Team = team, team
			if !before.CanHost() || now.CanHost() {
				return nil
			}
			reason := reasonMembershipChanged
			if before.Roles.Organizer && !now.Roles.Organizer {
				reason = reasonRoleRevoked
			}
			return revokeHosting(e.App, team.Id, e.Record.GetString("user"), reason)
		})
	})
	app.OnRecordUpdateExecute("teams").BindFunc(func(e *core.RecordEvent) error {
		return record.InTx(e, func() error {
			before := actors.MembersCanHost(e.Record.Original())
			if err := e.Next(); err != nil || !before || actors.MembersCanHost(e.Record) {
				return err
			}
			reason := reasonSettingOff
			if !actors.PlanAllowsMemberHosts(e.Record) {
				reason = reasonPlanChanged
			}
			return revokeMembersHosting(e.App, e.Record.Id, reason)
		})
	})
}

func memberActor(m *core.Record) *actors.Actor {
	return &actors.Actor{Roles: actors.RolesOf(m), Kind: m.GetString("kind")}
}

// revokeMembersHosting runs when members without the Organizer role can no longer host in a team.
func revokeMembersHosting(tx core.App, team, reason string) error {
	var users []string
	err := tx.DB().NewQuery(`SELECT m.user FROM memberships m WHERE m.team = {:team} AND NOT m.organizer AND (
		EXISTS (SELECT 1 FROM sessions s WHERE s.team = m.team AND s.host = m.user AND s.status IN ('scheduled', 'running'))
		OR EXISTS (SELECT 1 FROM participants p JOIN sessions s ON s.id = p.session WHERE p.user = m.user AND s.team = m.team AND s.status = 'running' AND p.part IN ('host', 'cohost')))`).
		Bind(dbx.Params{"team": team}).Column(&users)
	if err != nil {
		return fmt.Errorf("find the members who can no longer host: %w", err)
	}
	for _, user := range users {
		if err := revokeHosting(tx, team, user, reason); err != nil {
			return err
		}
	}
	return nil
}

// CountHostedByMembers counts the scheduled sessions of a team whose hosts are members without the Organizer role. They
// are cancelled when members can no longer host (D2, R107).
func CountHostedByMembers(app core.App, team string) (int, error) {
	n, err := app.CountRecords("sessions", dbx.HashExp{"team": team, "status": Scheduled},
		dbx.NewExp("host IN (SELECT user FROM memberships WHERE team = {:t} AND NOT organizer)", dbx.Params{"t": team}))
	if err != nil {
		return 0, fmt.Errorf("count what members host: %w", err)
	}
	return int(n), nil
}
