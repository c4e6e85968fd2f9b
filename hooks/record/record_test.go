package record_test

import (
	"errors"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/record"
)

func TestInTx_RestoresApp(t *testing.T) {
	app := hookstest.NewApp(t)
	var outer, inner core.App
	app.OnRecordCreate("users").BindFunc(func(e *core.RecordEvent) error {
		outer = e.App
		err := record.InTx(e, func() error {
			inner = e.App
			return e.Next()
		})
		if e.App != outer || inner == outer || !inner.IsTransactional() {
			t.Error("the app inside and outside")
		}
		return err
	})
	hookstest.Account(t, app, "ada@x.example")
	if inner == nil {
		t.Error("the hook did not run")
	}
}

func TestGuard_WriteFails_RollsBackCheck(t *testing.T) {
	app := hookstest.NewApp(t)
	app.OnRecordCreateExecute("plans").BindFunc(record.Guard(func(tx core.App, r *core.Record) error {
		hookstest.Account(t, tx, "made-by-the-check@x.example")
		return nil
	}))
	app.OnRecordCreateExecute("plans").BindFunc(func(e *core.RecordEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		return errors.New("the disk is full")
	})
	if err := app.Save(hookstest.NewRecord(t, app, "plans", map[string]any{"key": "new", "name": "New"})); err == nil {
		t.Fatal("saved")
	}
	if n := hookstest.Count(t, app, "users"); n != 0 {
		t.Errorf("%d accounts are left, want 0", n)
	}
	if n := hookstest.Count(t, app, "plans"); n != 4 {
		t.Errorf("%d plans, want 4", n)
	}
}

func TestChanged(t *testing.T) {
	app := hookstest.NewApp(t)
	r := hookstest.NewRecord(t, app, "plans", map[string]any{"key": "new", "name": "New", "licences": 3})
	if !record.Changed(r, "position") {
		t.Error("all of a new record is new")
	}
	if err := app.Save(r); err != nil {
		t.Fatal(err)
	}
	r = hookstest.FindRecord(t, app, "plans", r.Id)
	r.Set("licences", 3)
	if record.Changed(r, "key", "name", "licences") {
		t.Error("the same is a change")
	}
	r.Set("licences", 4)
	if !record.Changed(r, "key", "licences") || record.Changed(r, "key", "name") {
		t.Error("a change is none, or none is one")
	}
}
