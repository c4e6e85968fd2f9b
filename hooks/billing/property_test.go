package billing_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"usher/hooks/actors"
	"usher/hooks/billing"
	"usher/hooks/billing/stripetest"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/plans"
	"usher/hooks/seats"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

// state is a plan with add-ons, in the model.
type state struct{ plan, seats, licences int }

var (
	modelPlans = []string{"free", "pro", "business"}
	modelSeats = []int{3, 25, 100}
	modelUse   = []int{1, 5, 20} // licences
)

func (s state) organizers() int   { return modelSeats[s.plan] + s.seats }
func (s state) licenceLimit() int { return modelUse[s.plan] + s.licences }
func (s state) lowers(to state) bool {
	return to.plan < s.plan || to.organizers() < s.organizers() || to.licenceLimit() < s.licenceLimit()
}

// fits reports whether the organizers fit after a change: only what is lowered can be too little.
func (s state) fits(to state, taken int) bool {
	return to.organizers() >= s.organizers() || taken <= to.organizers()
}

func (s state) order() billing.Order {
	return billing.Order{Plan: modelPlans[s.plan], Addons: map[string]int{"organizer-seat": s.seats, "licence": s.licences}}
}

func randomState(r *rand.Rand) state { return state{r.IntN(3), r.IntN(4), r.IntN(3)} }

// read returns the state of the team.
func (f *fixture) read() state {
	f.t.Helper()
	plan, err := plans.ForTeam(f.app, f.team.Id)
	if err != nil {
		f.t.Fatal(err)
	}
	held, err := plans.HeldBy(f.app, f.team.Id)
	if err != nil {
		f.t.Fatal(err)
	}
	s := state{plan: slices.Index(modelPlans, plan.Key())}
	for _, h := range held {
		if h.Addon.Key() == "licence" {
			s.licences = h.Quantity
		} else {
			s.seats = h.Quantity
		}
	}
	return s
}

func (f *fixture) taken() int {
	f.t.Helper()
	now, err := seats.Of(f.app, f.team.Id)
	if err != nil {
		f.t.Fatal(err)
	}
	return now.Organizer.Used + now.Organizer.Reserved
}

// changeSeats adds or removes an Organizer or an invitation of one. Refusals are expected when no seat is free.
func (f *fixture) changeSeats(r *rand.Rand, step int) {
	f.t.Helper()
	address := fmt.Sprintf("o%d@x.example", step)
	full := seats.Require(f.app, f.team.Id, 0, 1) != nil
	switch r.IntN(4) {
	case 0:
		if !full {
			hookstest.Member(f.t, f.app, f.team, address, "organizer")
		}
	case 1:
		results, err := invitations.Invite(f.app, f.actor(f.owner), invitations.Request{Lines: []invitations.Line{{Address: address}}, Roles: actors.Roles{Organizer: true}})
		if invited := err == nil && results[0].Status == invitations.Invited; invited == full {
			f.t.Fatalf("step %d: an invitation was accepted %v, with seats full %v: %v", step, invited, full, err)
		}
	case 2:
		if membership, err := f.app.FindFirstRecordByFilter("memberships", "organizer = true && owner = false"); err == nil {
			if err := f.app.Delete(membership); err != nil {
				f.t.Fatal(err)
			}
		}
	case 3:
		if invitation, err := f.app.FindFirstRecordByFilter("invitations", "status = 'pending'"); err == nil {
			if _, err := invitations.Revoke(f.app, f.actor(f.owner), invitation.Id); err != nil {
				f.t.Fatal(err)
			}
		}
	}
}

// Random histories of requests, decisions, seats and invitations: the team has what a simple model says, has one open change at most, and
// never uses more than it has.
func TestProperty_Requests(t *testing.T) {
	for seed := range uint64(5) {
		r := rand.New(rand.NewPCG(seed, 1))
		f := newFixture(t, settings.BillingOperator, "free")
		var now, wanted state
		open, status := "", ""
		for step := range 50 {
			what := ""
			switch r.IntN(6) {
			case 0, 1:
				to, taken := randomState(r), f.taken()
				change, err := f.submit(to.order())
				accepted := open == "" && to != now && now.fits(to, taken)
				if what = fmt.Sprint("order ", to); (err == nil) != accepted {
					t.Fatalf("seed %d, step %d: %s of %v with %d seats taken: got %v, want it accepted: %v", seed, step, what, now, taken, err, accepted)
				}
				if accepted {
					open, status, wanted = change.Id, billing.Requested, to
				}
			case 2:
				what = "approve"
				if status == billing.Requested {
					if err := f.save(open, billing.Approved); errs.Code(err) == "" && err != nil {
						t.Fatal(err)
					} else if err == nil && now.lowers(wanted) {
						status = billing.Scheduled
					} else if err == nil {
						now, open, status = wanted, "", ""
					}
				}
			case 3:
				what = "withdraw"
				if open != "" {
					if err := billing.Withdraw(f.app, f.actor(f.owner), open); err != nil {
						t.Fatal(err)
					}
					open, status = "", ""
				}
			case 4:
				what = "end of the month"
				fits := now.fits(wanted, f.taken())
				if err := billing.ApplyDue(f.app, time.Now().AddDate(0, 2, 0)); err != nil {
					t.Fatal(err)
				}
				if status == billing.Scheduled && fits {
					now, open, status = wanted, "", ""
				}
			case 5:
				what = "seats"
				f.changeSeats(r, step)
			}
			if got := f.read(); got != now {
				t.Fatalf("seed %d, step %d, %s: the team has %v, want %v", seed, step, what, got, now)
			}
			f.assertSound(fmt.Sprintf("seed %d, step %d, %s", seed, step, what), false)
		}
	}
}

