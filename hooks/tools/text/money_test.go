package text_test

import (
	"testing"

	"usher/hooks/tools/text"
)

func TestMoney(t *testing.T) {
	for _, s := range []struct {
		amount   float64
		currency string
		want     string
	}{
		{0, "EUR", "€0.00"}, {4.999, "EUR", "€5.00"}, {1183.5, "USD", "$1,183.50"}, {0.07, "GBP", "£0.07"},
		{900, "JPY", "JPY 900"}, {12.5, "CHF", "CHF 12.50"}, {1.5, "KWD", "KWD 1.500"}, {3, "XQX", "XQX 3.00"},
	} {
		if got := text.Money(s.amount, s.currency); got != s.want {
			t.Errorf("Money(%v, %s) = %q, want %q", s.amount, s.currency, got, s.want)
		}
	}
}
