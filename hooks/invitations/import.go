package invitations

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/actors"
	"usher/hooks/addresslist"
	"usher/hooks/audit"
	"usher/hooks/changes"
	"usher/hooks/limits"
	"usher/hooks/record"
)

// MaxImport is how many rows an import may have.
const MaxImport = addresslist.MaxEntries

// How many imports a team may have that have not ended, and start in an hour: each is kept for months.
const (
	maxOpenImports   = 5
	maxImportsAnHour = 30
)

// CodeOver refuses to stop an import that has ended.
const CodeOver = "import_over"

// The states of an import. Done and stopped are final.
const (
	ImportWaiting = "waiting"
	ImportRunning = "running"
	ImportDone    = "done"
	ImportStopped = "stopped"
)

// Unchanged is what came of a row of an import in which there was nothing to do: a list may be sent again.
const Unchanged = "unchanged"

var _ core.RecordProxy = (*Import)(nil)

// Import invites a list of addresses in the background (R49).
type Import struct{ *core.Record }

// PreValidate makes sure that the proxy holds an import.
func (i *Import) PreValidate(context.Context, core.App) error {
	if i.Record == nil || i.Collection().Name != "imports" {
		return errors.New("not an import")
	}
	return nil
}

// ProxyRecord returns the record.
func (i *Import) ProxyRecord() *core.Record { return i.Record }

// SetProxyRecord sets the record.
func (i *Import) SetProxyRecord(r *core.Record) { i.Record = r }

// Status is ImportWaiting, ImportRunning, ImportDone or ImportStopped.
func (i *Import) Status() string { return i.GetString("status") }

// Open reports whether rows are still to come.
func (i *Import) Open() bool { return i.Status() == ImportWaiting || i.Status() == ImportRunning }

// Total is how many rows it has.
func (i *Import) Total() int { return i.GetInt("total") }

// Done is how many rows were gone through.
func (i *Import) Done() int { return i.GetInt("done") }

// Count is how many rows came to that: Invited, Updated, Unchanged or Refused.
func (i *Import) Count(status string) int {
	if status == Updated {
		status = "updated_rows"
	}
	return i.GetInt(status)
}

// Roles is what is offered to every row.
func (i *Import) Roles() actors.Roles { return actors.RolesOf(i.Record) }

// At reads one of the times created, started and finished; zero if it is not yet.
func (i *Import) At(field string) time.Time { return i.GetDateTime(field).Time() }

// FindImport reads an import of the team, or record.ErrNotFound.
func FindImport(app core.App, team, id string) (*Import, error) {
	i := &Import{}
	err := app.RecordQuery("imports").AndWhere(dbx.HashExp{"id": id, "team": team}).Limit(1).One(i)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, record.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("find import: %w", err)
	}
	return i, nil
}

// Imports lists the imports of a team, the newest first, at most limit.
func Imports(app core.App, team string, limit int64) ([]*Import, error) {
	var all []*Import
	err := app.RecordQuery("imports").AndWhere(dbx.HashExp{"team": team}).OrderBy("created DESC", "rowid DESC").Limit(limit).All(&all)
	if err != nil {
		return nil, fmt.Errorf("list imports: %w", err)
	}
	return all, nil
}

// OpenImport is the import of the team that runs, or else waits; record.ErrNotFound if none does.
func OpenImport(app core.App, team string) (*Import, error) {
	i := &Import{}
	err := app.RecordQuery("imports").AndWhere(dbx.HashExp{"team": team, "finished": ""}).OrderBy("created", "rowid").Limit(1).One(i)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, record.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("find the import that runs: %w", err)
	}
	return i, nil
}

