package accounts

import (
	"fmt"
	"math"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/errs"
	"usher/hooks/tools/ratelimit"
)

// How many failed sign-ins and how many emails are allowed. An account is watched from each network by itself, so that
// a stranger's failures do not lock its owner out, and over all networks with room for both. A device on which the
// account signed in before has failures of its own.
const (
	failureWindow                 = 15 * time.Minute
	maxFailuresPerSource          = 10  // at one account from one network, and from a known device
	maxFailuresPerAccount         = 50  // at one account from devices that are not known
	maxFailuresPerNetwork         = 100 // from one network, whichever accounts they are for: an office is one network
	emailWindow                   = time.Hour
	maxEmailsPerAddressAndNetwork = 3  // to one address, requested from one network
	maxEmailsPerAddress           = 10 // to one address
)

// The rate limits of accounts. The key is an address, an account, a network or a device.
var (
	throttledSignInLog  = ratelimit.Define("signin-throttled", 1, time.Minute)                     // how often a throttled sign-in is recorded for an address
	throttledActionLog  = ratelimit.Define("account-throttled", 1, time.Minute)                    // how often a throttled action of an account is recorded
	emailChangeLimit    = ratelimit.Define("address", 5, time.Hour)                                // changes of its email address by one account
	avatarLimit         = ratelimit.Define("picture", 20, time.Hour)                               // uploads of a picture by one account
	networkFailureLimit = ratelimit.Define("signin-network", maxFailuresPerNetwork, failureWindow) // failed sign-ins from one network
	sourceFailureLimit  = ratelimit.Define("signin", maxFailuresPerSource, failureWindow)          // failed sign-ins at one account from one network
	accountFailureLimit = ratelimit.Define("signin-all", maxFailuresPerAccount, failureWindow)     // failed sign-ins at one account from unknown devices
	deviceFailureLimit  = ratelimit.Define("signin-device", maxFailuresPerSource, failureWindow)   // failed sign-ins at one account from a known device
	reauthFailureLimit  = ratelimit.Define("proof", maxFailuresPerSource, failureWindow)           // wrong current passwords of one account
	sourceEmailLimit    = ratelimit.Define("reset", maxEmailsPerAddressAndNetwork, emailWindow)    // emails to one address that one network requests
	addressEmailLimit   = ratelimit.Define("reset-all", maxEmailsPerAddress, emailWindow)          // emails to one address
	signUpLimit         = ratelimit.Define("signup", 5, time.Hour)                                 // sign-ups from one network
)

// attempt is a check of a password that has begun. It holds its places in the limits from before the check, so that
// parallel attempts cannot exceed them, and gives them back when it turns out not to be a failure.
type attempt struct {
	slots []slot
}

type slot struct {
	limiter *ratelimit.Limiter
	key     string
}

// beginAttempt takes the places of an attempt at an address, whether or not it has an account. device is the value of
// the browser's device cookie, or empty.
func beginAttempt(app core.App, address, from, device string) (*attempt, error) {
	key, network := limitKey(address), ratelimit.NetworkKey(from)
	a := &attempt{}
	if wait, ok := a.acquire(networkFailureLimit.In(app), network); !ok {
		return nil, errs.RateLimited(wait, "Too many failed sign-ins from your network. Try again in "+formatMinutes(wait)+".")
	}
	own := []slot{
		{sourceFailureLimit.In(app), key + " " + network},
		{accountFailureLimit.In(app), key},
	}
	if id := knownDeviceID(app, device, address); id != "" {
		own = []slot{{deviceFailureLimit.In(app), key + " " + id}}
	}
	for _, limit := range own {
		if wait, ok := a.acquire(limit.limiter, limit.key); !ok {
			a.release()
			return nil, errs.RateLimited(wait, "Too many failed sign-ins. Try again in "+formatMinutes(wait)+", or reset your password.")
		}
	}
	return a, nil
}

// beginReauth takes the place of an attempt at the password of an account that is signed in. Failed sign-ins of others
// do not count here.
func beginReauth(app core.App, account *core.Record) (*attempt, error) {
	a := &attempt{}
	if wait, ok := a.acquire(reauthFailureLimit.In(app), account.Id); !ok {
		return nil, errs.RateLimited(wait, "Too many wrong passwords. Try again in "+formatMinutes(wait)+", or reset your password.")
	}
	return a, nil
}

func (a *attempt) acquire(limiter *ratelimit.Limiter, key string) (time.Duration, bool) {
	wait, ok := limiter.Take(key)
	if ok {
		a.slots = append(a.slots, slot{limiter, key})
	}
	return wait, ok
}

// release gives the places back: the password was right, or was not checked.
func (a *attempt) release() {
	for _, p := range a.slots {
		p.limiter.Refund(p.key)
	}
	a.slots = nil
}

// formatMinutes is a wait in words, rounded up.
func formatMinutes(wait time.Duration) string {
	if n := int(math.Ceil(wait.Minutes())); n > 1 {
		return fmt.Sprintf("%d minutes", n)
	}
	return "1 minute"
}

// limitEmails allows three emails an hour to an address, whether or not it has an account. It counts the address as
// typed, before it is looked up.
func limitEmails(app core.App, address, from string) error {
	key := limitKey(address)
	for _, limit := range []slot{
		{sourceEmailLimit.In(app), key + " " + ratelimit.NetworkKey(from)},
		{addressEmailLimit.In(app), key},
	} {
		if wait, ok := limit.limiter.Take(limit.key); !ok {
			return errs.RateLimited(wait, "Too many emails to this address. Check your inbox, or try again in "+formatMinutes(wait)+".")
		}
	}
	return nil
}

// limitKey is what an address is counted under. What cannot be one is counted together: it never signs in.
func limitKey(address string) string {
	canonical, err := CanonicalEmail(address)
	if err != nil {
		return ""
	}
	return canonical
}
