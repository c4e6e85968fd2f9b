package billing

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// reading is what the provider says of a customer at one moment.
type reading struct {
	account  *Account      // as it was before
	chosen   *Subscription // what the team pays for; nil: nothing yet
	extra    []Subscription
	invoices []Invoice
	checkout string // state of the page that an unpaid change waits for
}

func (r *reading) items() []Item {
	if !r.chosen.live() {
		return nil
	}
	return r.chosen.Items
}

// read reads the subscriptions, and for a waiting change what became of its page.
func read(app core.App, account *Account, waiting *Change) (*reading, error) {
	p, err := findProvider(app)
	if err != nil {
		return nil, err
	}
	r := &reading{account: account}
	return r, call(func(ctx context.Context) (err error) {
		all, err := p.Subscriptions(ctx, account.Customer())
		if err != nil {
			return fmt.Errorf("read the subscriptions of a team: %w", err)
		}
		r.choose(all, account.GetString("subscription"))
		if r.invoices, err = p.Invoices(ctx, account.Customer()); err != nil {
			return fmt.Errorf("read the invoices of a team: %w", err)
		}
		if waiting == nil || waiting.Status() != Unpaid {
			return nil
		}
		if id, ok := strings.CutPrefix(waiting.GetString("payment"), checkoutPrefix); ok {
			r.checkout, err = p.CheckoutStatus(ctx, id)
		}
		return err
	})
}

// choose picks the subscription that counts: a live one, the known one first, else the newest. Other live ones are extra.
func (r *reading) choose(all []Subscription, known string) {
	all = slices.DeleteFunc(slices.Clone(all), func(s Subscription) bool { return strings.HasPrefix(s.Status, "incomplete") })
	slices.SortStableFunc(all, func(a, b Subscription) int {
		rank := func(s Subscription) int {
			switch {
			case s.live() && s.ID == known:
				return 0
			case s.live():
				return 1
			}
			return 2
		}
		age := a.Created.Compare(b.Created)
		if rank(a) == 2 {
			age = -age
		}
		return cmp.Or(rank(a)-rank(b), age)
	})
	for i := range all {
		if i == 0 {
			r.chosen = &all[0]
		} else if all[i].live() {
			r.extra = append(r.extra, all[i])
		}
	}
}
