package billing_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/billing"
	"usher/hooks/hookstest"
	"usher/hooks/plans"
	"usher/hooks/seats"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

type fixture struct {
	t     *testing.T
	app   *core.BaseApp
	owner *core.Record
	team  *teams.Team
}

func newFixture(t *testing.T, mode, plan string) *fixture {
	t.Helper()
	config := hookstest.Config()
	config.Billing, config.Support = mode, "operator@usher.example"
	app := hookstest.NewAppWith(t, config)
	owner := hookstest.Account(t, app, "owner@x.example")
	return &fixture{t, app, owner, hookstest.Team(t, app, owner, "Halation", plan)}
}

func (f *fixture) actor(account *core.Record) *actors.Actor {
	return hookstest.Actor(f.t, f.app, account, f.team)
}

func (f *fixture) submit(order billing.Order) (*billing.Change, error) {
	return billing.Submit(f.app, f.actor(f.owner), order)
}

// has returns the plan of the team and its Organizer seats.
func (f *fixture) has() string {
	f.t.Helper()
	plan, err := plans.ForTeam(f.app, f.team.Id)
	if err != nil {
		f.t.Fatal(err)
	}
	now, err := seats.Of(f.app, f.team.Id)
	if err != nil {
		f.t.Fatal(err)
	}
	return fmt.Sprintf("%s %d", plan.Key(), now.Organizer.Limit)
}

func (f *fixture) assertHas(when, want string) {
	f.t.Helper()
	if got := f.has(); got != want {
		f.t.Errorf("%s: got %q, want %q", when, got, want)
	}
}

// save changes a waiting change as a server administrator does.
func (f *fixture) save(id, status string) error {
	change, err := billing.Find(f.app, id)
	if err != nil {
		f.t.Fatal(err)
	}
	change.Set("status", status)
	return f.app.Save(change)
}

func (f *fixture) status(id string) string {
	f.t.Helper()
	change, err := billing.Find(f.app, id)
	if err != nil {
		f.t.Fatal(err)
	}
	return change.Status()
}

func (f *fixture) request(order billing.Order) *billing.Change {
	f.t.Helper()
	change, err := f.submit(order)
	if err != nil {
		f.t.Fatal(err)
	}
	if change.Status() != billing.Requested {
		f.t.Fatalf("got status %q, want %q", change.Status(), billing.Requested)
	}
	return change
}

func TestSubmit_Open_AppliesImmediately(t *testing.T) {
	f := newFixture(t, settings.BillingOpen, "free")
	for n, s := range []struct {
		order         billing.Order
		want, summary string
	}{
		{billing.Order{Plan: "pro"}, "pro 25", "Pro instead of Free"},
		{billing.Order{Addons: map[string]int{"organizer-seat": 3, "storage": 1}}, "pro 28", "Organizer seat from 0 to 3, Storage from 0 to 1"},
		{billing.Order{Plan: "free", Addons: map[string]int{"organizer-seat": 1}}, "free 4", "Free instead of Pro, Organizer seat from 3 to 1"},
		{billing.Order{Addons: map[string]int{"organizer-seat": 0, "storage": 0}}, "free 3", "Organizer seat from 1 to 0, Storage from 1 to 0"},
	} {
		change, err := f.submit(s.order)
		if err != nil {
			t.Fatalf("step %d: %v", n, err)
		}
		f.assertHas(fmt.Sprintf("step %d", n), s.want)
		if change.Status() != billing.Applied || change.Summary() != s.summary {
			t.Errorf("step %d: got %q, %q, want %q, %q", n, change.Status(), change.Summary(), billing.Applied, s.summary)
		}
	}
	if n := hookstest.Count(t, f.app, "audit", dbx.HashExp{"action": "team.plan", "result": "ok", "actor": f.owner.Id}); n != 4 {
		t.Errorf("got %d entries in the audit log, want 4", n)
	}
}

// From many seats of a plan to few seats and many add-ons: the result fits, whatever lies between.
func TestSubmit_ResultFits_StepsDoNotMatter(t *testing.T) {
	f := newFixture(t, settings.BillingOpen, "pro")
	for n := range 20 {
		hookstest.Member(t, f.app, f.team, fmt.Sprintf("o%d@x.example", n), "organizer")
	}
	for _, s := range []struct {
		order billing.Order
		want  string
	}{
		{billing.Order{Plan: "free", Addons: map[string]int{"organizer-seat": 18}}, "free 21"},
		{billing.Order{Plan: "pro", Addons: map[string]int{"organizer-seat": 0}}, "pro 25"},
	} {
		if _, err := f.submit(s.order); err != nil {
			t.Fatal(err)
		}
		f.assertHas("after "+s.want, s.want)
	}
}

