package invitations

import (
	"cmp"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/mail"
)

// EachRow calls take for every row of an import, in the order of the list.
func EachRow(app core.App, i *Import, take func(ImportRow) error) error {
	for after := 0; ; {
		rows, err := queryRows(app, i, "n > {:after} ORDER BY n LIMIT 1000", dbx.Params{"after": after})
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, row := range rows {
			if err := take(row); err != nil {
				return err
			}
		}
		after = rows[len(rows)-1].N
	}
}

// RefusedRows returns the first refused rows, at most limit.
func RefusedRows(app core.App, i *Import, limit int) ([]ImportRow, error) {
	return queryRows(app, i, "status = 'refused' ORDER BY n LIMIT {:limit}", dbx.Params{"limit": limit})
}

func queryRows(app core.App, i *Import, where string, params dbx.Params) ([]ImportRow, error) {
	var rows []ImportRow
	params["id"], params["team"] = i.Id, i.GetString("team")
	err := app.DB().NewQuery("SELECT * FROM (SELECT n, line, raw, name, address, roles, tags, status, code, message, " + invitationOfRow +
		" invitation FROM import_rows r WHERE import = {:id}) WHERE " + where).Bind(params).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("read the rows of an import: %w", err)
	}
	return rows, readEmails(app, rows)
}

// PendingOfImport returns the ids of the import's invitations that are still pending, in the order of the list. An
// invitation that was sent to the same address after the import isn't among them.
func PendingOfImport(app core.App, i *Import) (ids []string, err error) {
	err = app.DB().NewQuery("SELECT i.id FROM (SELECT r.n, " + invitationOfRow + ` invitation FROM import_rows r WHERE import = {:id} AND status IN ('invited', 'updated')) r
		JOIN invitations i ON i.id = r.invitation WHERE i.status = 'pending' AND i.expires > {:now} AND i.created <= {:end} ORDER BY r.n`).
		Bind(dbx.Params{"id": i.Id, "team": i.GetString("team"), "now": types.NowDateTime().String(), "end": cmp.Or(i.GetString("finished"), "9")}).Column(&ids)
	if err != nil {
		return nil, fmt.Errorf("find the pending invitations of an import: %w", err)
	}
	return ids, nil
}

// invitationOfRow is the id of the newest invitation of an invited row r; newestOfRow is the status of its newest
// email.
const (
	invitationOfRow = `CASE WHEN r.status IN ('invited', 'updated') THEN coalesce((SELECT i.id FROM invitations i
		WHERE i.team = {:team} AND i.email = r.address ORDER BY i.created DESC, i.rowid DESC LIMIT 1), '') ELSE '' END`
	newestOfRow = `coalesce((SELECT o.status FROM outbox o WHERE o.about = invitation ORDER BY o.created DESC, o.rowid DESC LIMIT 1), '')`
)

// readEmails sets the email state of each row. If email isn't enabled, none was sent.
func readEmails(app core.App, rows []ImportRow) error {
	var ids []string
	for _, row := range rows {
		if row.Invitation != "" {
			ids = append(ids, row.Invitation)
		}
	}
	states, err := mail.DeliveryStates(app, ids)
	for n := range rows {
		rows[n].Email = states[rows[n].Invitation]
	}
	return err
}

// InvitedRows returns the invited rows, those with undelivered email first; it skips offset rows and returns at most
// limit.
func InvitedRows(app core.App, i *Import, offset, limit int) ([]ImportRow, error) {
	return queryRows(app, i, "status IN ('invited', 'updated') ORDER BY "+newestOfRow+
		" IN ('delayed', 'returned', 'failed', 'bounced', 'complained', 'dropped') DESC, n LIMIT {:limit} OFFSET {:offset}",
		dbx.Params{"limit": limit, "offset": offset})
}
