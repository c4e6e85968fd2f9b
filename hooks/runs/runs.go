// Package runs starts, extends and ends sessions. A running session uses a licence of its team and has a media room.
package runs

import (
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// Why a session ended.
const (
	EndedByHost     = "host"
	EndedByAdmin    = "admin"
	EndedByTime     = "time"      // GracePeriod over its time, or at the plan's limit
	EndedEmpty      = "empty"     // empty for GracePeriod
	EndedExternally = "elsewhere" // reported by the external tool
	EndedHostGone   = "host_gone" // no host or co-host was left
)

// Codes of errors.
const (
	CodeRunning      = "session_running"
	CodeLicencesFull = "licences_full"
)

// DefaultExtension is the default extension of a session in minutes.
const DefaultExtension = 15

// maxExtension is the longest single extension in minutes.
const maxExtension = 120

// Start starts a session: it uses a licence and gets a new media room (R100, R108 to R110). The host, and co-hosts who can
// host, can start it from StartWindow before its start. A running session is left as it is.
func Start(app core.App, actor *actors.Actor, id string) (*sessions.Session, error) {
	return runAction(app, actor, id, "session.start", func(tx core.App, actor *actors.Actor, session *sessions.Session, _ *audit.Entry) error {
		leads, err := sessions.Leads(tx, session, actor)
		switch {
		case err != nil:
			return err
		case !leads:
			return errs.Forbidden("Only the host and co-hosts can start this session. The host is " + session.GetString("host_name") + ".")
		case !actor.CanHost():
			return sessions.CanHost(tx, actor)
		case session.Status() == sessions.Running:
			return errNoChange
		}
		err = StartTx(tx, session, time.Now())
		if errs.Code(err) == CodeLicencesFull {
			return licencesFullError(tx, actor, err)
		}
		return err
	})
}

// StartTx starts a session inside a transaction, within its time and with a free licence. The caller checks the right to.
func StartTx(tx core.App, session *sessions.Session, now time.Time) error {
	switch {
	case session.Status() != sessions.Scheduled:
		return sessions.StatusError(session.Status())
	case now.Before(session.Starts().Add(-sessions.StartWindow)):
		from := session.Starts().Add(-sessions.StartWindow).In(session.Zone())
		return errs.Invalid("base", sessions.CodeNotStarted, fmt.Sprintf("You can start this session %s early, from %s (%s).",
			text.Duration(sessions.StartWindow), text.DateAndTime(from, "Mon 2 Jan"), text.ZoneName(from.Location())))
	case !now.Before(session.Ends()):
		return errs.Invalid("base", sessions.CodeEnded, "The time of this session has passed. Schedule a new one.")
	}
	return setRunning(tx, session, now)
}

func setRunning(tx core.App, session *sessions.Session, at time.Time) error {
	session.Set("status", sessions.Running)
	session.Set("started", at)
	return tx.Save(session)
}

// End ends a running session for everyone and frees its licence. The host and co-hosts can end it, and the Owner and
// Admins (R115, R116), in which case the host gets an email. A session that has ended is left as it is.
func End(app core.App, actor *actors.Actor, id string) error {
	_, err := runAction(app, actor, id, "session.end", func(tx core.App, actor *actors.Actor, session *sessions.Session, entry *audit.Entry) error {
		leads, err := sessions.Leads(tx, session, actor)
		switch {
		case err != nil:
			return err
		case !leads && !actor.CanUsePanel():
			return actor.Refusal((*actors.Actor).CanUsePanel, errs.Forbidden("Only the host, co-hosts, the Owner and Admins can end this session."))
		case session.Status() == sessions.Ended:
			return errNoChange
		case session.Status() != sessions.Running:
			return sessions.StatusError(session.Status())
		}
		reason := EndedByAdmin
		if leads {
			reason = EndedByHost
		}
		entry.With("reason", reason)
		if err := setEnded(tx, session, time.Now(), reason); err != nil || leads {
			return err
		}
		return sessions.SendEnded(tx, actor, session)
	})
	return err
}

func setEnded(tx core.App, session *sessions.Session, at time.Time, reason string) error {
	session.Set("status", sessions.Ended)
	session.Set("ended", at)
	session.Set("end_reason", reason)
	return tx.Save(session)
}

// Extend extends a running session by minutes, or DefaultExtension if that is 0, if plan and room allow it (R104). The host
// and co-hosts can extend it.
func Extend(app core.App, actor *actors.Actor, id string, minutes int) (*sessions.Session, error) {
	return runAction(app, actor, id, "session.extend", func(tx core.App, actor *actors.Actor, session *sessions.Session, entry *audit.Entry) error {
		leads, err := sessions.Leads(tx, session, actor)
		if minutes == 0 {
			minutes = DefaultExtension
		}
		switch {
		case err != nil:
			return err
		case !leads:
			return errs.Forbidden("Only the host and co-hosts can extend this session.")
		case session.Status() != sessions.Running:
			return sessions.StatusError(session.Status())
		case minutes < 1 || minutes > maxExtension:
			return errs.Invalid("minutes", sessions.CodeBadLength, fmt.Sprintf("You can extend a session by 1 to %d minutes at a time.", maxExtension))
		}
		entry.With("minutes", minutes)
		session.Set("extra", session.GetInt("extra")+minutes)
		return tx.Save(session)
	})
}

var errNoChange = errors.New("nothing to do")

// runAction runs an action on a session of the actor's team in one transaction, and records it in the audit log.
func runAction(app core.App, actor *actors.Actor, id, action string,
	do func(tx core.App, actor *actors.Actor, session *sessions.Session, entry *audit.Entry) error) (*sessions.Session, error) {
	var session *sessions.Session
	entry := audit.NewEntry(actor, action).WithTarget(id, "")
	err := audit.Do(app, entry, func(tx core.App) error {
		actor, err := actor.Reload(tx)
		if err != nil {
			return err
		}
		if session, err = sessions.Find(tx, actor.Team.Id, id); err != nil {
			return err
		}
		entry.WithTarget(session.Id, session.Title())
		if err := do(tx, actor, session, entry); !errors.Is(err, errNoChange) {
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

// StartExternal starts a session that is held in another tool, inside a transaction. It runs since at, which can be before
// its scheduled start, and uses a licence like any other.
func StartExternal(tx core.App, session *sessions.Session, at time.Time) error {
	if session.Status() != sessions.Scheduled {
		return sessions.StatusError(session.Status())
	}
	return setRunning(tx, session, at)
}

// EndExternal ends a session that is held in another tool, inside a transaction.
func EndExternal(tx core.App, session *sessions.Session, at time.Time) error {
	if session.Status() != sessions.Running {
		return sessions.StatusError(session.Status())
	}
	return setEnded(tx, session, at, EndedExternally)
}