// StartImport takes the list in, in one transaction; its rows are invited in the background, in their order, by
// the rules of Invite. file is the name of the file, if it came in one.
func StartImport(app core.App, actor *actors.Actor, offer Offer, file string) (*Import, error) {
	if err := mayImport(app, actor, offer, true); err != nil {
		return nil, err
	}
	note, err := record.Paragraph("note", "The note", offer.Note, 500)
	if err != nil {
		return nil, err
	}
	if file, err = record.Line("file", "The name of the file", file, 200); err != nil {
		file = "" // it only reminds of where the list came from
	}
	var started *Import
	entry := audit.By(actor, "import.start")
	err = audit.Do(app, entry, func(tx core.App) error {
		again, err := actor.Again(tx)
		if err != nil {
			return err
		}
		if !again.CanInvite(offer.Roles, actors.Roles{}) {
			return record.Forbid(notAllowed(again, offer.Roles))
		}
		if err := fewOpen(tx, actor.Team.Id); err != nil {
			return err
		}
		collection, err := tx.FindCachedCollectionByNameOrId("imports")
		if err != nil {
			return fmt.Errorf("find imports: %w", err)
		}
		started = &Import{core.NewRecord(collection)}
		started.Load(map[string]any{
			"team": actor.Team.Id, "creator": actor.Account.Id, "admin": offer.Roles.Admin, "organizer": offer.Roles.Organizer,
			"note": note, "file": file, "address": actor.From, "status": ImportWaiting, "total": len(offer.Lines),
		})
		if err := tx.Save(started); err != nil {
			return err
		}
		entry.On(started.Id, file).With("roles", offer.Roles.Names()).With("rows", len(offer.Lines))
		return store(tx, started.Id, offer.Lines)
	})
	if err != nil {
		return nil, err
	}
	changes.Tell(app, actor.Team.Id, changes.Import)
	wakeImporter(app)
	return started, nil
}

// mayImport judges an import as a whole: who may, how long it is, how often and how many. spend uses a place of the
// rate limits; a preview does not.
func mayImport(app core.App, actor *actors.Actor, offer Offer, spend bool) error {
	if err := mayAsk(app, actor, offer, "import.start", MaxImport, "Import"); err != nil {
		return err
	}
	if err := fewOpen(app, actor.Team.Id); err != nil {
		return err
	}
	if err := perMinute(app, actor, spend); err != nil {
		return err
	}
	return within(limits.For(app, "import", maxImportsAnHour, time.Hour), actor, spend, "Too many lists in an hour. Try again later, or combine several lists into one.")
}

func fewOpen(tx core.App, team string) error {
	n, err := tx.CountRecords("imports", dbx.HashExp{"team": team, "finished": ""})
	if err != nil {
		return fmt.Errorf("count the imports that wait: %w", err)
	}
	if n >= maxOpenImports {
		return record.Refuse("base", record.CodeTooMany, fmt.Sprintf("%d imports are waiting. Wait until one is done, or stop one.", n))
	}
	return nil
}

// store writes the rows, with what is known of them already: those that are no address, or stand further up.
func store(tx core.App, id string, lines []Line) error {
	seen := make(map[string]bool, len(lines))
	rows := make([][6]any, len(lines))
	for n, line := range lines {
		err := line.Fault
		if err == nil && seen[line.Address] {
			err = listedTwice()
		}
		if err == nil {
			seen[line.Address] = true
		}
		_, code, reason, _ := record.Refusal(err)
		rows[n] = [6]any{cut(line.Raw, 500), cut(line.Name, 200), line.Address, code, reason, line.Row}
	}
	data, err := json.Marshal(rows)
	if err != nil {
		return fmt.Errorf("store the rows of an import: %w", err)
	}
	_, err = tx.NonconcurrentDB().NewQuery(`INSERT INTO import_rows (import, n, raw, name, address, code, message, line)
		SELECT {:id}, key + 1, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 FROM json_each({:rows})`).
		Bind(dbx.Params{"id": id, "rows": string(data)}).Execute()
	if err != nil {
		return fmt.Errorf("store the rows of an import: %w", err)
	}
	return nil
}

func listedTwice() error { return record.Refuse("email", CodeDuplicate, "Listed twice.") }

// StopImport ends an import; what was done stays.
func StopImport(app core.App, actor *actors.Actor, id string) (*Import, error) {
	var stopped *Import
	entry := audit.By(actor, "import.stop").On(id, "")
	err := audit.Do(app, entry, func(tx core.App) error {
		again, err := actor.Again(tx)
		if err != nil {
			return err
		}
		if !again.CanInvite(actors.Roles{}, actors.Roles{}) {
			return record.Forbid("Only the Owner and Admins stop an import.")
		}
		if stopped, err = FindImport(tx, actor.Team.Id, id); err != nil {
			return err
		}
		entry.On(id, stopped.GetString("file"))
		if !stopped.Open() {
			return record.Refuse("base", CodeOver, "This import has ended already.")
		}
		return stopped.end(tx, ImportStopped, actor.Name()+" stopped it.")
	})
	if err == nil {
		changes.Tell(app, actor.Team.Id, changes.Import)
	}
	return stopped, err
}

func (i *Import) end(tx core.App, status, reason string) error {
	i.Set("status", status)
	i.Set("reason", cut(reason, 300))
	i.Set("finished", types.NowDateTime())
	return record.Write(tx, i)
}
