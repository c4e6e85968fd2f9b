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
	"usher/hooks/tools/errs"
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
	id string // of the superuser
	ip string // network address
}

// Register records every change that a superuser makes to a record, in the transaction of the change, and every refusal.
func Register(app core.App) {
	app.OnRecordCreateRequest().BindFunc(onRequest(create))
	app.OnRecordUpdateRequest().BindFunc(onRequest(update))
	app.OnRecordDeleteRequest().BindFunc(onRequest(remove))
	app.OnRecordCreateExecute().BindFunc(onExecute(create))
	app.OnRecordUpdateExecute().BindFunc(onExecute(update))
	app.OnRecordDeleteExecute().BindFunc(onExecute(remove))
}

func onRequest(v verb) func(*core.RecordRequestEvent) error {
	return func(e *core.RecordRequestEvent) error {
		if !e.HasSuperuserAuth() {
			return e.Next()
		}
		by := &writer{e.Auth.Id, e.RealIP()}
		change, err := newChange(e.App, v, e.Record)
		if err != nil {
			return err
		}
		e.Record.SetRaw(writerKey, by)
		defer e.Record.SetRaw(writerKey, nil)
		err = showRefusal(e.Record, v, e.Next())
		if code := refusalCode(err); code != "" {
			change.asRefused(e.App).writeEntries(e.App, func(tx core.App, entry *audit.Entry) error {
				return audit.WriteRefused(tx, by.setActor(entry), code)
			})
		}
		return err
	}
}

// showRefusal makes the sentence of a refusal the message of the response if the dashboard has no field to show it at.
func showRefusal(r *core.Record, v verb, err error) error {
	var api *router.ApiError
	if !errors.As(err, &api) {
		return err
	}
	cause, _ := api.RawData().(error)
	field, _, sentence, refused := errs.Details(cause)
	if !refused || v != remove && r.Collection().Fields.GetByName(field) != nil {
		return err
	}
	return router.NewApiError(api.Status, sentence, cause)
}

// refusalCode returns the code of a refusal, or "". PocketBase answers other errors of a save as the caller's mistake, too.
func refusalCode(err error) string {
	var api *router.ApiError
	if !errors.As(err, &api) {
		return errs.Code(err)
	}
	cause, _ := api.RawData().(error)
	if code := errs.Code(cause); code != "" {
		return code
	}
	if api.Status >= http.StatusInternalServerError || record.OutageOf(cause) != record.NoOutage {
		return ""
	}
	return "refused"
}

func onExecute(v verb) func(*core.RecordEvent) error {
	return func(e *core.RecordEvent) error {
		by, ok := e.Record.GetRaw(writerKey).(*writer)
		if !ok && (e.Record.Collection().Name != core.CollectionNameSuperusers || !hasLog(e.App)) {
			return e.Next()
		}
		return record.InTx(e, func() error {
			change, err := newChange(e.App, v, e.Record)
			if err != nil {
				return err
			}
			if err := e.Next(); err != nil {
				return err
			}
			change.addDetails(e.App)
			return change.eachEntry(func(entry *audit.Entry) error { return audit.Write(e.App, by.setActor(entry)) })
		})
	}
}

// hasLog is false before the first migration: the command line makes superusers then, too.
func hasLog(app core.App) bool {
	_, err := app.FindCachedCollectionByNameOrId("audit")
	return err == nil
}

// setActor names the writer: a superuser, or the command line for nil.
func (w *writer) setActor(entry *audit.Entry) *audit.Entry {
	entry.ActorName = audit.Administrator
	if w == nil {
		return entry.With("by", "command line")
	}
	entry.IP = w.ip
	return entry.With("by", "dashboard").With("administrator", w.id)
}

// writeEntries writes the entries in a separate transaction. A failure is only logged.
func (c *change) writeEntries(app core.App, one func(core.App, *audit.Entry) error) {
	err := app.RunInTransaction(func(tx core.App) error {
		return c.eachEntry(func(entry *audit.Entry) error { return one(tx, entry) })
	})
	if err != nil {
		app.Logger().Error("write what a server administrator did to the audit log", "error", err)
	}
}

// eachEntry calls f with an entry for each team that the change concerns.
func (c *change) eachEntry(f func(*audit.Entry) error) error {
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
