package api_test

import (
	"net/http"
	"testing"

	"usher/hooks/billing"
	"usher/hooks/tools/settings"
)

func TestBilling_PreviewChangeAndHistory(t *testing.T) {
	w := newFixture(t)
	order := object{"plan": "business", "addons": []object{{"key": "licence", "quantity": 2}}}
	status, preview := w.callAs("admin", "POST", w.path("/billing/preview"), order)
	if status != http.StatusOK || preview["summary"] != "Business instead of Unlimited, Licence from 0 to 2" || preview["lowers"] != true {
		t.Fatalf("preview: got %d %v", status, preview)
	}
	status, change := w.callAs("admin", "POST", w.path("/billing"), order)
	if status != http.StatusOK || change["status"] != billing.Applied {
		t.Fatalf("change: got %d %v, want %d and applied", status, change, http.StatusOK)
	}
	status, shown := w.callAs("owner", "GET", w.path("/billing"), nil)
	if status != http.StatusOK || shown["plan"] != "business" || len(shown["changes"].([]any)) != 1 || len(shown["plans"].([]any)) != 4 || len(shown["limits"].([]any)) != 7 {
		t.Errorf("got %d %v, want the plan business, 1 change, 4 plans and 7 limits", status, shown)
	}
	status, refused := w.callAs("admin", "POST", w.path("/billing"), object{"plan": "business"})
	if status != http.StatusBadRequest && status != http.StatusUnprocessableEntity {
		t.Errorf("the same again: got %d %v, want a refusal", status, refused)
	}
}

func TestBilling_Request_CanBeWithdrawnOnce(t *testing.T) {
	w := newFixture(t)
	settings.Of(w.App).Billing = settings.BillingOperator
	status, change := w.callAs("admin", "POST", w.path("/billing"), object{"plan": "business"})
	if status != http.StatusOK || change["status"] != billing.Requested || change["starts"] != "" {
		t.Fatalf("request: got %d %v", status, change)
	}
	withdraw := w.path("/billing/changes/%s/withdraw", change["id"].(string))
	if status, change := w.callAs("owner", "POST", withdraw, nil); status != http.StatusOK || change["status"] != billing.Withdrawn {
		t.Errorf("withdraw: got %d %v", status, change)
	}
	if status, change := w.callAs("owner", "POST", withdraw, nil); status == http.StatusOK {
		t.Errorf("withdraw again: got %d %v, want a refusal", status, change)
	}
}
