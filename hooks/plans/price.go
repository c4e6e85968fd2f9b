package plans

import (
	"database/sql"
	"errors"
	"fmt"
	"math"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/text"
)

// Price is an amount of money in the smallest unit of its currency, such as cents. Without a currency there is no price.
type Price struct {
	Amount   int64
	Currency string // ISO 4217
}

// IsSet reports whether there is a price. Zero is a price if it has a currency.
func (p Price) IsSet() bool { return p.Currency != "" }

// String is the price for readers: "€49.00", or "" without one.
func (p Price) String() string {
	if !p.IsSet() {
		return ""
	}
	return text.Money(p.InUnits(), p.Currency)
}

// InUnits is the price in the main unit of its currency.
func (p Price) InUnits() float64 { return float64(p.Amount) / math.Pow10(text.Decimals(p.Currency)) }

// Times returns the price of several.
func (p Price) Times(n int) Price { return Price{p.Amount * int64(n), p.Currency} }

// Plus returns the sum of two prices in one currency. A price that isn't set adds nothing. It reports false if the currencies differ.
func (p Price) Plus(other Price) (Price, bool) {
	switch {
	case !other.IsSet():
		return p, true
	case !p.IsSet():
		return other, true
	case p.Currency != other.Currency:
		return p, false
	}
	return Price{p.Amount + other.Amount, p.Currency}, true
}

func priceOf(r *core.Record) Price {
	if currency := r.GetString("currency"); currency != "" {
		return Price{int64(r.GetFloat("price")), currency}
	}
	return Price{}
}

func isNoRows(err error) bool { return errors.Is(err, sql.ErrNoRows) }

func wrap(what string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