func TestSubmit_Refusals(t *testing.T) {
	f := newFixture(t, settings.BillingOpen, "pro")
	for n := range 8 {
		hookstest.Member(t, f.app, f.team, fmt.Sprintf("o%d@x.example", n), "organizer")
	}
	retired, err := plans.Find(f.app, "business")
	if err != nil {
		t.Fatal(err)
	}
	retired.Set("retired", true)
	if err := f.app.Save(retired); err != nil {
		t.Fatal(err)
	}
	for what, s := range map[string]struct {
		order billing.Order
		code  string
	}{
		"what the team has":           {billing.Order{Plan: "pro"}, billing.CodeUnchanged},
		"an unknown plan":             {billing.Order{Plan: "golden"}, billing.CodeNotOffered},
		"a retired plan":              {billing.Order{Plan: "business"}, billing.CodeNotOffered},
		"an unknown add-on":           {billing.Order{Addons: map[string]int{"coffee": 1}}, billing.CodeNotOffered},
		"a negative quantity":         {billing.Order{Addons: map[string]int{"licence": -1}}, billing.CodeBadQuantity},
		"too large a quantity":        {billing.Order{Addons: map[string]int{"licence": 10_001}}, billing.CodeBadQuantity},
		"too few seats":               {billing.Order{Plan: "free"}, billing.CodeDoesNotFit},
		"another state than was seen": {billing.Order{Plan: "unlimited", Seen: "0123456789abcdef"}, billing.CodeStale},
	} {
		_, err := f.submit(s.order)
		hookstest.AssertCode(t, what, err, s.code)
		f.assertHas(what, "pro 25")
	}
	if n := hookstest.Count(t, f.app, "plan_changes"); n != 0 {
		t.Errorf("got %d changes after refusals, want 0", n)
	}
}

func TestSubmit_WhoMay(t *testing.T) {
	for who, allowed := range map[string]bool{"owner": true, "admin": true, "organizer": false, "member": false, "guest": false} {
		t.Run(who, func(t *testing.T) {
			f := newFixture(t, settings.BillingOpen, "free")
			account := f.owner
			switch who {
			case "guest":
				account = hookstest.Guest(t, f.app, f.team, "guest@x.example")
			case "member":
				account = hookstest.Member(t, f.app, f.team, "member@x.example")
			case "admin", "organizer":
				account = hookstest.Member(t, f.app, f.team, who+"@x.example", who)
			}
			_, previewErr := billing.PreviewOrder(f.app, f.actor(account), billing.Order{Plan: "pro"})
			_, err := billing.Submit(f.app, f.actor(account), billing.Order{Plan: "pro"})
			for what, err := range map[string]error{"preview": previewErr, "change": err} {
				if allowed != (err == nil) || !allowed && errs.Code(err) != errs.CodeNotAllowed {
					t.Errorf("%s: got %v, want allowed %v", what, err, allowed)
				}
			}
		})
	}
}

func TestPreview_ReportsLimitsAndPrices(t *testing.T) {
	f := newFixture(t, settings.BillingOpen, "free")
	for key, price := range map[string]int{"free": 0, "pro": 4900} {
		plan, err := plans.Find(f.app, key)
		if err != nil {
			t.Fatal(err)
		}
		plan.Set("price", price)
		plan.Set("currency", "EUR")
		if err := f.app.Save(plan); err != nil {
			t.Fatal(err)
		}
	}
	addon, err := plans.FindAddon(f.app, "organizer-seat")
	if err != nil {
		t.Fatal(err)
	}
	addon.Set("price", 700)
	addon.Set("currency", "EUR")
	if err := f.app.Save(addon); err != nil {
		t.Fatal(err)
	}
	p, err := billing.PreviewOrder(f.app, f.actor(f.owner), billing.Order{Plan: "pro", Addons: map[string]int{"organizer-seat": 3}})
	if err != nil {
		t.Fatal(err)
	}
	if p.Price != (plans.Price{Amount: 0, Currency: "EUR"}) || p.NewPrice != (plans.Price{Amount: 4900 + 3*700, Currency: "EUR"}) || p.OtherCurrency {
		t.Errorf("prices: got %v and %v, want EUR 0 and 7000", p.Price, p.NewPrice)
	}
	var got []string
	for _, l := range p.Limits {
		got = append(got, fmt.Sprintf("%s %d>%d (%d)", l.Name, l.Before, l.After, l.Used))
	}
	want := "admin_seats 2>5 (1) organizer_seats 3>28 (1) licences 1>5 (0) session_minutes 120>2400 (0) session_people 25>100 (0) storage_bytes 2000000000>100000000000 (0) retention_days -1>-1 (0)"
	if strings.Join(got, " ") != want {
		t.Errorf("limits:\n got %s\nwant %s", strings.Join(got, " "), want)
	}
}

