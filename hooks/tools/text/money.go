package text

import (
	"fmt"
	"math"

	"golang.org/x/text/currency"
)

var currencySigns = map[string]string{"EUR": "€", "USD": "$", "GBP": "£"}

// Money formats an amount in the currency's main unit: "€1,183.00", "CHF 12.50", "JPY 900". The currency is an ISO 4217 code.
func Money(amount float64, code string) string {
	decimals := Decimals(code)
	units, rest := math.Modf(math.Round(amount*math.Pow10(decimals)) / math.Pow10(decimals))
	number := Number(int(units))
	if decimals > 0 {
		number += fmt.Sprintf("%.*f", decimals, math.Abs(rest))[1:]
	}
	if sign := currencySigns[code]; sign != "" {
		return sign + number
	}
	return code + " " + number
}

// Decimals is the number of decimals of a currency, such as 2 of EUR and 0 of JPY; 2 of an unknown one.
func Decimals(code string) int {
	unit, err := currency.ParseISO(code)
	if err != nil {
		return 2
	}
	decimals, _ := currency.Standard.Rounding(unit)
	return decimals
}
