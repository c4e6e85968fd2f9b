package billing_test

import (
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/billing"
	"usher/hooks/hookstest"
	"usher/hooks/plans"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

// edit changes a plan or an add-on as a server administrator does.
func (f *fixture) edit(collection, key string, values map[string]any) error {
	r := f.offered(collection, key)
	r.Load(values)
	return f.app.Save(r)
}

func (f *fixture) offered(collection, key string) *core.Record {
	f.t.Helper()
	r, err := f.app.FindFirstRecordByData(collection, "key", key)
	if err != nil {
		f.t.Fatal(err)
	}
	return r
}

// Whatever waits for a plan or an add-on, it can't be deleted until the change has ended. What is retired meanwhile still starts.
func TestOrdered_WaitingChange_KeepsWhatItNames(t *testing.T) {
	order := billing.Order{Plan: "business", Addons: map[string]int{"storage": 2}}
	for name, s := range map[string]struct {
		order func(t *testing.T) (f *fixture, change string)
		start func(f *fixture, change string) error
	}{
		"a request": {
			func(t *testing.T) (*fixture, string) {
				f := newFixture(t, settings.BillingOperator, "free")
				return f, f.request(order).Id
			},
			func(f *fixture, change string) error { return f.save(change, billing.Approved) },
		},
		"a scheduled change": {
			func(t *testing.T) (*fixture, string) {
				f := newFixture(t, settings.BillingOperator, "unlimited")
				change := f.request(order)
				if err := f.save(change.Id, billing.Approved); err != nil {
					t.Fatal(err)
				}
				if got := f.status(change.Id); got != billing.Scheduled {
					t.Fatalf("got %q, want %q", got, billing.Scheduled)
				}
				return f, change.Id
			},
			func(f *fixture, _ string) error {
				return billing.ApplyDue(f.app, billing.NextMonth(f.team, time.Now()))
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			f, change := s.order(t)
			for collection, key := range map[string]string{"plans": "business", "addons": "storage"} {
				hookstest.AssertCode(t, "delete from "+collection, f.app.Delete(f.offered(collection, key)), billing.CodeOrdered)
			}
			hookstest.AssertCode(t, "another amount", f.edit("addons", "storage", map[string]any{"amount": 1}), billing.CodeOrdered)
			for collection, key := range map[string]string{"plans": "business", "addons": "storage"} {
				if err := f.edit(collection, key, map[string]any{"retired": true}); err != nil {
					t.Fatal(err)
				}
			}
			if err := s.start(f, change); err != nil {
				t.Fatal(err)
			}
			f.assertHas("started", "business 100")
			if got := f.status(change); got != billing.Applied {
				t.Errorf("got %q, want %q", got, billing.Applied)
			}
			hookstest.AssertCode(t, "delete what the team has", f.app.Delete(f.offered("plans", "business")), plans.CodePlanInUse)
			hookstest.AssertCode(t, "delete what the team has", f.app.Delete(f.offered("addons", "storage")), plans.CodeAddonInUse)
		})
	}
}

func TestOrdered_EndedChange_DoesNotKeepIt(t *testing.T) {
	f := newFixture(t, settings.BillingOperator, "free")
	summary := ""
	for _, ended := range []string{billing.Declined, billing.Withdrawn} {
		change := f.request(billing.Order{Plan: "business", Addons: map[string]int{"storage": 1}})
		if summary = change.Summary(); f.save(change.Id, ended) != nil {
			t.Fatalf("a request can't become %s", ended)
		}
	}
	for collection, key := range map[string]string{"plans": "business", "addons": "storage"} {
		if err := f.app.Delete(f.offered(collection, key)); err != nil {
			t.Errorf("%s: %v", collection, err)
		}
	}
	history, err := billing.History(f.app, f.actor(f.owner), 10)
	if err != nil || len(history) != 2 || history[0].Summary() != summary {
		t.Errorf("got %d changes, %v, want 2 with the summary %q", len(history), err, summary)
	}
}

// A team orders a plan while it is deleted: either is refused.
func TestOrdered_DeletedConcurrently_OneWins(t *testing.T) {
	f := newFixture(t, settings.BillingOperator, "free")
	business := f.offered("plans", "business")
	hookstest.SlowWrites(f.app, "plans", "plan_changes")
	actor := f.actor(f.owner)
	results := hookstest.Race(2, func(i int) error {
		if i == 0 {
			return f.app.Delete(business)
		}
		_, err := billing.Submit(f.app, actor, billing.Order{Plan: "business"})
		return err
	})
	if won := hookstest.CountSucceeded(t, results, billing.CodeOrdered, billing.CodeNotOffered); won != 1 {
		t.Errorf("%d succeeded, want 1", won)
	}
	if change, err := billing.FindWaiting(f.app, f.team.Id); err == nil && change.GetString("plan") != business.Id || errs.IgnoreNotFound(err) != nil {
		t.Errorf("got %v, %v, want no request of a deleted plan", change, err)
	}
}

// Orders that wait for a payment or for the end of the paid period keep their plan and add-ons, and so does a price that is taken off sale.
func TestOrdered_Paid_KeepsWhatItNames(t *testing.T) {
	f := newPaidFixture(t, "free")
	offSale := map[string]any{"retired": true, "stripe_price": ""}
	f.order(billing.Order{Plan: "pro", Addons: map[string]int{"organizer-seat": 2}}, billing.Unpaid)
	hookstest.AssertCode(t, "delete the plan of an unpaid order", f.app.Delete(f.offered("plans", "pro")), billing.CodeOrdered)
	hookstest.AssertCode(t, "delete the add-on of an unpaid order", f.app.Delete(f.offered("addons", "organizer-seat")), billing.CodeOrdered)
	if err := f.edit("plans", "pro", offSale); err != nil {
		t.Fatal(err)
	}
	f.stripe.PayCheckout()
	f.report("checkout.session.completed")
	f.assertHas("paid", "pro 27")

	f.order(billing.Order{Plan: "business"}, billing.Applied)
	if err := f.edit("plans", "pro", map[string]any{"retired": false, "stripe_price": "price_pro"}); err != nil {
		t.Fatal(err)
	}
	f.order(billing.Order{Plan: "pro", Addons: map[string]int{"organizer-seat": 0}}, billing.Scheduled)
	hookstest.AssertCode(t, "delete the plan of a scheduled change", f.app.Delete(f.offered("plans", "pro")), billing.CodeOrdered)
	hookstest.AssertCode(t, "delete the add-on that it ends", f.app.Delete(f.offered("addons", "organizer-seat")), plans.CodeAddonInUse)
	if err := f.edit("plans", "pro", offSale); err != nil {
		t.Fatal(err)
	}
	f.makeDue()
	f.stripe.EndPeriod(f.account().GetString("subscription"))
	f.report("invoice.paid")
	f.assertHas("the next period", "pro 25")
	if err := f.app.Delete(f.offered("addons", "organizer-seat")); err != nil {
		t.Errorf("an add-on that no team has any more: %v", err)
	}
}
