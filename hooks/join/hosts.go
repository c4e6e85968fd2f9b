package join

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/audit"
	"usher/hooks/live"
	"usher/hooks/members"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
)

// Admit lets somebody in who waits at the door, or who was refused there. Whoever is not in the team becomes its
// guest by it (R67).
func Admit(app core.App, by *sessions.Participant, target, from string) error {
	return moderate(app, by, target, from, "session.admit", func(tx core.App, _ *sessions.Session, p *sessions.Participant) error {
		switch p.State() {
		case sessions.StateAdmitted:
			return nil
		case sessions.StateWaiting, sessions.StateDenied:
		default:
			return errs.Invalid("base", CodeBlocked, p.DisplayName()+" does not wait at the door.")
		}
		if err := addGuest(tx, p, from); err != nil {
			return err
		}
		return setState(tx, p, sessions.StateAdmitted)
	})
}

// Deny turns somebody away who waits at the door. A host can admit him yet.
func Deny(app core.App, by *sessions.Participant, target, from string) error {
	return moderate(app, by, target, from, "session.refuse", func(tx core.App, _ *sessions.Session, p *sessions.Participant) error {
		switch p.State() {
		case sessions.StateDenied:
			return nil
		case sessions.StateWaiting:
			return setState(tx, p, sessions.StateDenied)
		}
		return errs.Invalid("base", CodeBlocked, p.DisplayName()+" does not wait at the door.")
	})
}

// Kick ends the session for one person, for good (R115). Nobody puts out the host, and only the host a co-host.
func Kick(app core.App, by *sessions.Participant, target, from string) error {
	return moderate(app, by, target, from, "session.put_out", func(tx core.App, _ *sessions.Session, p *sessions.Participant) error {
		switch {
		case p.Id == by.Id:
			return errs.Invalid("base", "put_out_self", "You cannot put yourself out. Leave the session instead.")
		case p.Role() == sessions.Host:
			return errs.Forbidden("Nobody puts out the host.")
		case p.Leads() && by.Role() != sessions.Host:
			return errs.Forbidden("Only the host puts out a co-host.")
		}
		return setState(tx, p, sessions.StateRemoved)
	})
}

// Mute turns somebody's microphone off. He can turn it on again.
func Mute(app core.App, by *sessions.Participant, target, from string) error {
	room := ""
	err := moderate(app, by, target, from, "session.mute", func(_ core.App, session *sessions.Session, p *sessions.Participant) error {
		if session.Status() != sessions.Running || p.State() != sessions.StateAdmitted {
			return errs.Invalid("base", sessions.CodeNotStarted, p.DisplayName()+" is not in the session.")
		}
		room = session.Media()
		return nil
	})
	if err != nil || room == "" {
		return err
	}
	return live.Mute(app, room, target)
}

// moderate runs a deed of who leads a session on somebody in it, with the right to it read anew.
func moderate(app core.App, by *sessions.Participant, target, from, action string,
	deed func(tx core.App, session *sessions.Session, p *sessions.Participant) error) error {
	entry := &audit.Entry{Action: action, Team: by.GetString("team"), Actor: by.UserID(), ActorName: by.DisplayName(), IP: from}
	return audit.Do(app, entry, func(tx core.App) error {
		session, err := sessions.FindByID(tx, by.SessionID())
		if err != nil {
			return err
		}
		p, err := sessions.FindParticipant(tx, target)
		if err != nil {
			return err
		}
		if p.SessionID() != session.Id {
			return errs.NotFound
		}
		entry.WithTarget(p.Id, p.DisplayName()).With("session", session.Title())
		if err := canModerate(tx, session, by.Id); err != nil {
			return err
		}
		if status := session.Status(); status == sessions.Ended || status == sessions.Cancelled {
			return errs.Invalid("base", sessions.CodeEnded, "The session is over.")
		}
		return deed(tx, session, p)
	})
}

// canModerate refuses who does not lead the session, or not any more.
func canModerate(tx core.App, session *sessions.Session, id string) error {
	by, err := sessions.FindParticipant(tx, id)
	if err != nil {
		return err
	}
	member, err := members.IsMember(tx, session.TeamID(), by.UserID())
	if err != nil {
		return err
	}
	if !member || !by.Leads() || by.Excluded() {
		return errs.Forbidden("Only the host and the co-hosts of a session do this.")
	}
	return nil
}

func setState(tx core.App, p *sessions.Participant, state string) error {
	p.Set("state", state)
	return tx.Save(p)
}
