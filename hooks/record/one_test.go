package record_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/plans"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

func TestOne(t *testing.T) {
	app := hookstest.NewApp(t)
	plan, err := record.One[plans.Plan](app.RecordQuery("plans").AndWhere(dbx.HashExp{"key": "pro"}), "find a plan")
	if err != nil || plan.GetString("key") != "pro" {
		t.Fatalf("got %v, %v, want the plan", plan, err)
	}
	row, err := record.One[core.Record](app.RecordQuery("plans").OrderBy("key DESC"), "find a plan")
	if err != nil || row.GetString("key") < "pro" {
		t.Errorf("got %v, %v, want the last plan", row, err)
	}
	if plan, err := record.One[plans.Plan](app.RecordQuery("plans").AndWhere(dbx.HashExp{"key": "none"}), "find a plan"); plan != nil || !errors.Is(err, errs.ErrNotFound) {
		t.Errorf("got %v, %v, want none and ErrNotFound", plan, err)
	}
	_, err = record.One[plans.Plan](app.RecordQuery("plans").AndWhere(dbx.HashExp{"nonsense": 1}), "find a plan")
	if err == nil || errors.Is(err, errs.ErrNotFound) || !strings.HasPrefix(err.Error(), "find a plan: ") {
		t.Errorf("got %v, want it to begin with what failed", err)
	}
}
