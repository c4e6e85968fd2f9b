package join

import (
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
		return p.Facts.Host + " asks you to a session of " + p.Team
	case entry.Declined:
		return "You declined to come"
	case entry.Stranger:
		return "You are not on the list"
	case entry.Full:
		return "The session is full"
	case entry.Refused:
		return "The host did not let you in"
	case entry.Out:
		return "This session is closed to you"
	case entry.Ended:
		return "This session is over"
	case entry.Missed:
		return "This session was not held"
	case entry.Off:
		return "This session was cancelled"
	}
	return p.Facts.Title
}

// lede says in a sentence or two how it stands, and what comes next.
func (p doorProps) lede() string {
	switch p.Standing {
	case entry.Early:
		return "It starts in " + until(p.Ahead) + ". The door opens 15 minutes before: come back then with this same link."
	case entry.SignIn:
		return p.signInLede()
	case entry.Name:
		return "Your link and your name are enough: no account, no password."
	case entry.WrongAccount:
		return "A personal link lets in only the address it was sent to."
	case entry.Prompt:
		return "To come in, you become a guest of " + p.Team + "."
	case entry.Declined:
		return "The session stays closed to you until you accept. Nobody was told why, and you can still come."
	case entry.Ask:
		return "Nobody asked your address, " + p.Address + ". You can ask the host to let you in."
	case entry.Wait:
		return "The host has not started yet."
	case entry.Lobby:
		return "The host lets people in one by one."
	case entry.Door, entry.In:
		if p.Starting {
			return "People may come before the host here: the first who joins starts the session."
		}
		if p.Outside {
			return "The team holds this session elsewhere. Join, and you are given the link to it."
		}
		return "It is running."
	case entry.Away:
		return "The team holds this session elsewhere. The link below opens it."
	}
	return p.deadLede()
}

func (p doorProps) signInLede() string {
	switch {
	case p.Makes:
		return "You make an account on the way: a name and a password, nothing else."
	case p.Personal:
		return "Sign in with the address that was asked, to show that it is you."
	case p.SignUp != "":
		return "Anyone with this link may come. Sign in, or make an account first."
	}
	return "Sign in with the address that was asked."
}

func (p doorProps) deadLede() string {
	switch p.Standing {
	case entry.Stranger:
		return "You are signed in as " + p.Address + ", and nobody asked that address. Ask " + p.Facts.Host + " to add it, or sign in with the one that was asked."
	case entry.Full:
		return "As many people are in as may be. You go in by yourself when somebody leaves."
	case entry.Refused:
		return "Only the host can change that. Ask " + p.Facts.Host + " if it surprises you."
	case entry.Out:
		return "A host put you out of it, or you are not in the team any more. The old link brings nobody back; only a new invitation does."
	case entry.Ended, entry.Missed, entry.Off:
		return p.overLede()
	}
	return ""
}

// overLede says what has become of it, and whether there is a next one.
func (p doorProps) overLede() string {
	switch {
	case p.Next != "" && p.Standing == entry.Ended:
		return "It has ended. You are asked to the next one of its series, too."
	case p.Next != "" && p.Standing == entry.Missed:
		return "Its time has passed, and nobody started it. You are asked to the next one of its series, too."
	case p.Next != "":
		return "It will not take place. You are asked to the next one of its series, too."
	case p.Standing == entry.Ended:
		return "It has ended, and this link opens nothing any more. For what was said there, ask the host."
	case p.Standing == entry.Missed:
		return "Its time has passed, and nobody started it. Ask the host whether there is another time."
	}
	return "It will not take place. Nothing else has changed."
}

// next is the way to the next session of the series: "Next: Thursday 26 November, 10:00".
func (p doorProps) next() string {
	return "Next: " + ui.When(p.NextAt, time.Now(), p.Facts.Zone, ui.Long)
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
		return "hourglass", "The host sees that you are here.", "You go in by yourself as soon as you are let in. Keep this page open."
	case p.Standing == entry.Lobby:
		return "hourglass", "You are at the door.", "Once the session has started, the host lets you in. Keep this page open."
	case p.Standing == entry.Full:
		return "users", "No place is free.", "This page looks every few seconds. Keep it open."
	case p.Starts:
		return "play", "You host it, and can start now.", "Whoever waits at the door comes in with you."
	case p.Ahead > 0:
		return "hourglass", "It starts in " + until(p.Ahead) + ".", "You go in by yourself when the host starts. Keep this page open."
	case p.Ahead > -time.Minute:
		return "hourglass", "It starts now.", "You go in by yourself when the host starts. Keep this page open."
	}
	return "hourglass", "It should have started " + ui.Span(p.Ahead) + " ago.", "You go in by yourself when the host starts. Keep this page open."
}

// joining is the word on the button that goes in.
func (p doorProps) joining() string {
	switch {
	case p.Standing == entry.Ask:
		return "Ask to come in"
	case p.Starting:
		return "Start and go in"
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
		return "You answered that you come."
	case sessions.Maybe:
		return "You answered that you may come."
	case sessions.No:
		return "You answered that you cannot come."
	}
	return "The host sees your answer. You can change it until the session is over."
}

// second is how the button beside the way to the next session looks.
func (p doorProps) second() string {
	if p.Next != "" {
		return "outline"
	}
	return ""
}
