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

// CodeUndecided is the code of HandOverRequired.
const CodeUndecided = "required"

// HandOverRequired refuses an action because the new host wasn't chosen.
func HandOverRequired() error {
	return errs.Invalid("handOver", CodeUndecided, "Choose who takes over the sessions, or cancel them.")
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

// handOverOrCancel is the members.HandoverFunc. A host who stays in the team and didn't give up the role themselves gets one
// email about the sessions.
func handOverOrCancel(tx core.App, actor *actors.Actor, loss members.Loss, handover members.Handover) (handedOver, cancelled int, err error) {
	if !loss.Leaves {
		if ends, err := LosesHosting(tx, actor.Team, loss.User, loss.Roles); err != nil || !ends {
			return 0, 0, err
		}
	}
	if err := ValidateHandover(tx, actor.Team, loss.User, handover); err != nil {
		return 0, 0, err
	}
	future, err := ListScheduledByHost(tx, actor.Team.Id, loss.User)
	if err != nil {
		return 0, 0, err
	}
	if handover.To != "" {
		handedOver, err = HandOver(tx, actor, actor.Team.Id, loss.User, handover.To)
	} else {
		cancelled, err = cancelAll(tx, actor, actor.Team.Id, loss.User)
	}
	if err != nil || loss.Leaves || loss.User == actor.Account.Id {
		return handedOver, cancelled, err
	}
	note := hostingLostPayload{Reason: reasonRoleRevoked, By: actor.Name(), NewHost: handover.To, Team: actor.Team.Id}
	return handedOver, cancelled, sendHostingLost(tx, loss.User, note, future)
}

// ValidateHandover returns an error if a user of the team hosts scheduled sessions and no choice was made about them, or if
// the chosen account can't take them over.
func ValidateHandover(app core.App, team *core.Record, user string, handover members.Handover) error {
	if handover.To != "" {
		return CanTakeOver(app, team, user, handover.To)
	}
	if !handover.Undecided {
		return nil
	}
	future, err := ListScheduledByHost(app, team.Id, user)
	if err == nil && len(future) > 0 {
		err = HandOverRequired()
	}
	return err
}

// registerLeaving handles the sessions of users who leave the team or can no longer host, whatever the reason.
func registerLeaving(app core.App) {
	members.RegisterHandover(app, handOverOrCancel)
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
