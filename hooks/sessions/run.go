package sessions

import (
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// Why a session ended.
const (
	EndedByHost     = "host"
	EndedByAdmin    = "admin"
	EndedByTime     = "time"      // ten minutes over, or as long as the plan lets
	EndedEmpty      = "empty"     // nobody in it for ten minutes
	EndedExternally = "elsewhere" // reported by the program that holds it
	EndedHostGone   = "host_gone" // nobody was left to lead it
)

// DefaultExtension is by how many minutes a press extends a session.
const DefaultExtension = 15

// maxExtension is by how many it can be extended at once.
const maxExtension = 120

// Start begins the run of a session: it takes a licence and a new media room (R100, R108 to R110). It is for the
// host and co-hosts who may host, from 15 minutes before the session's time. One that runs already is left as it is.
func Start(app core.App, actor *actors.Actor, id string) (*Session, error) {
	return runAction(app, actor, id, "session.start", func(tx core.App, actor *actors.Actor, session *Session, _ *audit.Entry) error {
		leads, err := Leads(tx, session, actor)
		switch {
		case err != nil:
			return err
		case !leads:
			return errs.Forbidden("The host and co-hosts start this session. It is held by " + session.GetString("host_name") + ".")
		case !actor.CanHost():
			return CanHost(tx, actor)
		case session.Status() == Running:
			return errNoChange
		}
		err = StartTx(tx, session, time.Now())
		if errs.Code(err) == CodeLicencesFull {
			return licencesFullError(tx, actor, err)
		}
		return err
	})
}

// StartTx starts a session inside a transaction, whoever may do it: within its time, and with a free licence.
func StartTx(tx core.App, session *Session, now time.Time) error {
	switch {
	case session.Status() != Scheduled:
		return statusError(session.Status())
	case now.Before(session.Starts().Add(-StartWindow)):
		from := session.Starts().Add(-StartWindow).In(session.Zone())
		return errs.Invalid("base", CodeNotStarted, fmt.Sprintf("You can start this session 15 minutes early, from %s (%s).",
			text.DateAndTime(from, "Mon 2 Jan"), text.ZoneName(from.Location())))
	case !now.Before(session.Ends()):
		return errs.Invalid("base", CodeEnded, "The time of this session is over. Schedule a new one.")
	}
	return setRunning(tx, session, now)
}

func setRunning(tx core.App, session *Session, at time.Time) error {
	session.Set("status", Running)
	session.Set("started", at)
	return tx.Save(session)
}

// End ends a running session for all, and gives its licence back. It is for the host and co-hosts, and for the Owner
// and Admins with any session (R115, R116), whose host gets an email then. One that has ended is left as it is.
func End(app core.App, actor *actors.Actor, id string) error {
	_, err := runAction(app, actor, id, "session.end", func(tx core.App, actor *actors.Actor, session *Session, entry *audit.Entry) error {
		leads, err := Leads(tx, session, actor)
		switch {
		case err != nil:
			return err
		case !leads && !actor.CanUsePanel():
			return errs.Forbidden("The host, the co-hosts, the Owner and Admins end this session.")
		case session.Status() == Ended:
			return errNoChange
		case session.Status() != Running:
			return statusError(session.Status())
		}
		reason := EndedByAdmin
		if leads {
			reason = EndedByHost
		}
		entry.With("reason", reason)
		if err := setEnded(tx, session, time.Now(), reason); err != nil || leads {
			return err
		}
		return sendEnded(tx, actor, session)
	})
	return err
}

func setEnded(tx core.App, session *Session, at time.Time, reason string) error {
	session.Set("status", Ended)
	session.Set("ended", at)
	session.Set("end_reason", reason)
	return tx.Save(session)
}

// Extend gives a running session more minutes, More if it is 0, while plan and room allow it (R104). It is for the
// host and co-hosts.
func Extend(app core.App, actor *actors.Actor, id string, minutes int) (*Session, error) {
	return runAction(app, actor, id, "session.extend", func(tx core.App, actor *actors.Actor, session *Session, entry *audit.Entry) error {
		leads, err := Leads(tx, session, actor)
		if minutes == 0 {
			minutes = DefaultExtension
		}
		switch {
		case err != nil:
			return err
		case !leads:
			return errs.Forbidden("The host and co-hosts extend this session.")
		case session.Status() != Running:
			return statusError(session.Status())
		case minutes < 1 || minutes > maxExtension:
			return errs.Invalid("minutes", CodeBadLength, fmt.Sprintf("A session is extended by 1 to %d minutes at a time.", maxExtension))
		}
		entry.With("minutes", minutes)
		session.Set("extra", session.GetInt("extra")+minutes)
		return tx.Save(session)
	})
}

var errNoChange = errors.New("nothing to do")

// runAction does a deed on a session of the actor's team in one transaction, and writes it down.
func runAction(app core.App, actor *actors.Actor, id, action string,
	deed func(tx core.App, actor *actors.Actor, session *Session, entry *audit.Entry) error) (*Session, error) {
	var session *Session
	entry := audit.NewEntry(actor, action).WithTarget(id, "")
	err := audit.Do(app, entry, func(tx core.App) error {
		actor, err := actor.Reload(tx)
		if err != nil {
			return err
		}
		if session, err = Find(tx, actor.Team.Id, id); err != nil {
			return err
		}
		entry.WithTarget(session.Id, session.Title())
		if err := deed(tx, actor, session, entry); !errors.Is(err, errNoChange) {
			return err
		}
		entry.Action = ""
		return nil
	})
	if err != nil {
		return nil, err
	}
	return session, nil
}

// Leads reports whether the actor has the controls of the session's host: by his part in it, while nobody put him out.
func Leads(tx core.App, session *Session, actor *actors.Actor) (bool, error) {
	p, err := findOneParticipant(tx, dbx.HashExp{"session": session.Id, "user": actor.Account.Id, "part": []any{Host, Cohost}})
	if errors.Is(err, errs.NotFound) {
		return false, nil
	}
	return err == nil && !p.Excluded(), err
}

// StartExternal starts a session that is held elsewhere, inside a transaction: it runs since at, which may precede
// its plan. It takes a licence as any other.
func StartExternal(tx core.App, session *Session, at time.Time) error {
	if session.Status() != Scheduled {
		return statusError(session.Status())
	}
	return setRunning(tx, session, at)
}

// EndExternal ends a session that is held elsewhere, inside a transaction.
func EndExternal(tx core.App, session *Session, at time.Time) error {
	if session.Status() != Running {
		return statusError(session.Status())
	}
	return setEnded(tx, session, at, EndedExternally)
}
