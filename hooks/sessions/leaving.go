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

// HandoverResult is what a removal, leaving or the loss of a role took: what members tells, and what became of the scheduled
// sessions that the person hosted.
type HandoverResult struct {
	members.Removal
	HandedOver int
	Cancelled  int
}

// Undecided stands for handOver where a form asks for the new host and got no answer: the action is refused if the
// person hosts scheduled sessions, so that none is cancelled without a choice.
const Undecided = "undecided"

// CodeUndecided refuses an action that needs a choice of who takes over.
const CodeUndecided = "required"

// HandOverRequired refuses an action without a choice of who takes over.
func HandOverRequired() error {
	return errs.Invalid("handOver", CodeUndecided, "Choose who takes over the sessions, or cancel them.")
}

// Remove is members.Remove, with what becomes of the sessions of who goes (R81): all are handed over to the account
// handOver, or cancelled with notice if that is empty. also is done in the same transaction.
func Remove(app core.App, actor *actors.Actor, user, handOver string, also ...members.BeforeFunc) (HandoverResult, error) {
	var parted HandoverResult
	ended, err := members.Remove(app, actor, user, append(also, parted.handOverOrCancel(actor, user, handOver))...)
	parted.Removal = ended
	return parted, err
}

// Leave is members.Leave, with what becomes of the actor's sessions.
func Leave(app core.App, actor *actors.Actor, handOver string, also ...members.BeforeFunc) (HandoverResult, error) {
	var parted HandoverResult
	ended, err := members.Leave(app, actor, append(also, parted.handOverOrCancel(actor, actor.Account.Id, handOver))...)
	parted.Removal = ended
	return parted, err
}

// RevokeRoles is members.RevokeRoles, with what becomes of the sessions of who may not host any more (R107).
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

// LosesHosting reports whether somebody in the team who may host could not any more without these roles.
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

// handOverOrCancel is what is done to somebody's sessions before he goes, in the transaction in which he goes.
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

// registerLeaving wires what becomes of the sessions of who is not in the team any more or may not host any more, by
// whatever deed.
func registerLeaving(app core.App) {
	app.OnRecordDeleteExecute("memberships").BindFunc(func(e *core.RecordEvent) error {
		return record.InTx(e, func() error {
			team, err := e.App.CountRecords("teams", idIs(e.Record.GetString("team")))
			if err != nil {
				return fmt.Errorf("find the team of a membership: %w", err)
			}
			if err := e.Next(); err != nil || team == 0 { // the team goes with all that is in it
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

// revokeMembersHosting is for a team in which members without the role Organizer may not host any more.
func revokeMembersHosting(tx core.App, team, reason string) error {
	var users []string
	err := tx.DB().NewQuery(`SELECT m.user FROM memberships m WHERE m.team = {:team} AND NOT m.organizer AND (
		EXISTS (SELECT 1 FROM sessions s WHERE s.team = m.team AND s.host = m.user AND s.status IN ('scheduled', 'running'))
		OR EXISTS (SELECT 1 FROM participants p JOIN sessions s ON s.id = p.session WHERE p.user = m.user AND s.team = m.team AND s.status = 'running' AND p.part IN ('host', 'cohost')))`).
		Bind(dbx.Params{"team": team}).Column(&users)
	if err != nil {
		return fmt.Errorf("find who may not host any more: %w", err)
	}
	for _, user := range users {
		if err := revokeHosting(tx, team, user, reason); err != nil {
			return err
		}
	}
	return nil
}

// CountHostedByMembers counts the scheduled sessions of a team that members without the role Organizer host: what is
// cancelled when not every member may host any more (D2, R107).
func CountHostedByMembers(app core.App, team string) (int, error) {
	n, err := app.CountRecords("sessions", dbx.HashExp{"team": team, "status": Scheduled},
		dbx.NewExp("host IN (SELECT user FROM memberships WHERE team = {:t} AND NOT organizer)", dbx.Params{"t": team}))
	if err != nil {
		return 0, fmt.Errorf("count what members host: %w", err)
	}
	return int(n), nil
}
