// Package join decides who can join a session with which link, who waits in the waiting room, and who becomes a guest of the
// team by joining (R67 to R72).
package join

import (
	"errors"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/ratelimit"
)

// The rate limits of joining.
var (
	unknownSessionLimit = ratelimit.Define("unknown-session", unknownPerNetwork, time.Minute) // unknown session links that one network opens
	joinLimit           = ratelimit.Define("join", joinsPerPerson, time.Minute)               // joins by one account or guest
	networkJoinLimit    = ratelimit.Define("join-network", joinsPerNetwork, time.Minute)      // joins from one network
)

// The values of the rate limits (security 33). The whole network of an office has one IP address.
const (
	unknownPerNetwork = 20  // a minute
	joinsPerPerson    = 30  // a minute
	joinsPerNetwork   = 600 // a minute
)

// FindSession finds the session of a session link or a personal link. A personal link to a series opens the running session,
// or else the next one (R168); personal is the code if it is one. It returns errs.ErrNotFound for an unknown code, and refuses a
// network that tried too many.
func FindSession(app core.App, code, from string) (session *sessions.Session, personal string, err error) {
	if strings.HasPrefix(code, sessions.PersonalPrefix) {
		personal = code
		var lead *sessions.LinkTarget
		if lead, err = sessions.ResolveLink(app, code); err == nil {
			session = lead.Session
		}
	} else {
		session, err = sessions.FindByCode(app, code)
	}
	if errors.Is(err, errs.ErrNotFound) {
		err = limitUnknownLinks(app, from)
	}
	return session, personal, err
}

func limitUnknownLinks(app core.App, from string) error {
	if wait, ok := unknownSessionLimit.In(app).Take(ratelimit.NetworkKey(from)); !ok {
		return errs.RateLimited(wait, "Too many unknown links from your network. Try again in a minute.")
	}
	return errs.ErrNotFound
}

// limitJoins limits joins by one person and from one network.
func limitJoins(app core.App, who, from string) error {
	const sentence = "Too many attempts to join. Try again in a minute."
	if wait, ok := joinLimit.In(app).Take(who); !ok {
		return errs.RateLimited(wait, sentence)
	}
	if wait, ok := networkJoinLimit.In(app).Take(ratelimit.NetworkKey(from)); !ok {
		return errs.RateLimited(wait, sentence)
	}
	return nil
}
