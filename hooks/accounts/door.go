package accounts

import (
	"sync/atomic"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/limits"
	"usher/hooks/record"
)

// How often somebody may try. An account is watched from each network by itself, so that a stranger's tries do
// not lock its owner out, and over all networks with room for both.
const (
	triesPer       = 15 * time.Minute
	triesAtAccount = 10  // at one account from one network
	triesInAll     = 50  // at one account
	failuresFrom   = 100 // wrong passwords from one network, whomever they are for: an office is one network
	lettersPer     = time.Hour
	lettersTo      = 3  // to one account, asked for from one network
	lettersInAll   = 10 // to one account
)

// slowSignIns allows ten tries at an address in a quarter of an hour, whether or not it has an account.
func slowSignIns(app core.App, address, from string) error {
	const sentence = "Too many tries at this password. Wait some minutes, or set a new one by mail."
	if wait, full := limits.For(app, "signin-network", failuresFrom, triesPer).Full(limits.Network(from)); full {
		return record.TooMany(wait, "Too many wrong passwords from your network. Wait some minutes.")
	}
	key := keyOf(address)
	if wait, ok := limits.For(app, "signin", triesAtAccount, triesPer).Take(key + " " + limits.Network(from)); !ok {
		return record.TooMany(wait, sentence)
	}
	if wait, ok := limits.For(app, "signin-all", triesInAll, triesPer).Take(key); !ok {
		return record.TooMany(wait, sentence)
	}
	return nil
}

// countFailure counts a wrong password against the network that it came from.
func countFailure(app core.App, from string) {
	limits.For(app, "signin-network", failuresFrom, triesPer).Take(limits.Network(from))
}

// slowResets allows three letters an hour to an address.
func slowResets(app core.App, address, from string) error {
	const sentence = "Too many letters to this address. Look in your mail, or wait an hour."
	key := keyOf(address)
	if wait, ok := limits.For(app, "reset", lettersTo, lettersPer).Take(key + " " + limits.Network(from)); !ok {
		return record.TooMany(wait, sentence)
	}
	if wait, ok := limits.For(app, "reset-all", lettersInAll, lettersPer).Take(key); !ok {
		return record.TooMany(wait, sentence)
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

// maxWaiting is how many checks of passwords may wait for their turn; at some ten a second that is seconds.
const maxWaiting = 64

var waiting atomic.Int64

// inTurn runs a check of a password in its turn. Where too many wait already it is refused.
func inTurn(check func() error) error {
	defer waiting.Add(-1)
	if waiting.Add(1) > maxWaiting {
		return record.TooMany(5*time.Second, "Too many people sign in at this moment. Try again in some seconds.")
	}
	checks <- struct{}{}
	defer func() { <-checks }()
	return check()
}
