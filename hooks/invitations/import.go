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
	"usher/hooks/events"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/ratelimit"
	"usher/hooks/tools/text"
)

// importLimit limits imports that one team starts.
var importLimit = ratelimit.Define("import", maxImportsPerHour, time.Hour)

// MaxImport is how many rows an import may have.
const MaxImport = addresslist.MaxEntries

// How many imports a team may have that have not ended, and start in an hour: each is kept for months.
const (
	maxActiveImports  = 5
	maxImportsPerHour = 30
)

// CodeImportEnded refuses to stop an import that has ended.
const CodeImportEnded = "import_over"

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

// Active reports whether rows are still to come.
func (i *Import) Active() bool { return i.Status() == ImportWaiting || i.Status() == ImportRunning }

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

// TimeOf reads one of the times created, started and finished; zero if it is not yet.
func (i *Import) TimeOf(field string) time.Time { return i.GetDateTime(field).Time() }

// FindImport reads an import of the team, or record.ErrNotFound.
func FindImport(app core.App, team, id string) (*Import, error) {
	i := &Import{}
	err := app.RecordQuery("imports").AndWhere(dbx.HashExp{"id": id, "team": team}).Limit(1).One(i)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errs.NotFound
	}
	if err != nil {
		return nil, fmt.Errorf("find import: %w", err)
	}
	return i, nil
}

// ListImports lists the imports of a team, the newest first, at most limit.
func ListImports(app core.App, team string, limit int64) ([]*Import, error) {
	var all []*Import
	err := app.RecordQuery("imports").AndWhere(dbx.HashExp{"team": team}).OrderBy("created DESC", "rowid DESC").Limit(limit).All(&all)
	if err != nil {
		return nil, fmt.Errorf("list imports: %w", err)
	}
	return all, nil
}

// FindActiveImport is the import of the team that runs, or else waits; record.ErrNotFound if none does.
func FindActiveImport(app core.App, team string) (*Import, error) {
	i := &Import{}
	err := app.RecordQuery("imports").AndWhere(dbx.HashExp{"team": team, "finished": ""}).OrderBy("created", "rowid").Limit(1).One(i)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errs.NotFound
	}
	if err != nil {
		return nil, fmt.Errorf("find the import that runs: %w", err)
	}
	return i, nil
}

// StartImport takes the list in, in one transaction; its rows are invited in the background, in their order, by
// the rules of Invite. file is the name of the file, if it came in one.
func StartImport(app core.App, actor *actors.Actor, offer Request, file string) (*Import, error) {
	if err := validateImport(app, actor, offer, true); err != nil {
		return nil, err
	}
	note, err := text.CleanText("note", "The note", offer.Note, 500)
	if err != nil {
		return nil, err
	}
	if file, err = text.CleanLine("file", "The name of the file", file, 200); err != nil {
		file = "" // it only reminds of where the list came from
	}
	var started *Import
	entry := audit.NewEntry(actor, "import.start")
	err = audit.Do(app, entry, func(tx core.App) error {
		again, err := actor.Reload(tx)
		if err != nil {
			return err
		}
		if !again.CanInvite(offer.Roles, actors.Roles{}) {
			return errs.Forbidden(notAllowedText(again, offer.Roles))
		}
		if err := limitActiveImports(tx, actor.Team.Id); err != nil {
			return err
		}
		collection, err := tx.FindCachedCollectionByNameOrId("imports")
		if err != nil {
			return fmt.Errorf("find imports: %w", err)
		}
		started = &Import{core.NewRecord(collection)}
		started.Load(map[string]any{
			"team": actor.Team.Id, "creator": actor.Account.Id, "admin": offer.Roles.Admin, "organizer": offer.Roles.Organizer,
			"note": note, "file": file, "address": actor.IP, "status": ImportWaiting, "total": len(offer.Lines),
		})
		if err := tx.Save(started); err != nil {
			return err
		}
		entry.WithTarget(started.Id, file).With("roles", offer.Roles.Names()).With("rows", len(offer.Lines))
		return storeRows(tx, started.Id, offer.Lines)
	})
	if err != nil {
		return nil, err
	}
	events.Publish(app, actor.Team.Id, events.Import)
	wakeImporter(app)
	return started, nil
}

// validateImport judges an import as a whole: who may, how long it is, how often and how many. spend uses a place of the
// rate limits; a preview does not.
func validateImport(app core.App, actor *actors.Actor, offer Request, spend bool) error {
	if err := validateRequest(app, actor, offer, "import.start", MaxImport, "Import"); err != nil {
		return err
	}
	if err := limitActiveImports(app, actor.Team.Id); err != nil {
		return err
	}
	if err := limitPerMinute(app, actor, spend); err != nil {
		return err
	}
	return limitRate(importLimit.In(app), actor, spend, "Too many lists in an hour. Try again later, or combine several lists into one.")
}

func limitActiveImports(tx core.App, team string) error {
	n, err := tx.CountRecords("imports", dbx.HashExp{"team": team, "finished": ""})
	if err != nil {
		return fmt.Errorf("count the imports that wait: %w", err)
	}
	if n >= maxActiveImports {
		return errs.Invalid("base", errs.CodeTooMany, fmt.Sprintf("%d imports are waiting. Wait until one is done, or stop one.", n))
	}
	return nil
}

// storeRows writes the rows, with what is known of them already: those that are no address, or stand further up.
func storeRows(tx core.App, id string, lines []Line) error {
	seen := make(map[string]bool, len(lines))
	rows := make([][6]any, len(lines))
	for n, line := range lines {
		err := line.Err
		if err == nil && seen[line.Address] {
			err = duplicateError()
		}
		if err == nil {
			seen[line.Address] = true
		}
		_, code, reason, _ := errs.Details(err)
		rows[n] = [6]any{truncate(line.Raw, 500), truncate(line.Name, 200), line.Address, code, reason, line.Row}
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

func duplicateError() error { return errs.Invalid("email", CodeDuplicate, "Listed twice.") }

// StopImport ends an import; what was done stays.
func StopImport(app core.App, actor *actors.Actor, id string) (*Import, error) {
	var stopped *Import
	entry := audit.NewEntry(actor, "import.stop").WithTarget(id, "")
	err := audit.Do(app, entry, func(tx core.App) error {
		again, err := actor.Reload(tx)
		if err != nil {
			return err
		}
		if !again.CanInvite(actors.Roles{}, actors.Roles{}) {
			return errs.Forbidden("Only the Owner and Admins stop an import.")
		}
		if stopped, err = FindImport(tx, actor.Team.Id, id); err != nil {
			return err
		}
		entry.WithTarget(id, stopped.GetString("file"))
		if !stopped.Active() {
			return errs.Invalid("base", CodeImportEnded, "This import has ended already.")
		}
		return stopped.close(tx, ImportStopped, actor.Name()+" stopped it.")
	})
	if err == nil {
		events.Publish(app, actor.Team.Id, events.Import)
	}
	return stopped, err
}

func (i *Import) close(tx core.App, status, reason string) error {
	i.Set("status", status)
	i.Set("reason", truncate(reason, 300))
	i.Set("finished", types.NowDateTime())
	return record.SaveTrusted(tx, i)
}
