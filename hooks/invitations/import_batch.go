package invitations

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/mail"
	"usher/hooks/people"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// ImportRow is a row of an import and its result.
type ImportRow struct {
	N       int    `db:"n" json:"-"`
	Line    int    `db:"line" json:"-"` // row in the file or line in the text; 0 if it was sent separately
	Raw     string `db:"raw" json:"-"`
	Name    string `db:"name" json:"-"`
	Address string `db:"address" json:"-"`
	Roles   string `db:"roles" json:"-"` // as in the list; empty: those of the import
	Tags    string `db:"tags" json:"-"`
	Status  string `db:"status" json:"status"` // empty: not processed yet
	Code    string `db:"code" json:"code"`
	Message string `db:"message" json:"message"`

	Invitation string     `db:"invitation" json:"-"` // newest one of the address, for invited rows
	Email      mail.State `db:"-" json:"-"`          // state of its newest email; Status is empty if there is none
}

// Number identifies the row for people: its row in the file or line in the text, else its position in the list.
func (r ImportRow) Number() int {
	if r.Line > 0 {
		return r.Line
	}
	return r.N
}

// unchangedCodes are the codes of rows that need no change: what they ask for is already so.
var unchangedCodes = map[string]bool{CodeAlreadyMember: true, CodeAlreadyInvited: true, CodeDuplicate: true}

// runBatch processes the next rows of an import in one transaction: the invitations, their emails and audit entries,
// the result of each row, and the counts. If it is interrupted, every row is processed once or not at all. It returns
// the import as it is afterwards.
func runBatch(app core.App, team, id string, size int) (*Import, error) {
	var i *Import
	err := app.RunInTransaction(func(tx core.App) (err error) {
		if i, err = FindImport(tx, team, id); err != nil || !i.Active() {
			return err
		}
		actor, err := i.actor(tx)
		var reason string
		if _, _, reason, _ = errs.Details(err); reason != "" {
			return i.finish(tx, ImportStopped, reason)
		}
		if err != nil {
			return err
		}
		rows, err := nextRows(tx, i, size)
		if err != nil {
			return err
		}
		for n := range rows {
			if err := i.inviteRow(tx, actor, &rows[n]); err != nil {
				return err
			}
		}
		if err := i.saveResults(tx, rows); err != nil {
			return err
		}
		return people.Refresh(tx, team) // cheap for a whole batch, and list readers never wait for a writer
	})
	return i, err
}

// actor returns the user who started the import with their current rights. Lost rights apply to the remaining rows.
func (i *Import) actor(tx core.App) (*actors.Actor, error) {
	gone := errs.Invalid("base", errs.CodeNotAllowed, "The user who started this import is no longer an Admin of the team.")
	account, err := tx.FindRecordById("users", i.GetString("creator"))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, gone
	}
	if err != nil {
		return nil, fmt.Errorf("find the account that started an import: %w", err)
	}
	actor, err := actors.Find(tx, account, i.GetString("team"))
	switch {
	case errors.Is(err, errs.ErrNotFound):
		return nil, gone
	case err != nil:
		return nil, err
	case !actor.CanInvite(i.Roles(), actors.Roles{}):
		return nil, errs.Invalid("base", errs.CodeNotAllowed, actors.DisplayName(account)+" can no longer offer these roles.")
	}
	actor.IP = i.GetString("address")
	return actor, nil
}

func nextRows(tx core.App, i *Import, size int) ([]ImportRow, error) {
	var rows []ImportRow
	err := tx.DB().NewQuery(`SELECT n, raw, name, address, roles, tags, status, code, message FROM import_rows
		WHERE import = {:id} AND n > {:done} ORDER BY n LIMIT {:size}`).WithContext(record.Prepared).
		Bind(dbx.Params{"id": i.Id, "done": i.Done(), "size": size}).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("read the rows of an import: %w", err)
	}
	return rows, nil
}

