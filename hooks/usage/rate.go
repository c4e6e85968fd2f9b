package usage

import (
	"fmt"
	"math"
	"strings"

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
func (r Rate) FormatCost(seconds int) string { return r.format(r.Cost(seconds)) }

// String is the rate for readers: "€3.00 an hour".
func (r Rate) String() string { return r.format(r.Hourly) + " an hour" }

var currencySigns = map[string]string{"EUR": "€", "USD": "$", "GBP": "£"}

func (r Rate) format(amount float64) string {
	whole, cents, _ := strings.Cut(fmt.Sprintf("%.2f", amount), ".")
	var units int
	_, _ = fmt.Sscan(whole, &units)
	number := text.Number(units) + "." + cents
	if sign := currencySigns[r.Currency]; sign != "" {
		return sign + number
	}
	return r.Currency + " " + number
}
