package settings

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The ways to settle a change of a plan.
const (
	BillingOpen     = "open"     // it is applied immediately: the server's owner is the customer
	BillingOperator = "operator" // it is requested, and the server administrator approves it
	BillingStripe   = "stripe"   // it is paid through Stripe
)

// The default and the limit of the days after a failed payment in which a team keeps its plan.
const (
	defaultGraceDays = 14
	maxGraceDays     = 90
)

// readBilling reads the settings of billing. Errors don't repeat keys.
func (c *Config) readBilling(getenv func(string) string) error {
	var faults []error
	fault := func(wrong bool, format string, args ...any) {
		if wrong {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	c.Billing = cmp.Or(getenv("USHER_BILLING"), BillingOpen)
	fault(!slices.Contains([]string{BillingOpen, BillingOperator, BillingStripe}, c.Billing), "USHER_BILLING is %q: set it to open, operator or stripe", c.Billing)

	days, err := strconv.Atoi(cmp.Or(getenv("USHER_BILLING_GRACE"), strconv.Itoa(defaultGraceDays)))
	fault(err != nil || days < 0 || days > maxGraceDays, "USHER_BILLING_GRACE is %q: set it to a number of days from 0 to %d", getenv("USHER_BILLING_GRACE"), maxGraceDays)
	c.GraceDays = days

	c.StripeKey, c.StripeURL, c.StripeSecret = getenv("STRIPE_SECRET_KEY"), getenv("STRIPE_BASE_URL"), getenv("STRIPE_WEBHOOK_SECRET")
	fault(c.StripeKey != "" && !strings.HasPrefix(c.StripeKey, "sk_") && !strings.HasPrefix(c.StripeKey, "rk_"),
		"STRIPE_SECRET_KEY is invalid: copy the secret key from Stripe; it starts with sk_ or rk_")
	fault(c.StripeSecret != "" && (!strings.HasPrefix(c.StripeSecret, "whsec_") || len(c.StripeSecret) < len("whsec_")+16),
		"STRIPE_WEBHOOK_SECRET is invalid: copy the signing secret of the endpoint from Stripe; it starts with whsec_")
	fault(c.StripeURL != "" && !isOrigin(c.StripeURL, true), "STRIPE_BASE_URL is %q: set it to a scheme and host, such as https://api.stripe.com", c.StripeURL)
	fault(c.Billing == BillingStripe && (c.StripeKey == "" || c.StripeSecret == ""),
		"USHER_BILLING is %q: set STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET too", c.Billing)
	return errors.Join(faults...)
}