func TestRequest_Approved_RaisesNowAndLowersAtTheEndOfTheMonth(t *testing.T) {
	f := newFixture(t, settings.BillingOperator, "free")
	raise := f.request(billing.Order{Plan: "pro"})
	f.assertHas("requested", "free 3")
	_, err := f.submit(billing.Order{Plan: "business"})
	hookstest.AssertCode(t, "a second request", err, billing.CodeWaiting)
	if err := f.save(raise.Id, billing.Approved); err != nil {
		t.Fatal(err)
	}
	f.assertHas("approved", "pro 25")
	if got := f.status(raise.Id); got != billing.Applied {
		t.Errorf("approved: got %q, want %q", got, billing.Applied)
	}

	lower := f.request(billing.Order{Plan: "free"})
	if err := f.save(lower.Id, billing.Approved); err != nil {
		t.Fatal(err)
	}
	f.assertHas("a fall, approved", "pro 25")
	change, err := billing.Find(f.app, lower.Id)
	if err != nil {
		t.Fatal(err)
	}
	if change.Status() != billing.Scheduled || !change.Starts().Equal(billing.NextMonth(f.team, time.Now())) {
		t.Errorf("a fall, approved: got %q at %v, want %q at %v", change.Status(), change.Starts(), billing.Scheduled, billing.NextMonth(f.team, time.Now()))
	}
	if err := billing.ApplyDue(f.app, change.Starts().Add(-time.Second)); err != nil {
		t.Fatal(err)
	}
	f.assertHas("before the end of the month", "pro 25")
	if err := billing.ApplyDue(f.app, change.Starts()); err != nil {
		t.Fatal(err)
	}
	f.assertHas("at the end of the month", "free 3")
	for _, address := range []string{"operator@usher.example", "owner@x.example"} {
		if n := hookstest.Count(t, f.app, "outbox", dbx.HashExp{"recipient": address}, dbx.NewExp("kind LIKE 'plan_%'")); n != 2 {
			t.Errorf("got %d emails to %s, want 2", n, address)
		}
	}
}

func TestScheduled_DoesNotFit_WaitsAndSaysWhy(t *testing.T) {
	f := newFixture(t, settings.BillingOperator, "pro")
	change := f.request(billing.Order{Plan: "free"})
	if err := f.save(change.Id, billing.Approved); err != nil {
		t.Fatal(err)
	}
	var organizers []*core.Record
	for n := range 3 {
		organizers = append(organizers, hookstest.Member(t, f.app, f.team, fmt.Sprintf("o%d@x.example", n), "organizer"))
	}
	due := billing.NextMonth(f.team, time.Now())
	for range 2 {
		if err := billing.ApplyDue(f.app, due); err != nil {
			t.Fatal(err)
		}
	}
	f.assertHas("with too many Organizers", "pro 25")
	waiting, err := billing.FindWaiting(f.app, f.team.Id)
	if err != nil || !strings.Contains(waiting.Reason(), "4 Organizer seats are used or reserved by") {
		t.Fatalf("got %v, reason %q, want who holds the seats", err, waiting.Reason())
	}
	membership, err := f.app.FindFirstRecordByFilter("memberships", "user = {:u}", dbx.Params{"u": organizers[0].Id})
	if err != nil {
		t.Fatal(err)
	}
	membership.Set("organizer", false)
	if err := f.app.Save(membership); err != nil {
		t.Fatal(err)
	}
	if err := billing.ApplyDue(f.app, due); err != nil {
		t.Fatal(err)
	}
	f.assertHas("with a free seat", "free 3")
	if got := f.status(change.Id); got != billing.Applied {
		t.Errorf("got %q, want %q", got, billing.Applied)
	}
}

