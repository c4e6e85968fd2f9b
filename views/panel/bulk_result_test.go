package panel

import (
	"fmt"
	"strings"
	"testing"

	"usher/hooks/bulk"
)

func TestResultStore_ManyResults_DropsTheOldest(t *testing.T) {
	all := &resultStore{results: map[string]storedResult{}}
	var last string
	other := all.put(storedResult{team: "team", account: "other"})
	for n := range 1000 {
		lines := []bulk.RowResult{{ID: strings.Repeat("x", 1000), Email: fmt.Sprint(n)}}
		last = all.put(storedResult{Result: bulk.Result{Rows: lines}, team: "team", account: "marta"})
	}
	if n := len(all.results); n > 1+maxStoredResults {
		t.Errorf("%d receipts are kept, want at most %v", n, 1+maxStoredResults)
	}
	if receipt, ok := all.take(last, "team", "marta"); !ok || receipt.Rows[0].Email != "999" {
		t.Errorf("the last one: %v %v", receipt, ok)
	}
	if _, ok := all.take(other, "team", "other"); !ok {
		t.Error("another's is lost")
	}
}
