package join

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/audit"
	"usher/hooks/live"
	"usher/hooks/members"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
)

// Admit admits a participant who is in the waiting room or was denied. Someone who isn't in the team becomes its guest (R67).
func Admit(app core.App, by *sessions.Participant, target, from string) error {
	return moderate(app, by, target, from, "session.admit", func(tx core.App, _ *sessions.Session, p *sessions.Participant) error {
		switch p.State() {
		case sessions.StateAdmitted:
			return nil
		case sessions.StateWaiting, sessions.StateDenied:
		default:
			return errs.Invalid("base", CodeBlocked, p.DisplayName()+" isn't in the waiting room.")
		}
		if err := addGuest(tx, p, from); err != nil {
			return err
		}
		return setState(tx, p, sessions.StateAdmitted)
	})
}

// Deny denies a participant who is in the waiting room. A host can still admit them later.
func Deny(app core.App, by *sessions.Participant, target, from string) error {
	return moderate(app, by, target, from, "session.refuse", func(tx core.App, _ *sessions.Session, p *sessions.Participant) error {
		switch p.State() {
		case sessions.StateDenied:
			return nil
		case sessions.StateWaiting:
			return setState(tx, p, sessions.StateDenied)
		}
		return errs.Invalid("base", CodeBlocked, p.DisplayName()+" isn't in the waiting room.")
	})
}

// Kick removes a participant from the session for good (R115). The host can't be removed, and a co-host only by the host.
func Kick(app core.App, by *sessions.Participant, target, from string) error {
	return moderate(app, by, target, from, "session.put_out", func(tx core.App, _ *sessions.Session, p *sessions.Participant) error {
		switch {
		case p.Id == by.Id:
			return errs.Invalid("base", "put_out_self", "You can't remove yourself. Leave the session instead.")
		case p.Role() == sessions.Host:
			return errs.Forbidden("The host can't be removed from the session.")
		case p.Leads() && by.Role() != sessions.Host:
			return errs.Forbidden("Only the host can remove a co-host.")
		}
		return setState(tx, p, sessions.StateRemoved)
	})
}

// Mute turns off a participant's microphone. The participant can turn it on again.
func Mute(app core.App, by *sessions.Participant, target, from string) error {
	return inRoom(app, by, target, from, "session.mute", live.Mute)
}

// StopVideo turns off a participant's camera. The participant can turn it on again.
func StopVideo(app core.App, by *sessions.Participant, target, from string) error {
	return inRoom(app, by, target, from, "session.stop_video", live.StopVideo)
}

// RequestTopic is the topic of the data packets with a Request, which only the server can send without a sender.
const RequestTopic = "host-request"

// Request is what a host asks the page of one participant to do.
type Request string

// What hosts ask for. Only the participant can turn on a microphone.
const (
	Unmute    Request = "unmute"
	LowerHand Request = "lower-hand"
)

// Ask sends a request to a participant's page. It isn't kept, and the audit log doesn't list it.
func Ask(app core.App, by *sessions.Participant, target string, request Request, from string) error {
	return inRoom(app, by, target, from, "", func(app core.App, room, identity string) error {
		return live.SendData(app, room, RequestTopic, []byte(request), identity)
	})
}

// inRoom calls do with the media room of the running session for a participant who can be in it.
func inRoom(app core.App, by *sessions.Participant, target, from, action string, do func(app core.App, room, identity string) error) error {
	room := ""
	err := moderate(app, by, target, from, action, func(_ core.App, session *sessions.Session, p *sessions.Participant) error {
		if session.Status() != sessions.Running || p.State() != sessions.StateAdmitted {
			return errs.Invalid("base", sessions.CodeNotStarted, p.DisplayName()+" isn't in the session.")
		}
		room = session.Media()
		return nil
	})
	if err != nil || room == "" {
		return err
	}
	return do(app, room, target)
}

// moderate runs an action of a host or co-host on a participant, with the right to it checked again.
func moderate(app core.App, by *sessions.Participant, target, from, action string,
	do func(tx core.App, session *sessions.Session, p *sessions.Participant) error) error {
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
			return errs.ErrNotFound
		}
		entry.WithTarget(p.Id, p.DisplayName()).With("session", session.Title())
		if err := canModerate(tx, session, by.Id); err != nil {
			return err
		}
		if status := session.Status(); status == sessions.Ended || status == sessions.Cancelled {
			return errs.Invalid("base", sessions.CodeEnded, "The session has ended.")
		}
		return do(tx, session, p)
	})
}

// canModerate refuses someone who is not, or no longer, host or co-host.
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
		return errs.Forbidden("Only the host and co-hosts can do this.")
	}
	return nil
}

func setState(tx core.App, p *sessions.Participant, state string) error {
	p.Set("state", state)
	return tx.Save(p)
}
