package people

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/actors"
)

// History is how a user came into a team and what they did there. It holds nothing about other teams.
type History struct {
	Joined      types.DateTime `db:"joined"`        // when they joined the team, as member or guest; zero for an invitee
	MemberSince types.DateTime `db:"member_since"`  // later than Joined if they came as a guest; zero for guests and invitees
	Founder     bool           `db:"founder"`       // they created the team
	Invited     types.DateTime `db:"invited"`       // when they were invited, or last if they aren't in the team; zero: without an invitation
	Inviter     string         `db:"inviter"`       // name of who invited or added them; empty if unknown
	InviterID   string         `db:"inviter_id"`    // account of the inviter, if still in the team
	Hosted      int            `db:"hosted"`        // sessions that took place and were hosted by them
	LastHosted  types.DateTime `db:"last_hosted"`   // start of the last one
	Attended    int            `db:"attended"`      // sessions that they joined, including those that they hosted
	LastJoined  types.DateTime `db:"last_attended"` // when they last joined one
}

// FindHistory reads the history of a row of the team's list, in one query.
func FindHistory(app core.App, team string, row *Row) (History, error) {
	var history History
	params := dbx.Params{"team": team, "user": row.User, "invitation": row.Invitation, "member": actors.Member}
	if err := app.DB().NewQuery(historySQL).Bind(params).One(&history); err != nil {
		return history, fmt.Errorf("find the history of a user: %w", err)
	}
	return history, nil
}

// FindInviter returns the name of who sent an invitation of the team, or "" if it isn't known.
func FindInviter(app core.App, team, invitation string) (string, error) {
	var name string
	err := app.DB().NewQuery("WITH i AS (SELECT * FROM invitations WHERE id = {:invitation} AND team = {:team}), " + inviterSQL + " SELECT coalesce(" + inviterNames + ", '')").
		Bind(dbx.Params{"team": team, "invitation": invitation}).Row(&name)
	if err != nil {
		return "", fmt.Errorf("find who sent an invitation: %w", err)
	}
	return name, nil
}

// FindActorName returns the name of who did something in the team, for as long as they are in it. Of someone who left it returns the
// name of that time, from the entry of the action on the target in the audit log, or "" if there is none.
func FindActorName(app core.App, team, user, action, target string) (string, error) {
	var name string
	err := app.DB().NewQuery(`SELECT coalesce(
			(SELECT coalesce(nullif(u.name, ''), u.email) FROM memberships m JOIN users u ON u.id = m.user WHERE m.team = {:team} AND m.user = {:user}),
			(SELECT actor_name FROM audit WHERE team = {:team} AND target = {:target} AND action = {:action} AND result = 'ok' ORDER BY seq LIMIT 1), '')`).
		Bind(dbx.Params{"team": team, "user": user, "action": action, "target": target}).Row(&name)
	if err != nil {
		return "", fmt.Errorf("find the name of a user who may have left: %w", err)
	}
	return name, nil
}

// inviterSQL is the account that sent the invitation i, while it is in the team. Of an inviter who left, the audit log has the name
// of that time: the account may have a new one, which is none of the team's business.
const (
	inviterSQL = `inviter AS (SELECT u.id, coalesce(nullif(u.name, ''), u.email) name FROM i
		CROSS JOIN memberships b ON b.team = {:team} AND b.user = i.inviter CROSS JOIN users u ON u.id = b.user)`
	inviterNames = `(SELECT name FROM inviter),
		(SELECT actor_name FROM audit WHERE team = {:team} AND target = (SELECT id FROM i) AND action = 'invitation.create' AND result = 'ok' ORDER BY seq LIMIT 1)`
)

// historySQL finds the invitation that a membership began with: the first that was accepted as the membership was created, or
// after it by someone who came as a guest.
const historySQL = `
	WITH m AS (SELECT * FROM memberships WHERE team = {:team} AND user = {:user}),
	i AS (SELECT * FROM invitations WHERE id = iif({:user} = '', {:invitation}, (
		SELECT a.id FROM m CROSS JOIN invitations a ON a.user = m.user AND a.team = m.team
		WHERE a.user != '' AND a.status = 'accepted' AND a.answered >= strftime('%Y-%m-%d %H:%M:%fZ', m.created, '-1 minute')
			AND (m.came_as_guest OR a.answered <= strftime('%Y-%m-%d %H:%M:%fZ', m.created, '+1 minute'))
		ORDER BY a.answered LIMIT 1))),
	` + inviterSQL + `,
	hosted AS (SELECT count(*) n, coalesce(max(started), '') last FROM sessions WHERE host = {:user} AND host != '' AND team = {:team} AND started != ''),
	attended AS (SELECT count(DISTINCT session) n, coalesce(max(joined), '') last FROM attendances WHERE user = {:user} AND user != '' AND team = {:team})
	SELECT coalesce((SELECT created FROM m), '') joined,
		coalesce((SELECT iif(kind != {:member}, '', iif(came_as_guest, (SELECT answered FROM i), created)) FROM m), '') member_since,
		EXISTS (SELECT 1 FROM m CROSS JOIN audit ON audit.team = m.team AND audit.action = 'team.found' AND audit.actor = m.user AND audit.result = 'ok') founder,
		coalesce((SELECT created FROM i), '') invited,
		coalesce(` + inviterNames + `,
			(SELECT actor_name FROM audit WHERE team = {:team} AND target = {:user} AND target != '' AND action = 'member.add' AND result = 'ok' ORDER BY seq DESC LIMIT 1),
			'') inviter,
		coalesce((SELECT id FROM inviter), '') inviter_id,
		hosted.n hosted, hosted.last last_hosted, attended.n attended, attended.last last_attended
	FROM hosted, attended`
