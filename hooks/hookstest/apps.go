package hookstest

import (
	"math"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"usher/hooks/database"
	"usher/hooks/tools/errs"
)

// NewBareApp returns a migrated app with only the rules that wire registers, for control tests that show that a rule
// prevents an error.
func NewBareApp(t testing.TB, wire func(app core.App)) *core.BaseApp {
	t.Helper()
	dir := t.TempDir()
	WriteDB(t, dir)
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: dir, DBConnect: database.DBConnect})
	wire(app)
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { CloseApp(app) })
	return app
}

// NewRecord returns a new record of the collection with the values, without saving it.
func NewRecord(t testing.TB, app core.App, collection string, values map[string]any) *core.Record {
	t.Helper()
	found, err := app.FindCollectionByNameOrId(collection)
	if err != nil {
		t.Fatal(err)
	}
	r := core.NewRecord(found)
	r.Load(values)
	return r
}

// FindRecord reads a record again.
func FindRecord(t testing.TB, app core.App, collection, id string) *core.Record {
	t.Helper()
	r, err := app.FindRecordById(collection, id)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// CopyRecords copies records of one app into another, bypassing all rules, so that a control test starts like its race.
func CopyRecords(t testing.TB, app core.App, rows ...*core.Record) {
	t.Helper()
	for _, r := range rows {
		columns, err := r.DBExport(app)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := app.NonconcurrentDB().Insert(r.Collection().Name, columns).Execute(); err != nil {
			t.Fatal(err)
		}
	}
}

// Exec runs SQL without hooks, for example to move times.
func Exec(t testing.TB, app core.App, sql string, params dbx.Params) {
	t.Helper()
	if _, err := app.NonconcurrentDB().NewQuery(sql).Bind(params).Execute(); err != nil {
		t.Fatal(err)
	}
}

// AssertCode fails the test unless err has the code, or is nil for the code "".
func AssertCode(t testing.TB, what string, err error, code string) {
	t.Helper()
	if code == "" && err != nil || code != "" && errs.Code(err) != code {
		t.Errorf("%s: got %v (code %q), want code %q", what, err, errs.Code(err), code)
	}
}

// SlowWrites delays every write of the collections by ten milliseconds after its checks, so that a race with a check
// outside of the write's transaction becomes visible.
func SlowWrites(app core.App, collections ...string) {
	pause := func(e *core.RecordEvent) error {
		<-time.After(10 * time.Millisecond)
		return e.Next()
	}
	for _, hooked := range []*hook.TaggedHook[*core.RecordEvent]{
		app.OnRecordCreateExecute(collections...), app.OnRecordUpdateExecute(collections...), app.OnRecordDeleteExecute(collections...)} {
		hooked.Bind(&hook.Handler[*core.RecordEvent]{Func: pause, Priority: math.MaxInt}) // after every rule
	}
}

// Race runs n actions concurrently and returns their errors.
func Race(n int, action func(i int) error) []error {
	results := make([]error, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			results[i] = action(i)
		})
	}
	close(start)
	wg.Wait()
	return results
}

// CountSucceeded counts the actions of a race that succeeded. An error without one of the codes fails the test.
func CountSucceeded(t testing.TB, results []error, codes ...string) int {
	t.Helper()
	won := 0
	for i, err := range results {
		known := err == nil
		for _, code := range codes {
			known = known || errs.Code(err) == code
		}
		if !known {
			t.Errorf("action %d of the race: got %v (code %q)", i, err, errs.Code(err))
		}
		if err == nil {
			won++
		}
	}
	return won
}
