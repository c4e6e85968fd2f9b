package panel

import (
	"fmt"
	"strings"
	"testing"

	"usher/hooks/bulk"
)

func TestNobodyFillsTheMemoryWithReceipts(t *testing.T) {
	all := &receipts{kept: map[string]keptReceipt{}}
	var last string
	other := all.keep(keptReceipt{team: "team", account: "other"})
	for n := range 1000 {
		lines := []bulk.Line{{ID: strings.Repeat("x", 1000), Email: fmt.Sprint(n)}}
		last = all.keep(keptReceipt{Receipt: bulk.Receipt{Lines: lines}, team: "team", account: "marta"})
	}
	if n := len(all.kept); n > 1+maxReceipts {
		t.Errorf("%d receipts are kept", n)
	}
	if receipt, ok := all.take(last, "team", "marta"); !ok || receipt.Lines[0].Email != "999" {
		t.Errorf("the last one: %v %v", receipt, ok)
	}
	if _, ok := all.take(other, "team", "other"); !ok {
		t.Error("another's is lost")
	}
}
