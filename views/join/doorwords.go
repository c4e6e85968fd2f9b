package join

import (
	"cmp"
	"time"

	"usher/hooks/entry"
	"usher/hooks/sessions"
	"usher/views/ui"
)

// title is what the page says first.
func (p doorProps) title() string {
	switch p.Standing {
	case entry.WrongAccount:
		return "This link is for another address"
	case entry.Prompt:
		return p.asking() + " invites you to a session of " + p.Team
	case entry.Declined:
		return "You declined this session"
	case entry.Stranger:
		return "You're not invited to this session"
	case entry.Full:
		return "The session is full"
	case entry.Refused:
		return "The host didn't admit you"
	case entry.Removed:
		return "You're no longer invited"
	case entry.Out:
		return p.outTitle()
	case entry.Ended:
		return "This session has ended"
	case entry.Missed:
		return "This session was never started"
	case entry.Off:
		return "This session was cancelled"
	}
	return p.Facts.Title
}

// lede says in a sentence or two how it stands, and what comes next.
func (p doorProps) lede() string {
	switch p.Standing {
	case entry.Early:
		return "It starts in " + until(p.Ahead) + ". You can join from 15 minutes before the start, with this same link."
	case entry.SignIn:
		return p.signInLede()
	case entry.Name:
		return "Enter your name to join. You don't need an account or a password."
	case entry.WrongAccount:
		return "A personal link works only for the address it was sent to."
	case entry.Prompt:
		return "To join, you become a guest of " + p.Team + "."
	case entry.Declined:
		return "You can still accept and join."
	case entry.Ask:
		return p.Address + " isn't invited to this session. Ask the host to admit you."
	case entry.Wait:
		return "The host hasn't started the session yet."
	case entry.Lobby:
		return "The host admits people one by one."
	case entry.Door, entry.In:
		if p.Starting {
			return "You can join before the host. The first to join starts the session."
		}
		if p.Outside {
			return "This session takes place in another tool. Join to get the link."
		}
		return "The session is running."
	case entry.Away:
		return "This session takes place in another tool. Open it with the link below."
	}
	return p.deadLede()
}

func (p doorProps) signInLede() string {
	switch {
	case p.Makes:
		return "Create an account to join: you only need a name and a password."
	case p.Personal:
		return "Sign in with the invited address to join."
	case p.SignUp != "":
		return "Anyone with this link can join. Sign in or create an account first."
	}
	return "Sign in with the invited address to join."
}

func (p doorProps) deadLede() string {
	switch p.Standing {
	case entry.Stranger:
		if p.Next != "" {
			return "You're not invited to this session, but you are invited to a later one in its series."
		}
		return "You're signed in as " + p.Address + ", which isn't invited. Sign in with the invited address, or ask " + p.host() + " to invite this one."
	case entry.Full:
		return "You join automatically when someone leaves."
	case entry.Removed:
		return "You were removed from the list of invitees, and your link no longer opens the session. If you think it's a mistake, ask " + p.host() + "."
	case entry.Refused:
		return "Only the host can change this. If you think it's a mistake, ask " + p.host() + "."
	case entry.Out:
		return p.outLede()
	case entry.Ended, entry.Missed, entry.Off:
		return p.overLede()
	}
	return ""
}

// outTitle says what keeps the reader out: a host's decision, or the end of the membership.
func (p doorProps) outTitle() string {
	if p.Removed {
		return "You were removed from this session"
	}
	if p.Departed {
		return "You're no longer a member of " + p.Team
	}
	return "You can't join this session"
}

func (p doorProps) outLede() string {
	if p.Removed {
		return "You can't join it again. If you think it's a mistake, ask " + p.host() + "."
	}
	if p.Departed {
		return "You left the team or were removed from it, so the links you got before don't work. To join again, you need a new invitation."
	}
	return "You're no longer in " + p.Team + ", so the links you got before don't work. To join again, you need a new invitation."
}

// overLede says what has become of it, and whether there is a next one.
func (p doorProps) overLede() string {
	switch {
	case p.Next != "" && p.Standing == entry.Ended:
		return "You're invited to the next session of the series."
	case p.Next != "" && p.Standing == entry.Missed:
		return "You're invited to the next session of the series."
	case p.Next != "":
		return "It won't take place. You're invited to the next session of the series."
	case p.Standing == entry.Ended:
		return "This link no longer opens it. Ask the host about what you missed."
	case p.Standing == entry.Missed:
		return "Ask the host whether there's another date."
	}
	return "It won't take place. Your other sessions haven't changed."
}

// next is the way to the next session of the series: "Next: Thursday 26 November, 10:00".
func (p doorProps) next() string {
	return "Next: " + ui.WhenFor(p.NextAt, time.Now(), p.Facts.Times, ui.Long)
}

// until is how long it is to a start: to the nearest day, hour or minute, as people count.
func until(d time.Duration) string {
	for _, unit := range []time.Duration{24 * time.Hour, time.Hour} {
		if d >= unit {
			return ui.Span(d.Round(unit))
		}
	}
	return ui.Span(d.Round(time.Minute))
}

// state is the line over the buttons of who waits.
func (p doorProps) state() (icon, text, small string) {
	switch {
	case p.Standing == entry.Lobby && p.Runs:
		return "hourglass", "The host knows you're here.", "You join automatically when the host admits you. Keep this page open."
	case p.Standing == entry.Lobby:
		return "hourglass", "You're in the waiting room.", "The host admits you after the session has started. Keep this page open."
	case p.Standing == entry.Full:
		return "users", "The session is full right now.", "You join automatically when a place is free. Keep this page open."
	case p.Starts:
		return "play", "You're the host and can start now.", "Everyone who is waiting joins with you."
	case p.Ahead > 0:
		return "hourglass", "It starts in " + until(p.Ahead) + ".", "You join automatically when the host starts. Keep this page open."
	case p.Ahead > -time.Minute:
		return "hourglass", "It starts now.", "You join automatically when the host starts. Keep this page open."
	}
	return "hourglass", "It should have started " + ui.Span(p.Ahead) + " ago.", "You join automatically when the host starts. Keep this page open."
}

// host is whom a sentence tells to ask: the host for a reader who may know that name.
func (p doorProps) host() string { return cmp.Or(p.By.Name, "the person who invited you") }

// asking is who invites, at the beginning of a sentence.
func (p doorProps) asking() string { return cmp.Or(p.Facts.Host, p.Team) }

// joining is the word on the button that goes in.
func (p doorProps) joining() string {
	switch {
	case p.Standing == entry.Ask:
		return "Ask to join"
	case p.Starting:
		return "Start and join"
	case p.Standing == entry.Away:
		return "Open the session"
	}
	return "Join now"
}

func (p doorProps) chosen(value string) string {
	if p.Answer == value {
		return "true"
	}
	return "false"
}

// answered is what was answered so far.
func (p doorProps) answered() string {
	switch p.Answer {
	case sessions.Yes:
		return "You're going."
	case sessions.Maybe:
		return "You answered maybe."
	case sessions.No:
		return "You're not going."
	}
	return "The host sees your answer. You can change it until the session ends."
}

// second is how the button beside the way to the next session looks.
func (p doorProps) second() string {
	if p.Next != "" {
		return "outline"
	}
	return ""
}
