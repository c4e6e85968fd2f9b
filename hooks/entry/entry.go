// Package entry is the door of a session: who is let in by which link, who waits, and who becomes a guest of the
// team on the way (R67 to R72).
package entry

import (
	"errors"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/limits"
	"usher/hooks/record"
	"usher/hooks/sessions"
)

// How often somebody may knock (security 33). An office is one network.
const (
	unknownFrom = 20  // links a minute from one network that lead nowhere
	joinsOf     = 30  // a minute, of one person
	joinsFrom   = 600 // a minute, from one network
)

// Find reads the session of a link, whether its code is the session's own or an invitee's: a personal link to a series
// leads to the session that is running, else to the next one (R168). personal is the code if it is an invitee's. One that leads nowhere is record.ErrNotFound, and too many: refused for a while.
func Find(app core.App, code, from string) (session *sessions.Session, personal string, err error) {
	if strings.HasPrefix(code, sessions.PersonalPrefix) {
		personal = code
		var lead *sessions.Lead
		if lead, err = sessions.Follow(app, code); err == nil {
			session = lead.Session
		}
	} else {
		session, err = sessions.ByCode(app, code)
	}
	if errors.Is(err, record.ErrNotFound) {
		err = slowGuesses(app, from)
	}
	return session, personal, err
}

func slowGuesses(app core.App, from string) error {
	if wait, ok := limits.For(app, "unknown-session", unknownFrom, time.Minute).Take(limits.Network(from)); !ok {
		return record.TooMany(wait, "Too many links from your network that are not known here. Wait a minute.")
	}
	return record.ErrNotFound
}

// slowJoins allows a person so many joins a minute, and a network.
func slowJoins(app core.App, who, from string) error {
	const sentence = "Too many tries to join. Wait a minute."
	if wait, ok := limits.For(app, "join", joinsOf, time.Minute).Take(who); !ok {
		return record.TooMany(wait, sentence)
	}
	if wait, ok := limits.For(app, "join-network", joinsFrom, time.Minute).Take(limits.Network(from)); !ok {
		return record.TooMany(wait, sentence)
	}
	return nil
}
