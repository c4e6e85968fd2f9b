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

func TestOutcomeGroups_TwentyThousandUsers_StaySmall(t *testing.T) {
	names := make([]string, 20_000)
	for n := range names {
		names[n] = fmt.Sprintf("user%05d@halation.example", n)
	}
	var page strings.Builder
	if err := OutcomeGroups([]OutcomeGroup{{Title: "Removed", Icon: "check", Count: len(names), Reasons: []ReasonGroup{{Names: names}}}}).Render(t.Context(), &page); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"user00000@", "user00507@", "and 19,992 more", "and 19,492 others", ">20,000<"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("got no %q, want it on the page", want)
		}
	}
	if strings.Contains(page.String(), "user00508@") || page.Len() > 30_000 {
		t.Errorf("got %d bytes, want at most 508 names", page.Len())
	}
}
