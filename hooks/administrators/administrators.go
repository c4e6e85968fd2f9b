// Package administrators records in the audit log what server administrators change outside the application: in the
// dashboard, through PocketBase's API as a superuser, and on the command line.
package administrators

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"usher/hooks/audit"
	"usher/hooks/record"
)

type verb int

const (
	create verb = iota
	update
	remove
)

// writerKey is where a record keeps which superuser writes it, from the request to the transaction that writes it.
const writerKey = "@usherAdministrator"

type writer struct {
	id   string // of the superuser
	from string // network address
}

// Register records every change that a superuser makes to a record, in the transaction of the change, and every refusal.
func Register(app core.App) {
	app.OnRecordCreateRequest().BindFunc(requested(create))
	app.OnRecordUpdateRequest().BindFunc(requested(update))
	app.OnRecordDeleteRequest().BindFunc(requested(remove))
	app.OnRecordCreateExecute().BindFunc(written(create))
	app.OnRecordUpdateExecute().BindFunc(written(update))
	app.OnRecordDeleteExecute().BindFunc(written(remove))
}

func requested(v verb) func(*core.RecordRequestEvent) error {
	return func(e *core.RecordRequestEvent) error {
		if !e.HasSuperuserAuth() {
			return e.Next()
		}
		by := &writer{e.Auth.Id, e.RealIP()}
		change, err := changeOf(e.App, v, e.Record)
		if err != nil {
			return err
		}
		e.Record.SetRaw(writerKey, by)
		defer e.Record.SetRaw(writerKey, nil)
		err = e.Next()
		if code := refusal(err); code != "" {
			change.refused(e.App).write(e.App, func(tx core.App, entry *audit.Entry) error {
				return audit.WriteRefused(tx, by.sign(entry), code)
			})
		}
		return err
	}
}

// refusal returns the code of a refusal, or "". PocketBase answers other errors of a save as the caller's mistake, too.
func refusal(err error) string {
	var api *router.ApiError
	if !errors.As(err, &api) {
		return record.Code(err)
	}
	cause, _ := api.RawData().(error)
	if code := record.Code(cause); code != "" {
		return code
	}
	if api.Status >= http.StatusInternalServerError || record.OutageOf(cause) != record.NoOutage {
		return ""
	}
	return "refused"
}

func written(v verb) func(*core.RecordEvent) error {
	return func(e *core.RecordEvent) error {
		by, ok := e.Record.GetRaw(writerKey).(*writer)
		if !ok && (e.Record.Collection().Name != core.CollectionNameSuperusers || !hasLog(e.App)) {
			return e.Next()
		}
		return record.InTx(e, func() error {
			change, err := changeOf(e.App, v, e.Record)
			if err != nil {
				return err
			}
			if err := e.Next(); err != nil {
				return err
			}
			change.finish(e.App)
			return change.each(func(entry *audit.Entry) error { return audit.Write(e.App, by.sign(entry)) })
		})
	}
}

// hasLog is false before the first migration: the command line makes superusers then, too.
func hasLog(app core.App) bool {
	_, err := app.FindCachedCollectionByNameOrId("audit")
	return err == nil
}

// sign names the writer: a superuser, or the command line for nil.
func (w *writer) sign(entry *audit.Entry) *audit.Entry {
	entry.ActorName = audit.Administrator
	if w == nil {
		return entry.With("by", "command line")
	}
	entry.From = w.from
	return entry.With("by", "dashboard").With("administrator", w.id)
}

// write writes the entries in a transaction of their own. An entry that can't be written stops nothing.
func (c *change) write(app core.App, one func(core.App, *audit.Entry) error) {
	err := app.RunInTransaction(func(tx core.App) error {
		return c.each(func(entry *audit.Entry) error { return one(tx, entry) })
	})
	if err != nil {
		app.Logger().Error("write what a server administrator did to the audit log", "error", err)
	}
}

// each calls f with an entry for each team that the change concerns.
func (c *change) each(f func(*audit.Entry) error) error {
	for _, team := range c.teams {
		entry := &audit.Entry{Team: team, Action: c.action, Target: c.target, TargetName: c.name}
		for key, value := range c.details {
			entry.With(key, value)
		}
		if err := f(entry); err != nil {
			return fmt.Errorf("record a change by a server administrator: %w", err)
		}
	}
	return nil
}
