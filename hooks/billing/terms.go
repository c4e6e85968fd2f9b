package billing

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/tools/errs"
)

// Terms say how a change is paid.
type Terms struct {
	Checkout bool      // on a page of the payment provider
	Charged  bool      // immediately, with the payment method that it has
	Starts   time.Time // at the end of the paid period; zero: as soon as it is paid
}

// TermsOf returns how the change of a preview would be paid. They are zero if there is nothing to pay.
func TermsOf(app core.App, actor *actors.Actor, p *Preview) (Terms, error) {
	account, err := FindAccount(app, actor.Team.Id)
	if errs.IgnoreNotFound(err) != nil {
		return Terms{}, err
	}
	switch {
	case err == nil && account.Live() && p.Lowers():
		return Terms{Starts: account.PeriodEnds()}, nil
	case err == nil && account.Live():
		return Terms{Charged: true}, nil
	}
	return Terms{Checkout: len(paidItems(p.NewPlan, p.NewHeld)) > 0}, nil
}

// IsSold reports whether a team can order a plan or an add-on with the price: where changes are paid, what has none can't be bought.
func IsSold(app core.App, price string) bool { return !IsPaid(app) || price != "" }