// assertSound checks what holds after every step.
func (f *fixture) assertSound(when string, fell bool) {
	f.t.Helper()
	if n := hookstest.Count(f.t, f.app, "plan_changes", dbx.NewExp("status IN ('requested', 'scheduled', 'unpaid')")); n > 1 {
		f.t.Fatalf("%s: %d open changes, want 1 at most", when, n)
	}
	now, err := seats.Of(f.app, f.team.Id)
	if err != nil {
		f.t.Fatal(err)
	}
	if over := now.Organizer.Used + now.Organizer.Reserved - now.Organizer.Limit; over > 0 && !fell {
		f.t.Fatalf("%s: %d Organizer seats more than the team has", when, over)
	}
	if want := f.read(); now.Organizer.Limit != want.organizers() || now.Licences.Limit != want.licenceLimit() {
		f.t.Fatalf("%s: limits of %d seats and %d licences with %v", when, now.Organizer.Limit, now.Licences.Limit, want)
	}
}

// Random histories of orders, payments, failures and reports that get lost or come twice: the team has what its subscription has, or what it
// had until a scheduled change starts, and the Free plan without a subscription.
func TestProperty_Paid(t *testing.T) {
	for seed := range uint64(5) {
		r := rand.New(rand.NewPCG(seed, 2))
		f := newPaidFixture(t, "free")
		for step := range 40 {
			what := f.randomPayment(r, step)
			when := fmt.Sprintf("seed %d, step %d, %s", seed, step, what)
			if err := billing.Work(f.app, time.Now().Add(2*time.Minute)); err != nil {
				t.Fatalf("%s: %v", when, err)
			}
			if err := billing.Sync(f.app, f.team.Id); err != nil {
				t.Fatalf("%s: %v", when, err)
			}
			fell := hookstest.Count(t, f.app, "plan_changes", dbx.NewExp("by_name = 'Stripe' OR ended_by = 'Stripe'")) > 0
			f.assertSound(when, fell)
			f.assertPaidFor(when)
		}
	}
}

func (f *paidFixture) randomPayment(r *rand.Rand, step int) (what string) {
	f.t.Helper()
	account, err := billing.FindAccount(f.app, f.team.Id)
	sub := ""
	if err == nil {
		sub = account.GetString("subscription")
	}
	waiting, none := billing.FindWaiting(f.app, f.team.Id)
	switch n := r.IntN(10); {
	case n < 3:
		to := randomState(r)
		if _, err := f.submit(to.order()); err != nil && errs.Code(err) == "" {
			f.t.Fatal(err)
		}
		return fmt.Sprint("order ", to)
	case n < 5:
		f.stripe.PayCheckout()
		return "pay"
	case n == 5 && none == nil:
		if err := billing.Withdraw(f.app, f.actor(f.owner), waiting.Id); err != nil && errs.Code(err) == "" {
			f.t.Fatal(err)
		}
		return "withdraw"
	case n == 6:
		f.stripe.Card = []string{stripetest.CardWorks, stripetest.CardDeclined, stripetest.CardAuthenticate}[r.IntN(3)]
		return "card " + f.stripe.Card
	case n == 7 && sub != "" && account.Live():
		f.makeDue()
		f.stripe.EndPeriod(sub)
		return "end of the period"
	case n == 8 && sub != "" && account.Live():
		f.stripe.PayInvoices(sub)
		return "pay the invoices"
	case n == 9 && err == nil && account.Failing():
		hookstest.Exec(f.t, f.app, "UPDATE billing_accounts SET grace_ends = '2020-01-01 00:00:00.000Z'", nil)
		return "end of the grace period"
	}
	f.changeSeats(r, step)
	return "seats"
}

// assertPaidFor checks that the team has what its subscription has.
func (f *paidFixture) assertPaidFor(when string) {
	f.t.Helper()
	has := f.read()
	account, err := billing.FindAccount(f.app, f.team.Id)
	if err != nil || account.Status() == "" || account.Status() == billing.SubscriptionCancelled && !account.Failing() {
		if has != (state{}) {
			f.t.Fatalf("%s: without a subscription, the team has %v, want the Free plan", when, has)
		}
		return
	}
	if waiting, err := billing.FindWaiting(f.app, f.team.Id); account.Failing() || err == nil && waiting.Status() == billing.Scheduled {
		return
	}
	var paid state
	for _, item := range f.subscription().Items {
		switch item.Price {
		case "price_pro":
			paid.plan = 1
		case "price_business":
			paid.plan = 2
		case "price_seat":
			paid.seats = item.Quantity
		case "price_licence":
			paid.licences = item.Quantity
		}
	}
	if has != paid {
		f.t.Fatalf("%s: the team has %v and pays for %v", when, has, paid)
	}
}
