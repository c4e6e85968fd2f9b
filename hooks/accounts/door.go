package accounts

import (
	"fmt"
	"math"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/limits"
	"usher/hooks/record"
)

// How many failed sign-ins and how many emails are allowed. An account is watched from each network by itself, so that
// a stranger's failures do not lock its owner out, and over all networks with room for both. A device on which the
// account signed in before has failures of its own.
const (
	failuresPer       = 15 * time.Minute
	failuresAtAccount = 10  // at one account from one network, and from a known device
	failuresInAll     = 50  // at one account from devices that are not known
	failuresFrom      = 100 // from one network, whichever accounts they are for: an office is one network
	emailsPer         = time.Hour
	emailsTo          = 3  // to one address, requested from one network
	emailsInAll       = 10 // to one address
)

// attempt is a check of a password that has begun. It holds its places in the limits from before the check, so that
// parallel attempts cannot exceed them, and gives them back when it turns out not to be a failure.
type attempt struct {
	held []place
}

type place struct {
	limiter *limits.Limiter
	key     string
}

// beginAttempt takes the places of an attempt at an address, whether or not it has an account. device is the value of
// the browser's device cookie, or empty.
func beginAttempt(app core.App, address, from, device string) (*attempt, error) {
	key, network := keyOf(address), limits.Network(from)
	a := &attempt{}
	if wait, ok := a.take(limits.For(app, "signin-network", failuresFrom, failuresPer), network); !ok {
		return nil, record.TooMany(wait, "Too many failed sign-ins from your network. Try again in "+minutes(wait)+".")
	}
	own := []place{
		{limits.For(app, "signin", failuresAtAccount, failuresPer), key + " " + network},
		{limits.For(app, "signin-all", failuresInAll, failuresPer), key},
	}
	if id := knownDevice(app, device, address); id != "" {
		own = []place{{limits.For(app, "signin-device", failuresAtAccount, failuresPer), key + " " + id}}
	}
	for _, limit := range own {
		if wait, ok := a.take(limit.limiter, limit.key); !ok {
			a.forgive()
			return nil, record.TooMany(wait, "Too many failed sign-ins. Try again in "+minutes(wait)+", or reset your password.")
		}
	}
	return a, nil
}

// beginProof takes the place of an attempt at the password of an account that is signed in. Failed sign-ins of others
// do not count here.
func beginProof(app core.App, account *core.Record) (*attempt, error) {
	a := &attempt{}
	if wait, ok := a.take(limits.For(app, "proof", failuresAtAccount, failuresPer), account.Id); !ok {
		return nil, record.TooMany(wait, "Too many wrong passwords. Try again in "+minutes(wait)+", or reset your password.")
	}
	return a, nil
}

func (a *attempt) take(limiter *limits.Limiter, key string) (time.Duration, bool) {
	wait, ok := limiter.Take(key)
	if ok {
		a.held = append(a.held, place{limiter, key})
	}
	return wait, ok
}

// forgive gives the places back: the password was right, or was not checked.
func (a *attempt) forgive() {
	for _, p := range a.held {
		p.limiter.Give(p.key)
	}
	a.held = nil
}

// minutes is a wait in words, rounded up.
func minutes(wait time.Duration) string {
	if n := int(math.Ceil(wait.Minutes())); n > 1 {
		return fmt.Sprintf("%d minutes", n)
	}
	return "1 minute"
}

// limitEmails allows three emails an hour to an address, whether or not it has an account. It counts the address as
// typed, before it is looked up.
func limitEmails(app core.App, address, from string) error {
	key := keyOf(address)
	for _, limit := range []place{
		{limits.For(app, "reset", emailsTo, emailsPer), key + " " + limits.Network(from)},
		{limits.For(app, "reset-all", emailsInAll, emailsPer), key},
	} {
		if wait, ok := limit.limiter.Take(limit.key); !ok {
			return record.TooMany(wait, "Too many emails to this address. Check your inbox, or try again in "+minutes(wait)+".")
		}
	}
	return nil
}

// keyOf is what an address is counted under. What cannot be one is counted together: it never signs in.
func keyOf(address string) string {
	canonical, err := Canonical(address)
	if err != nil {
		return ""
	}
	return canonical
}