// inviteRow does what Invite does for one row. A refusal rolls back only what this row wrote.
func (i *Import) inviteRow(tx core.App, actor *actors.Actor, row *ImportRow) error {
	if row.Code != "" {
		row.markRefused()
		return nil
	}
	if err := savepoint(tx, "SAVEPOINT import_row"); err != nil {
		return err
	}
	done, err := inviteAddress(tx, actor, Request{Roles: i.Roles(), Note: i.GetString("note")}, row.asLine())
	if err != nil {
		var ok bool
		if _, row.Code, row.Message, ok = errs.Details(err); !ok {
			return err
		}
		row.markRefused()
		if err := savepoint(tx, "ROLLBACK TO import_row"); err != nil {
			return err
		}
	}
	if err := savepoint(tx, "RELEASE import_row"); err != nil {
		return err
	}
	entry := audit.NewEntry(actor, "invitation.create").WithTarget("", row.Address).With("import", i.Id)
	switch {
	case row.Code == errs.CodeNotAllowed:
		return audit.WriteRefused(tx, entry, row.Code)
	case row.Code != "":
		return nil
	}
	row.Status = done.status
	done.describe(entry)
	if err := audit.Write(tx, entry); err != nil {
		return err
	}
	return done.send(tx, i.Total() >= bulkFrom)
}

// asLine returns the row as a line of a list.
func (r *ImportRow) asLine() Line {
	return Line{Raw: r.Raw, Name: r.Name, Address: r.Address, Roles: r.Roles, Tags: r.Tags}
}

func (r *ImportRow) markRefused() {
	r.Status = Refused
	if unchangedCodes[r.Code] {
		r.Status = Unchanged
	}
}

func savepoint(tx core.App, statement string) error {
	if _, err := tx.NonconcurrentDB().NewQuery(statement).WithContext(record.Prepared).Execute(); err != nil {
		return fmt.Errorf("isolate a row of an import: %w", err)
	}
	return nil
}

// saveResults stores the results of the rows, and ends the import after the last one.
func (i *Import) saveResults(tx core.App, rows []ImportRow) error {
	data, err := json.Marshal(rows)
	if err != nil {
		return fmt.Errorf("save the rows of an import: %w", err)
	}
	_, err = tx.NonconcurrentDB().NewQuery(`UPDATE import_rows SET (status, code, message) =
		(SELECT value ->> 'status', value ->> 'code', value ->> 'message' FROM json_each({:rows}) WHERE key = n - {:done} - 1)
		WHERE import = {:id} AND n > {:done} AND n <= {:to}`).WithContext(record.Prepared).
		Bind(dbx.Params{"rows": string(data), "id": i.Id, "done": i.Done(), "to": i.Done() + len(rows)}).Execute()
	if err != nil {
		return fmt.Errorf("save the rows of an import: %w", err)
	}
	i.Set("done", i.Done()+len(rows))
	for _, row := range rows {
		field := row.Status
		if field == Updated {
			field = "updated_rows"
		}
		i.Set(field, i.GetInt(field)+1)
	}
	if i.Status() == ImportWaiting {
		i.Set("status", ImportRunning)
		i.Set("started", types.NowDateTime())
	}
	if i.Done() >= i.Total() || len(rows) == 0 {
		return i.finish(tx, ImportDone, "")
	}
	return record.SaveTrusted(tx, i)
}

// finish ends the import and writes its result to the audit log.
func (i *Import) finish(tx core.App, status, reason string) (err error) {
	entry := &audit.Entry{Team: i.GetString("team"), Actor: i.GetString("creator"), IP: i.GetString("address"), Action: "import.done"}
	if status == ImportStopped {
		entry.Action = "import.stopped"
	}
	if entry.ActorName, err = people.FindActorName(tx, entry.Team, entry.Actor, "import.start", i.Id); err != nil {
		return err
	}
	entry.WithTarget(i.Id, i.GetString("file"))
	for _, count := range []string{Invited, Updated, Unchanged, Refused} {
		entry.With(count, i.Count(count))
	}
	if reason != "" {
		entry.With("reason", reason)
	}
	if err := i.close(tx, status, reason); err != nil {
		return err
	}
	return audit.Write(tx, entry)
}
