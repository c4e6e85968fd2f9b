package join

import (
	"cmp"
	"time"

	"usher/hooks/join"
	"usher/hooks/sessions"
	"usher/views/ui"
)

// title is what the page says first.
func (p joinProps) title() string {
	switch p.Status {
	case join.WrongAccount:
		return "This link is for another address"
	case join.GuestConsent:
		return p.inviterName() + " invites you to a session of " + p.Team
	case join.Declined:
		return "You declined this session"
	case join.NotInvited:
		return "You're not invited to this session"
	case join.Full:
		return "The session is full"
	case join.Denied:
		return "The host didn't admit you"
	case join.Removed:
		return "You're no longer invited"
	case join.Excluded:
		return p.excludedTitle()
	case join.Ended:
		return "This session has ended"
	case join.NeverStarted:
		return "This session was never started"
	case join.Cancelled:
		return "This session was cancelled"
	}
	return p.Facts.Title
}

// intro says in a sentence or two how it stands, and what comes next.
func (p joinProps) intro() string {
	switch p.Status {
	case join.TooEarly:
		return "It starts in " + countdown(p.StartsIn) + ". You can join from 15 minutes before the start, with this same link."
	case join.SignIn:
		return p.signInIntro()
	case join.NeedsName:
		return "Enter your name to join. You don't need an account or a password."
	case join.WrongAccount:
		return "A personal link works only for the address it was sent to."
	case join.GuestConsent:
		return "To join, you become a guest of " + p.Team + "."
	case join.Declined:
		return "You can still accept and join."
	case join.CanRequest:
		return p.Email + " isn't invited to this session. Ask the host to admit you."
	case join.WaitForHost:
		return "The host hasn't started the session yet."
	case join.WaitingRoom:
		return "The host admits people one by one."
	case join.Ready, join.Admitted:
		if p.StartsByJoining {
			return "You can join before the host. The first to join starts the session."
		}
		if p.External {
			return "This session takes place in another tool. Join to get the link."
		}
		return "The session is running."
	case join.External:
		return "This session takes place in another tool. Open it with the link below."
	}
	return p.closedIntro()
}

func (p joinProps) signInIntro() string {
	switch {
	case p.CreatesAccount:
		return "Create an account to join: you only need a name and a password."
	case p.HasPersonalLink:
		return "Sign in with the invited address to join."
	case p.SignUpURL != "":
		return "Anyone with this link can join. Sign in or create an account first."
	}
	return "Sign in with the invited address to join."
}

func (p joinProps) closedIntro() string {
	switch p.Status {
	case join.NotInvited:
		if p.NextURL != "" {
			return "You're not invited to this session, but you are invited to a later one in its series."
		}
		return "You're signed in as " + p.Email + ", which isn't invited. Sign in with the invited address, or ask " + p.hostName() + " to invite this one."
	case join.Full:
		return "You join automatically when someone leaves."
	case join.Removed:
		return "You were removed from the list of invitees, and your link no longer opens the session. If you think it's a mistake, ask " + p.hostName() + "."
	case join.Denied:
		return "Only the host can change this. If you think it's a mistake, ask " + p.hostName() + "."
	case join.Excluded:
		return p.excludedIntro()
	case join.Ended, join.NeverStarted, join.Cancelled:
		return p.overIntro()
	}
	return ""
}

// excludedTitle says what keeps the reader out: a host's decision, or the end of the membership.
func (p joinProps) excludedTitle() string {
	if p.WasRemoved {
		return "You were removed from this session"
	}
	if p.HasLeftTeam {
		return "You're no longer a member of " + p.Team
	}
	return "You can't join this session"
}

func (p joinProps) excludedIntro() string {
	if p.WasRemoved {
		return "You can't join it again. If you think it's a mistake, ask " + p.hostName() + "."
	}
	if p.HasLeftTeam {
		return "You left the team or were removed from it, so the links you got before don't work. To join again, you need a new invitation."
	}
	return "You're no longer in " + p.Team + ", so the links you got before don't work. To join again, you need a new invitation."
}

// overIntro says what has become of it, and whether there is a next one.
func (p joinProps) overIntro() string {
	switch {
	case p.NextURL != "" && p.Status == join.Ended:
		return "You're invited to the next session of the series."
	case p.NextURL != "" && p.Status == join.NeverStarted:
		return "You're invited to the next session of the series."
	case p.NextURL != "":
		return "It won't take place. You're invited to the next session of the series."
	case p.Status == join.Ended:
		return "This link no longer opens it. Ask the host about what you missed."
	case p.Status == join.NeverStarted:
		return "Ask the host whether there's another date."
	}
	return "It won't take place. Your other sessions haven't changed."
}

// nextLabel is the way to the next session of the series: "Next: Thursday 26 November, 10:00".
func (p joinProps) nextLabel() string {
	return "Next: " + ui.FormatTimeFor(p.NextStarts, time.Now(), p.Facts.Times, ui.Long)
}

// countdown is how long it is to a start: to the nearest day, hour or minute, as people count.
func countdown(d time.Duration) string {
	for _, unit := range []time.Duration{24 * time.Hour, time.Hour} {
		if d >= unit {
			return ui.FormatDuration(d.Round(unit))
		}
	}
	return ui.FormatDuration(d.Round(time.Minute))
}

// waitingState is the line over the buttons of who waits.
func (p joinProps) waitingState() (icon, text, small string) {
	switch {
	case p.Status == join.WaitingRoom && p.Running:
		return "hourglass", "The host knows you're here.", "You join automatically when the host admits you. Keep this page open."
	case p.Status == join.WaitingRoom:
		return "hourglass", "You're in the waiting room.", "The host admits you after the session has started. Keep this page open."
	case p.Status == join.Full:
		return "users", "The session is full right now.", "You join automatically when a place is free. Keep this page open."
	case p.CanStart:
		return "play", "You're the host and can start now.", "Everyone who is waiting joins with you."
	case p.StartsIn > 0:
		return "hourglass", "It starts in " + countdown(p.StartsIn) + ".", "You join automatically when the host starts. Keep this page open."
	case p.StartsIn > -time.Minute:
		return "hourglass", "It starts now.", "You join automatically when the host starts. Keep this page open."
	}
	return "hourglass", "It should have started " + ui.FormatDuration(p.StartsIn) + " ago.", "You join automatically when the host starts. Keep this page open."
}

// hostName is whom a sentence tells to ask: the host for a reader who may know that name.
func (p joinProps) hostName() string { return cmp.Or(p.Host.Name, "the person who invited you") }

// inviterName is who invites, at the beginning of a sentence.
func (p joinProps) inviterName() string { return cmp.Or(p.Facts.Host, p.Team) }

// joinLabel is the word on the button that goes in.
func (p joinProps) joinLabel() string {
	switch {
	case p.Status == join.CanRequest:
		return "Ask to join"
	case p.StartsByJoining:
		return "Start and join"
	case p.Status == join.External:
		return "Open the session"
	}
	return "Join now"
}

func (p joinProps) pressed(value string) string {
	if p.RSVP == value {
		return "true"
	}
	return "false"
}

// rsvpText is what was answered so far.
func (p joinProps) rsvpText() string {
	switch p.RSVP {
	case sessions.Yes:
		return "You're going."
	case sessions.Maybe:
		return "You answered maybe."
	case sessions.No:
		return "You're not going."
	}
	return "The host sees your answer. You can change it until the session ends."
}

// secondaryVariant is how the button beside the way to the next session looks.
func (p joinProps) secondaryVariant() string {
	if p.NextURL != "" {
		return "outline"
	}
	return ""
}
