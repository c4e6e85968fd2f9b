package join

import (
	"cmp"
	"time"

	"usher/hooks/join"
	"usher/hooks/sessions"
	"usher/hooks/tools/text"
	"usher/views/ui"
)

// title returns the heading of the page.
func (p joinProps) title() string {
	switch p.Status {
	case join.WrongAccount:
		return "This link is for another address"
	case join.GuestConsent:
		return p.inviterName() + " invited you to a session"
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

// intro says in a sentence or two what the situation is and what comes next.
func (p joinProps) intro() string {
	switch p.Status {
	case join.TooEarly:
		return "Starts in " + countdown(p.StartsIn) + ". Use this link to join from " + text.Duration(sessions.StartWindow) + " before the start."
	case join.SignIn:
		return p.signInIntro()
	case join.NeedsName:
		if p.SignedIn {
			return "Enter the access code to join."
		}
		if p.AsksForCode {
			return "Enter your name and the access code to join. You don't need an account or a password."
		}
		return "Enter your name to join. You don't need an account or a password."
	case join.WrongAccount:
		return "A personal link works only for the address it was sent to."
	case join.GuestConsent:
		return "To join, you become a guest of " + text.Isolate(p.Team) + "."
	case join.Declined:
		return "You can still accept and join."
	case join.CanRequest:
		return text.Isolate(p.Email) + " isn't invited to this session. Ask the host to admit you."
	case join.WaitForHost:
		if !p.isAttendee() {
			return "You haven't started the session yet."
		}
		return "The host hasn't started the session yet."
	case join.WaitingRoom:
		return "You're waiting for the host to admit you."
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
		return "You're signed in as " + text.Isolate(p.Email) + ", which isn't invited. Sign in with the invited address, or ask " + p.hostName() + " to invite this one."
	case join.Full:
		return "You join automatically when someone leaves."
	case join.Removed:
		return "You were removed from the invitees, so your link no longer works. To join after all, ask " + p.hostName() + " to invite you again."
	case join.Denied:
		return "Only the host can change this. If you think it's a mistake, ask " + p.hostName() + "."
	case join.Excluded:
		return p.excludedIntro()
	case join.Ended, join.NeverStarted, join.Cancelled:
		return p.overIntro()
	}
	return ""
}

// excludedTitle says why the reader can't join: removed by a host, or no longer in the team.
func (p joinProps) excludedTitle() string {
	if p.WasRemoved {
		return "You were removed from this session"
	}
	if p.HasLeftTeam {
		return "You're no longer a member of " + text.Isolate(p.Team)
	}
	return "You can't join this session"
}

func (p joinProps) excludedIntro() string {
	if p.WasRemoved {
		return join.RemovedText + " If you think it's a mistake, ask " + p.hostName() + "."
	}
	if p.HasLeftTeam {
		return "You left the team or were removed from it, so the links you got before don't work. To join again, you need a new invitation."
	}
	return "You're no longer in " + text.Isolate(p.Team) + ", so the links you got before don't work. To join again, you need a new invitation."
}

// overIntro says what to do about a session that is over, and whether the series has a next one.
func (p joinProps) overIntro() string {
	switch {
	case p.NextURL != "" && p.Status == join.Ended:
		return "You're invited to the next session of the series."
	case p.NextURL != "" && p.Status == join.NeverStarted:
		return "You're invited to the next session of the series."
	case p.NextURL != "":
		return "It won't take place. You're invited to the next session of the series."
	case p.Status == join.Ended:
		return "This link no longer works. If you missed the session, ask the host for a summary."
	case p.Status == join.NeverStarted:
		return "Ask the host whether there's another date."
	}
	return "It won't take place. Your other sessions aren't affected."
}

// nextLabel names the next session of the series: "Next: Thursday 26 November, 10:00".
func (p joinProps) nextLabel() string {
	return "Next: " + ui.FormatTimeFor(p.NextStarts, time.Now(), p.Facts.Times, ui.Long)
}

// countdown formats the time until a start, rounded to days, hours or minutes.
func countdown(d time.Duration) string {
	for _, unit := range []time.Duration{24 * time.Hour, time.Hour} {
		if d >= unit {
			return text.Duration(d.Round(unit))
		}
	}
	return text.Duration(d.Round(time.Minute))
}

// waitingState returns the status line of a reader who waits to join.
func (p joinProps) waitingState() (icon, label, note string) {
	switch {
	case p.Status == join.WaitingRoom && p.Running:
		return "hourglass", "The host knows you're here.", "You join automatically when the host admits you. Keep this page open."
	case p.Status == join.WaitingRoom:
		return "hourglass", "You're in the waiting room.", "The host admits you after the session has started. Keep this page open."
	case p.Status == join.Full:
		return "users", "Waiting for someone to leave.", "Keep this page open."
	case p.CanStart:
		return "play", "You're the host and can start now.", "Everyone who is waiting joins with you."
	case p.StartsIn > 0:
		return "hourglass", "Starts in " + countdown(p.StartsIn) + ".", "You join automatically when the host starts. Keep this page open."
	case p.StartsIn > -time.Minute:
		return "hourglass", "Starting now.", "You join automatically when the host starts. Keep this page open."
	}
	return "hourglass", "Was due to start " + text.Duration(p.StartsIn) + " ago.", "You join automatically when the host starts. Keep this page open."
}

// hostName names the person to ask, without the host's name if the reader can't see it.
func (p joinProps) hostName() string {
	return text.Isolate(cmp.Or(p.Host.Name, "the person who invited you"))
}

// inviterName names who invited the reader: the host, or the team if the reader can't see the host.
func (p joinProps) inviterName() string { return cmp.Or(p.Facts.Host, p.Team) }

// joinLabel is the label of the join button.
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

// rsvpText says what the participant answered so far.
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

// secondaryVariant is the style of a button that may be next to the link to the next session.
func (p joinProps) secondaryVariant() string {
	if p.NextURL != "" {
		return "outline"
	}
	return ""
}