// Every status that a writer can set, from every status that a change can have.
func TestChange_Transitions(t *testing.T) {
	allowed := map[string]string{
		"requested approved": billing.Applied, "requested declined": billing.Declined, "requested withdrawn": billing.Withdrawn,
		"scheduled withdrawn": billing.Withdrawn, "scheduled applied": billing.Applied,
	}
	all := []string{billing.Requested, billing.Scheduled, billing.Applied, billing.Declined, billing.Withdrawn}
	f := newFixture(t, settings.BillingOperator, "free")
	for _, from := range all {
		for _, to := range append(all, billing.Approved) {
			if from == to {
				continue
			}
			change := f.request(billing.Order{Addons: map[string]int{"storage": 1 + hookstest.Count(t, f.app, "plan_changes")}})
			hookstest.Exec(t, f.app, "UPDATE plan_changes SET status = {:s} WHERE id = {:id}", dbx.Params{"s": from, "id": change.Id})
			err := f.save(change.Id, to)
			want, fine := allowed[from+" "+to]
			if !fine {
				want = from
				hookstest.AssertCode(t, from+" to "+to, err, billing.CodeEnded)
			} else if err != nil {
				t.Errorf("%s to %s: %v", from, to, err)
			}
			if got := f.status(change.Id); got != want {
				t.Errorf("%s to %s: got %q, want %q", from, to, got, want)
			}
			hookstest.Exec(t, f.app, "UPDATE plan_changes SET status = 'declined' WHERE id = {:id}", dbx.Params{"id": change.Id})
		}
	}
}

func TestWithdraw(t *testing.T) {
	f := newFixture(t, settings.BillingOperator, "free")
	change := f.request(billing.Order{Plan: "pro"})
	other := hookstest.Team(t, f.app, hookstest.Account(t, f.app, "other@x.example"), "Other", "free")
	stranger, err := f.app.FindAuthRecordByEmail("users", "other@x.example")
	if err != nil {
		t.Fatal(err)
	}
	if err := billing.Withdraw(f.app, hookstest.Actor(t, f.app, stranger, other), change.Id); err != errs.ErrNotFound {
		t.Errorf("an Owner of another team: got %v, want %v", err, errs.ErrNotFound)
	}
	organizer := hookstest.Member(t, f.app, f.team, "o@x.example", "organizer")
	hookstest.AssertCode(t, "an Organizer", billing.Withdraw(f.app, f.actor(organizer), change.Id), errs.CodeNotAllowed)
	if err := billing.Withdraw(f.app, f.actor(f.owner), change.Id); err != nil {
		t.Fatal(err)
	}
	hookstest.AssertCode(t, "again", billing.Withdraw(f.app, f.actor(f.owner), change.Id), billing.CodeEnded)
	hookstest.AssertCode(t, "approved too late", f.save(change.Id, billing.Approved), billing.CodeEnded)
	f.assertHas("withdrawn", "free 3")
}

// Several approvals and withdrawals of one request: exactly one of them counts.
func TestRequest_DecidedConcurrently_OneWins(t *testing.T) {
	f := newFixture(t, settings.BillingOperator, "free")
	change := f.request(billing.Order{Plan: "pro"})
	statuses := []string{billing.Approved, billing.Declined, billing.Withdrawn, billing.Approved, billing.Declined}
	copies := make([]*billing.Change, len(statuses))
	for i, status := range statuses {
		copies[i], _ = billing.Find(f.app, change.Id)
		copies[i].Set("status", status)
	}
	hookstest.SlowWrites(f.app, "plan_changes")
	results := hookstest.Race(len(copies), func(i int) error { return f.app.Save(copies[i]) })
	if won := hookstest.CountSucceeded(t, results, billing.CodeEnded); won != 1 {
		t.Errorf("%d decisions succeeded, want 1", won)
	}
	want := map[string]string{billing.Applied: "pro 25", billing.Declined: "free 3", billing.Withdrawn: "free 3"}[f.status(change.Id)]
	f.assertHas(f.status(change.Id), want)
}

// Two Admins order different plans from the same preview: one is applied, the other learns that the plan changed.
func TestSubmit_Concurrently_SecondIsStale(t *testing.T) {
	f := newFixture(t, settings.BillingOpen, "free")
	p, err := billing.Overview(f.app, f.actor(f.owner))
	if err != nil {
		t.Fatal(err)
	}
	orders := []billing.Order{{Plan: "pro", Seen: p.Seen}, {Plan: "business", Seen: p.Seen}, {Addons: map[string]int{"licence": 1}, Seen: p.Seen}}
	hookstest.SlowWrites(f.app, "teams", "team_addons", "plan_changes")
	admins := []*actors.Actor{f.actor(f.owner), f.actor(f.owner), f.actor(f.owner)}
	results := hookstest.Race(len(orders), func(i int) error {
		_, err := billing.Submit(f.app, admins[i], orders[i])
		return err
	})
	if won := hookstest.CountSucceeded(t, results, billing.CodeStale); won != 1 {
		t.Errorf("%d orders succeeded, want 1", won)
	}
}
