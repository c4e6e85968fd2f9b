package invitations_test

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/record"
)

// acceptBySQL writes the rows that accepting writes, and reads what it needs, by plain SQL: the answer, the membership,
// the next audit entry and, by triggers, the seats and the stale row of the index. It checks no rules and uses no
// PocketBase, so it is a lower bound.
func (c *largeTeam) acceptBySQL(n int) error {
	tx, err := c.app.NonconcurrentDB().(*dbx.DB).DB().BeginTx(record.Prepared, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	invitation, account, now := c.invitations[n], c.accounts[n], types.NowDateTime().String()
	var status, expires string
	var admin, organizer bool
	err = tx.QueryRowContext(record.Prepared, "SELECT status, expires, admin, organizer FROM invitations WHERE id = ?", invitation.Id).
		Scan(&status, &expires, &admin, &organizer)
	if err != nil {
		return err
	}
	var seq int
	var hash string
	err = tx.QueryRowContext(record.Prepared, "SELECT seq, hash FROM audit WHERE team = ? ORDER BY seq DESC LIMIT 1", c.team).Scan(&seq, &hash)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil // the team's first entry
	}
	write := func(statement string, args ...any) {
		if err == nil {
			_, err = tx.ExecContext(record.Prepared, statement, args...)
		}
	}
	write("UPDATE invitations SET status = 'accepted', user = ?, answered = ?, updated = ? WHERE id = ?", account.Id, now, now, invitation.Id)
	write("INSERT INTO memberships (id, team, user, kind, organizer, created, updated) VALUES (?, ?, ?, 'member', ?, ?, ?)",
		core.GenerateDefaultRandomId(), c.team, account.Id, organizer, now, now)
	write(`INSERT INTO audit (id, team, seq, previous, actor, actor_name, address, action, target, target_name, detail, result, at, hash)
		VALUES (?, ?, ?, ?, ?, ?, '192.0.2.1', 'invitation.accept', ?, ?, '{}', 'done', ?, ?)`,
		core.GenerateDefaultRandomId(), c.team, seq+1, hash, account.Id, account.GetString("name"), invitation.Id, invitation.GetString("email"), now, fmt.Sprintf("%064d", seq))
	if err == nil {
		err = tx.Commit()
	}
	if err != nil {
		return err
	}
	// The index is refreshed afterwards, as after every answer.
	e := new(core.RecordEvent)
	e.App, e.Record, e.Type = c.app, invitation, core.ModelEventTypeUpdate
	return c.app.OnRecordAfterUpdateSuccess("invitations").Trigger(e)
}
