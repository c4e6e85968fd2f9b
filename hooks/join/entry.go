// Package join is the door of a session: who is let in by which link, who waits, and who becomes a guest of the
// team on the way (R67 to R72).
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

// How often somebody may knock (security 33). An office is one network.
const (
	unknownPerNetwork = 20  // links a minute from one network that lead nowhere
	joinsPerPerson    = 30  // a minute, of one person
	joinsPerNetwork   = 600 // a minute, from one network
)

// FindSession reads the session of a link, whether its code is the session's own or an invitee's: a personal link to a series
// leads to the session that is running, else to the next one (R168). personal is the code if it is an invitee's. One that leads nowhere is record.ErrNotFound, and too many: refused for a while.
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
	if errors.Is(err, errs.NotFound) {
		err = limitUnknownLinks(app, from)
	}
	return session, personal, err
}

func limitUnknownLinks(app core.App, from string) error {
	if wait, ok := unknownSessionLimit.In(app).Take(ratelimit.NetworkKey(from)); !ok {
		return errs.RateLimited(wait, "Too many links from your network that are not known here. Wait a minute.")
	}
	return errs.NotFound
}

// limitJoins allows a person so many joins a minute, and a network.
func limitJoins(app core.App, who, from string) error {
	const sentence = "Too many tries to join. Wait a minute."
	if wait, ok := joinLimit.In(app).Take(who); !ok {
		return errs.RateLimited(wait, sentence)
	}
	if wait, ok := networkJoinLimit.In(app).Take(ratelimit.NetworkKey(from)); !ok {
		return errs.RateLimited(wait, sentence)
	}
	return nil
}
