package billing_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/billing"
	"usher/hooks/billing/stripetest"
	"usher/hooks/hookstest"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

func TestWebhook_ForgedOrOld_IsRefused(t *testing.T) {
	f := newPaidFixture(t, "free")
	f.order(billing.Order{Plan: "pro"}, billing.Unpaid)
	f.stripe.PayCheckout()
	header, body := f.stripe.Event("evt_1", "checkout.session.completed", f.account().Customer())
	signed := func(secret string, at time.Time) http.Header {
		return http.Header{"Stripe-Signature": {stripetest.Sign(secret, at, body)}}
	}
	for what, s := range map[string]struct {
		header http.Header
		body   []byte
	}{
		"no signature":   {http.Header{}, body},
		"another secret": {signed("whsec_other_secret_of_ours", time.Now()), body},
		"another body":   {header, append(slices.Clone(body), ' ')},
		"too old":        {signed(stripetest.Secret, time.Now().Add(-6*time.Minute)), body},
	} {
		hookstest.AssertCode(t, what, billing.HandleWebhook(f.app, s.header, s.body), billing.CodeBadSignature)
	}
	f.assertHas("forged", "free 3")
	if err := billing.HandleWebhook(f.app, header, body); err != nil {
		t.Fatal(err)
	}
	f.assertHas("signed", "pro 25")
	open := newFixture(t, settings.BillingOpen, "free")
	if err := billing.HandleWebhook(open.app, header, body); err != errs.ErrNotFound {
		t.Errorf("where nothing is paid: got %v, want %v", err, errs.ErrNotFound)
	}
}

func TestWebhook_UnknownKindOrCustomer_IsIgnored(t *testing.T) {
	f := newPaidFixture(t, "free")
	f.subscribe(billing.Order{Plan: "pro"})
	f.stripe.Down = true // nothing is read for them
	for _, s := range [][2]string{{"charge.refunded", f.account().Customer()}, {"invoice.paid", "cus_other"}, {"invoice.paid", ""}} {
		header, body := f.stripe.Event("evt_x"+s[0]+s[1], s[0], s[1])
		if err := billing.HandleWebhook(f.app, header, body); err != nil {
			t.Errorf("%s of %q: %v", s[0], s[1], err)
		}
	}
}

func TestWebhook_Twice_IsProcessedOnce(t *testing.T) {
	f := newPaidFixture(t, "free")
	f.order(billing.Order{Plan: "pro"}, billing.Unpaid)
	f.stripe.PayCheckout()
	header, body := f.stripe.Event("evt_twice", "checkout.session.completed", f.account().Customer())
	results := hookstest.Race(6, func(int) error { return billing.HandleWebhook(f.app, header, body) })
	for _, err := range results {
		if err != nil {
			t.Error(err)
		}
	}
	f.assertHas("after 6 times", "pro 25")
	events := hookstest.Count(t, f.app, "billing_events")
	applied := hookstest.Count(t, f.app, "plan_changes", dbx.HashExp{"status": billing.Applied})
	if events != 1 || applied != 1 || f.account().GetInt("revision") != 1 {
		t.Errorf("got %d events, %d changes and %d writes, want 1 each", events, applied, f.account().GetInt("revision"))
	}
	f.stripe.Down = true // a known event needs no answer
	if err := billing.HandleWebhook(f.app, header, body); err != nil {
		t.Error(err)
	}
}

// The effect and the event are one: if one can't be saved, the event comes again.
func TestWebhook_SaveFails_EventIsProcessedWhenItComesAgain(t *testing.T) {
	f := newPaidFixture(t, "free")
	f.order(billing.Order{Plan: "pro"}, billing.Unpaid)
	f.stripe.PayCheckout()
	broken := true
	f.app.OnRecordUpdateExecute("teams").BindFunc(func(e *core.RecordEvent) error {
		if broken {
			return fmt.Errorf("the disk is full")
		}
		return e.Next()
	})
	header, body := f.stripe.Event("evt_again", "checkout.session.completed", f.account().Customer())
	if err := billing.HandleWebhook(f.app, header, body); err == nil {
		t.Fatal("got no error for an effect that couldn't be saved")
	}
	if n := hookstest.Count(t, f.app, "billing_events"); n != 0 {
		t.Errorf("got %d events, want 0", n)
	}
	broken = false
	if err := billing.HandleWebhook(f.app, header, body); err != nil {
		t.Fatal(err)
	}
	f.assertHas("the second time", "pro 25")
}
