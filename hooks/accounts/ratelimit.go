package accounts

import (
	"math"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/errs"
	"usher/hooks/tools/ratelimit"
	"usher/hooks/tools/text"
)

// Limits of failed sign-ins and emails. Failures count per account and network, so that a stranger's failures don't lock out
// the owner, and per account over all networks with a higher limit. A known device has a limit of its own.
const (
	failureWindow                 = 15 * time.Minute
	maxFailuresPerSource          = 10  // at one account from one network, and from a known device
	maxFailuresPerAccount         = 50  // at one account from unknown devices
	maxFailuresPerNetwork         = 100 // from one network at any account; an office is one network
	emailWindow                   = time.Hour
	maxEmailsPerAddressAndNetwork = 3  // to one address, requested from one network
	maxEmailsPerAddress           = 10 // to one address
	maxCodesPerAddressAndNetwork  = 6
	maxCodesPerAddress            = 15
	maxCodesPerNetwork            = 100
)

// The rate limits of accounts. The key is an address, an account, a network or a device.
var (
	throttledSignInLog  = ratelimit.Define("signin-throttled", 1, time.Minute)                     // how often a throttled sign-in is recorded for an address
	throttledActionLog  = ratelimit.Define("account-throttled", 1, time.Minute)                    // how often a throttled action of an account is recorded
	EmailChangeLimit    = ratelimit.Define("address", 5, time.Hour)                                // changes of its email address by one account
	AvatarLimit         = ratelimit.Define("picture", 20, time.Hour)                               // uploads of a picture by one account
	networkFailureLimit = ratelimit.Define("signin-network", maxFailuresPerNetwork, failureWindow) // failed sign-ins from one network
	sourceFailureLimit  = ratelimit.Define("signin", maxFailuresPerSource, failureWindow)          // failed sign-ins at one account from one network
	accountFailureLimit = ratelimit.Define("signin-all", maxFailuresPerAccount, failureWindow)     // failed sign-ins at one account from unknown devices
	deviceFailureLimit  = ratelimit.Define("signin-device", maxFailuresPerSource, failureWindow)   // failed sign-ins at one account from a known device
	reauthFailureLimit  = ratelimit.Define("proof", maxFailuresPerSource, failureWindow)           // wrong current passwords of one account
	sourceEmailLimit    = ratelimit.Define("reset", maxEmailsPerAddressAndNetwork, emailWindow)    // emails to one address that one network requests
	addressEmailLimit   = ratelimit.Define("reset-all", maxEmailsPerAddress, emailWindow)          // emails to one address
	sourceCodeLimit     = ratelimit.Define("code", maxCodesPerAddressAndNetwork, emailWindow)      // one-time codes to one address that one network requests
	addressCodeLimit    = ratelimit.Define("code-all", maxCodesPerAddress, emailWindow)            // one-time codes to one address
	networkCodeLimit    = ratelimit.Define("code-network", maxCodesPerNetwork, emailWindow)        // one-time codes that one network requests
	signUpLimit         = ratelimit.Define("signup", 5, time.Hour)                                 // sign-ups from one network
)

// attempt is a password check in progress. It counts against the limits from before the check, so that parallel attempts
// can't exceed them, and is released if it isn't a failure.
type attempt struct {
	slots []slot
}

type slot struct {
	limiter *ratelimit.Limiter
	key     string
}

// beginAttempt counts an attempt to sign in with an address, whether or not it has an account. device is the value of the
// browser's device cookie, or "".
func beginAttempt(app core.App, address, from, device string) (*attempt, error) {
	key, network := limitKey(address), ratelimit.NetworkKey(from)
	a := &attempt{}
	if wait, ok := a.acquire(networkFailureLimit.In(app), network); !ok {
		return nil, errs.RateLimited(wait, "Too many failed sign-ins from your network. Try again in "+formatMinutes(wait)+".")
	}
	limits := []slot{
		{sourceFailureLimit.In(app), key + " " + network},
		{accountFailureLimit.In(app), key},
	}
	if id := knownDeviceID(app, device, address); id != "" {
		limits = []slot{{deviceFailureLimit.In(app), key + " " + id}}
	}
	for _, limit := range limits {
		if wait, ok := a.acquire(limit.limiter, limit.key); !ok {
			a.release()
			return nil, errs.RateLimited(wait, "Too many failed sign-ins. Try again in "+formatMinutes(wait)+", or reset your password.")
		}
	}
	return a, nil
}

// beginReauth counts an attempt to re-enter the password of a signed-in account. Failed sign-ins don't count here.
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

// release stops counting the attempt: the password was right, or wasn't checked.
func (a *attempt) release() {
	for _, s := range a.slots {
		s.limiter.Refund(s.key)
	}
	a.slots = nil
}

// formatMinutes formats a wait, rounded up to minutes.
func formatMinutes(wait time.Duration) string {
	return text.Count(max(1, int(math.Ceil(wait.Minutes()))), "minute", "minutes")
}

// limitEmails limits emails to an address, whether or not it has an account.
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

// limitCodes limits one-time codes to an address, whether or not it has an account, and from a network.
func limitCodes(app core.App, address, from string) error {
	key, network := limitKey(address), ratelimit.NetworkKey(from)
	for _, limit := range []slot{
		{networkCodeLimit.In(app), network},
		{sourceCodeLimit.In(app), key + " " + network},
		{addressCodeLimit.In(app), key},
	} {
		if wait, ok := limit.limiter.Take(limit.key); !ok {
			return errs.RateLimited(wait, "Too many codes. Sign in with your password, or try again in "+formatMinutes(wait)+".")
		}
	}
	return nil
}

// limitKey returns the key under which an address is counted. All invalid addresses share one key.
func limitKey(address string) string {
	canonical, err := CanonicalEmail(address)
	if err != nil {
		return ""
	}
	return canonical
}
