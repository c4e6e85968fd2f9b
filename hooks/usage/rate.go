package usage

import (
	"math"

	"usher/hooks/plans"
	"usher/hooks/tools/text"
)

// Rate is the price of an hour of a session. Without one, sessions are included in the plan (R124).
type Rate struct {
	Hourly   float64
	Currency string // ISO 4217
	Plan     string // name of the team's plan
}

func rateOf(plan *plans.Plan) Rate { return Rate{plan.HourlyRate(), plan.Currency(), plan.Name()} }

// Included reports whether sessions have no price.
func (r Rate) Included() bool { return r.Hourly == 0 }

// Cost is the price of a number of seconds, rounded to two decimals.
func (r Rate) Cost(seconds int) float64 {
	return math.Round(float64(seconds)*r.Hourly/36) / 100
}

// FormatCost is Cost for readers: "€183.00".
func (r Rate) FormatCost(seconds int) string { return text.Money(r.Cost(seconds), r.Currency) }

// String is the rate for readers: "€3.00 an hour".
func (r Rate) String() string { return text.Money(r.Hourly, r.Currency) + " an hour" }
