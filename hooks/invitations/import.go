package invitations

import (
	"context"
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
	"usher/hooks/tools/jobs"
	"usher/hooks/tools/ratelimit"
	"usher/hooks/tools/text"
)

// ImportLimit limits imports that one team starts.
var ImportLimit = ratelimit.Define("import", maxImportsPerHour, time.Hour)

// MaxImport is the maximum number of rows of an import.
const MaxImport = addresslist.MaxEntries

// Limits of a team: imports that haven't ended, and imports started in an hour. Each is kept for months.
const (
	MaxActiveImports  = 5
	maxImportsPerHour = 30
)

// CodeImportEnded is returned when stopping an import that has ended.
const CodeImportEnded = "import_over"

// States of an import. Done and stopped are final.
const (
	ImportWaiting = "waiting"
	ImportRunning = "running"
	ImportDone    = "done"
	ImportStopped = "stopped"
)

// Unchanged is the status of an import row that needed no change: the same list may be sent again.
const Unchanged = "unchanged"

var _ core.RecordProxy = (*Import)(nil)

// Import invites the addresses of a list in the background (R49).
type Import struct{ *core.Record }

// PreValidate returns an error unless the proxy holds an import.
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

// Active reports whether the import still has rows to process.
func (i *Import) Active() bool { return i.Status() == ImportWaiting || i.Status() == ImportRunning }

// Total returns the number of rows.
func (i *Import) Total() int { return i.GetInt("total") }

// Done returns the number of rows processed.
func (i *Import) Done() int { return i.GetInt("done") }

// File is the name of the list.
func (i *Import) File() string { return i.GetString("file") }

// Title names the import: its file, or "Pasted list".
func (i *Import) Title() string {
	if i.File() == "" {
		return "Pasted list"
	}
	return i.File()
}

// Reason says why the import stopped, or "".
func (i *Import) Reason() string { return i.GetString("reason") }

// CreatorID is the id of the account that started the import.
func (i *Import) CreatorID() string { return i.GetString("creator") }

// Created is when the import was started by its creator.
func (i *Import) Created() time.Time { return i.GetDateTime("created").Time() }

// Started is when the first row was processed; zero before.
func (i *Import) Started() time.Time { return i.GetDateTime("started").Time() }

// Finished is when the last row was processed or the import stopped; zero before.
func (i *Import) Finished() time.Time { return i.GetDateTime("finished").Time() }

// Count returns the number of rows with the status Invited, Updated, Unchanged or Refused.
func (i *Import) Count(status string) int {
	if status == Updated {
		status = "updated_rows"
	}
	return i.GetInt(status)
}

// Roles returns the roles offered to every row without roles of its own.
func (i *Import) Roles() actors.Roles { return actors.RolesOf(i.Record) }

// FindImport returns an import of the team, or errs.ErrNotFound.
func FindImport(app core.App, team, id string) (*Import, error) {
	return record.One[Import](app.RecordQuery("imports").AndWhere(dbx.HashExp{"id": id, "team": team}), "find import")
}

// ListImports returns the team's imports, newest first, at most limit.
func ListImports(app core.App, team string, limit int64) ([]*Import, error) {
	var all []*Import
	err := app.RecordQuery("imports").AndWhere(dbx.HashExp{"team": team}).OrderBy("created DESC", "rowid DESC").Limit(limit).All(&all)
	if err != nil {
		return nil, fmt.Errorf("list imports: %w", err)
	}
	return all, nil
}

// FindActiveImport returns the team's running import, else the next one waiting, or errs.ErrNotFound.
func FindActiveImport(app core.App, team string) (*Import, error) {
	return record.One[Import](app.RecordQuery("imports").AndWhere(dbx.HashExp{"team": team, "finished": ""}).OrderBy("created", "rowid"), "find the import that runs")
}

