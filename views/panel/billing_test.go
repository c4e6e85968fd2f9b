package panel_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/billing"
	"usher/hooks/hookstest"
	"usher/hooks/tools/settings"
)

// reviewed follows the link or form to the review, and returns the form to confirm with.
func reviewed(t *testing.T, body string) url.Values {
	t.Helper()
	form := url.Values{}
	for _, field := range regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`).FindAllStringSubmatch(body, -1) {
		form.Set(field[1], field[2])
	}
	if form.Get("seen") == "" {
		t.Fatalf("the review has no form: %v", form)
	}
	return form
}

func TestBilling_ShowsPlanAndWhatIsInUse(t *testing.T) {
	s := newFixture(t, true)
	r := s.As(s.admin).Get(s.path("/billing"))
	assertPage(t, r, http.StatusOK, "on the Pro plan", "2 used, 0 reserved, 3 free", "Current plan", "Switch to Business…", "mailto:help@usher.test", "The plan hasn't been changed yet.")
	assertNotContains(t, r, "a month")
}

func TestBilling_Switch_IsReviewedThenApplied(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.admin)
	r := b.Get(s.path("/billing/review?plan=business&addon.licence=2"))
	assertPage(t, r, http.StatusOK, "Business instead of Pro, Licence from 0 to 2", "as soon as you confirm", "Confirm change")
	back := html.UnescapeString(regexp.MustCompile(`href="([^"]*\?addon[^"]*)#addons"`).FindStringSubmatch(r.Body)[1])
	assertPage(t, b.Get(back), http.StatusOK, `name="addon.licence" value="2"`)
	form := reviewed(t, r.Body)
	if r := b.Post(s.path("/billing"), form); r.Status != http.StatusSeeOther {
		t.Fatalf("confirm: got %d, want %d", r.Status, http.StatusSeeOther)
	}
	assertPage(t, b.Get(s.path("/billing")), http.StatusOK, "The plan was changed", "on the Business plan", "Business instead of Pro, Licence from 0 to 2", "Applied")
	r = b.Post(s.path("/billing"), form)
	assertPage(t, r, http.StatusUnprocessableEntity, "changed in the meantime")
	r = b.Get(s.path("/billing/history.csv"))
	assertPage(t, r, http.StatusOK, "Business instead of Pro", "applied")
}

func TestBilling_InvalidQuantity_IsRefusedAtTheField(t *testing.T) {
	s := newFixture(t, true)
	for typed, shown := range map[string]string{"-1": `value="-1"`, "10001": `value="10001"`, "many": `value="many"`, "9999999999999999999999": `value="9999999999999999999999"`} {
		r := s.As(s.owner).Get(s.path("/billing/review?addon.licence=" + typed + "&addon.storage=3"))
		assertPage(t, r, http.StatusUnprocessableEntity, "Enter a number from 0 to 10,000.", shown, `href="#addon-licence"`, `value="3"`)
	}
}

func TestBilling_PlanThatDoesNotFit_OffersNoConfirmation(t *testing.T) {
	s := newFixture(t, true)
	for _, address := range []string{"o1@halation.example", "o2@halation.example", "o3@halation.example"} {
		hookstest.Member(t, s.App, s.team, address, "organizer")
	}
	r := s.As(s.owner).Get(s.path("/billing/review?plan=free"))
	assertPage(t, r, http.StatusOK, "The team uses more than that.", "5 Organizer seats are in use or reserved, and the change leaves 3.", "Open users")
	assertNotContains(t, r, "Confirm change")
	r = s.As(s.owner).Post(s.path("/billing"), url.Values{"plan": {"free"}})
	assertPage(t, r, http.StatusUnprocessableEntity, "The change wasn't made.", "Free some first.")
}

func TestBilling_Request_WaitsAndCanBeWithdrawn(t *testing.T) {
	s := newFixture(t, true)
	settings.Of(s.App).Billing = settings.BillingOperator
	b := s.As(s.owner)
	r := b.Get(s.path("/billing/review?plan=business"))
	assertPage(t, r, http.StatusOK, "Request change", "as soon as they approve it")
	if r := b.Post(s.path("/billing"), reviewed(t, r.Body)); r.Status != http.StatusSeeOther {
		t.Fatalf("request: got %d, want %d", r.Status, http.StatusSeeOther)
	}
	r = b.Get(s.path("/billing"))
	assertPage(t, r, http.StatusOK, "A change is requested: Business instead of Pro.", "Withdraw change", "on the Pro plan")
	id := regexp.MustCompile(`name="id" value="([^"]+)"`).FindStringSubmatch(r.Body)[1]
	r = b.Get(s.path("/billing/review?plan=free"))
	assertPage(t, r, http.StatusOK, "A change is requested: Business instead of Pro.", "Withdraw it before you order another change.")
	assertNotContains(t, r, "Request change")
	if r := b.Post(s.path("/billing/withdraw"), url.Values{"id": {id}}); r.Status != http.StatusSeeOther {
		t.Fatalf("withdraw: got %d, want %d", r.Status, http.StatusSeeOther)
	}
	assertPage(t, b.Post(s.path("/billing/withdraw"), url.Values{"id": {id}}), http.StatusUnprocessableEntity, "no longer waiting")
	assertPage(t, b.Get(s.path("/billing")), http.StatusOK, "Withdrawn")
	if n := hookstest.Count(t, s.App, "plan_changes", dbx.HashExp{"status": billing.Withdrawn}); n != 1 {
		t.Errorf("got %d withdrawn changes, want 1", n)
	}
}