// StartImport stores the list in one transaction. Its rows are invited in the background, in their order, under the
// rules of Invite. file is the name of the uploaded file, if there is one.
func StartImport(app core.App, actor *actors.Actor, req Request, file string) (*Import, error) {
	req = req.checkLines()
	if err := validateImport(app, actor, req, true); err != nil {
		return nil, err
	}
	note, err := text.CleanText("note", "The note", req.Note, MaxNote)
	if err != nil {
		return nil, err
	}
	if file, err = text.CleanLine("file", "The name of the file", file, 200); err != nil {
		file = "" // informational only
	}
	var started *Import
	entry := audit.NewEntry(actor, "import.start")
	err = audit.Do(app, entry, func(tx core.App) error {
		current, err := actor.Reload(tx)
		if err != nil {
			return err
		}
		if !current.CanInvite(req.Roles, actors.Roles{}) {
			return errs.Forbidden(notAllowedText(current, req.Roles))
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
			"team": actor.Team.Id, "creator": actor.Account.Id, "admin": req.Roles.Admin, "organizer": req.Roles.Organizer,
			"note": note, "file": file, "address": actor.IP, "status": ImportWaiting, "total": len(req.Lines),
		})
		if err := tx.Save(started); err != nil {
			return err
		}
		entry.WithTarget(started.Id, file).With("roles", req.Roles.Names()).With("rows", len(req.Lines))
		return storeRows(tx, started.Id, req.Lines)
	})
	if err != nil {
		return nil, err
	}
	events.Publish(app, actor.Team.Id, events.Import)
	jobs.Wake(app, importerID)
	return started, nil
}

// validateImport checks an import as a whole: permission, size, rate and number. spend counts it against the rate
// limits; a preview doesn't.
func validateImport(app core.App, actor *actors.Actor, req Request, spend bool) error {
	if err := validateRequest(app, actor, req, "import.start", MaxImport, "import"); err != nil {
		return err
	}
	if err := limitActiveImports(app, actor.Team.Id); err != nil {
		return err
	}
	if err := limitPerMinute(app, actor, spend); err != nil {
		return err
	}
	return limitRate(ImportLimit.In(app), actor, spend, "Too many imports in the last hour. Try again later, or combine several lists into one.")
}

func limitActiveImports(tx core.App, team string) error {
	n, err := tx.CountRecords("imports", dbx.HashExp{"team": team, "finished": ""})
	if err != nil {
		return fmt.Errorf("count the imports that wait: %w", err)
	}
	if n >= MaxActiveImports {
		return errs.Invalid("base", errs.CodeTooMany, fmt.Sprintf("%d imports are still running or waiting. Wait until one finishes, or stop one.", n))
	}
	return nil
}

// storeRows stores the rows, with the errors already known: invalid addresses and duplicates.
func storeRows(tx core.App, id string, lines []Line) error {
	seen := make(map[string]bool, len(lines))
	rows := make([][8]any, len(lines))
	for n, line := range lines {
		err := line.Err
		if err == nil && seen[line.Address] {
			err = duplicateError()
		}
		if err == nil {
			seen[line.Address] = true
		}
		_, code, reason, _ := errs.Details(err)
		rows[n] = [8]any{text.Shorten(line.Raw, 500), text.Shorten(line.Name, 200), line.Address, code, reason, line.Row, line.Roles, line.Tags}
	}
	data, err := json.Marshal(rows)
	if err != nil {
		return fmt.Errorf("store the rows of an import: %w", err)
	}
	_, err = tx.NonconcurrentDB().NewQuery(`INSERT INTO import_rows (import, n, raw, name, address, code, message, line, roles, tags)
		SELECT {:id}, key + 1, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7 FROM json_each({:rows})`).
		Bind(dbx.Params{"id": id, "rows": string(data)}).Execute()
	if err != nil {
		return fmt.Errorf("store the rows of an import: %w", err)
	}
	return nil
}

func duplicateError() error { return errs.Invalid("email", CodeDuplicate, "Listed twice.") }

// StopImport ends an import. Rows already processed stay as they are.
func StopImport(app core.App, actor *actors.Actor, id string) (*Import, error) {
	var stopped *Import
	entry := audit.NewEntry(actor, "import.stop").WithTarget(id, "")
	err := audit.Do(app, entry, func(tx core.App) error {
		current, err := actor.Reload(tx)
		if err != nil {
			return err
		}
		if !current.CanInvite(actors.Roles{}, actors.Roles{}) {
			return errs.Forbidden("Only the Owner and Admins can stop an import.")
		}
		if stopped, err = FindImport(tx, actor.Team.Id, id); err != nil {
			return err
		}
		entry.WithTarget(id, stopped.GetString("file"))
		if !stopped.Active() {
			return errs.Invalid("base", CodeImportEnded, "This import has already ended.")
		}
		return stopped.close(tx, ImportStopped, "Stopped by "+actor.Name()+".")
	})
	if err == nil {
		events.Publish(app, actor.Team.Id, events.Import)
	}
	return stopped, err
}

func (i *Import) close(tx core.App, status, reason string) error {
	i.Set("status", status)
	i.Set("reason", text.Shorten(reason, 300))
	i.Set("finished", types.NowDateTime())
	return record.SaveTrusted(tx, i)
}
