package live

import (
	"time"

	"usher/hooks/actors"
	"usher/hooks/join"
	"usher/hooks/paths"
	"usher/hooks/sessions"
	"usher/hooks/tools/text"
)

// endScreenFor replaces the session for a visitor who is no longer in it.
func endScreenFor(v *join.Visitor) endScreenProps {
	props := baseEndScreen(v)
	switch {
	case v.Status == join.Excluded && v.Departed():
		props.Kind, props.Icon, props.Title = "out", "user-x", "You're no longer a member of "+text.Isolate(v.Team.Name())
		props.Text, props.Thanks = "You left the team or were removed from it, so you can't rejoin this session. To join again, you need a new invitation.", ""
	case v.Status == join.Denied:
		props.Kind, props.Icon, props.Title = "out", "user-x", "The host didn't admit you"
		props.Text, props.Thanks = "Only the host can change this. If you think it's a mistake, ask "+hostName(v)+".", ""
	case v.Status == join.Excluded:
		props.Kind, props.Icon, props.Title = "out", "user-x", "You were removed from this session"
		props.Text, props.Thanks = join.RemovedText+" If you think it's a mistake, ask "+hostName(v)+".", ""
	default:
		props.Kind, props.Icon = "ended", "circle-check"
		props.Title, props.Text = endText(v)
	}
	return props
}

func leftScreen(v *join.Visitor) endScreenProps {
	props := baseEndScreen(v)
	props.Kind, props.Icon, props.Title = "left", "log-out", "You left the session"
	props.Text = "The session continues. You can rejoin while it runs."
	props.RejoinLabel = "Rejoin"
	return props
}

func otherPageScreen(v *join.Visitor) endScreenProps {
	props := baseEndScreen(v)
	props.Kind, props.Icon, props.Title, props.Thanks = "elsewhere", "laptop", "You joined on another page", ""
	props.Text = "You joined this session in another window or on another device. You can be connected once at a time."
	props.RejoinLabel = "Continue here"
	return props
}

// baseEndScreen has what all end screens share: the session, and a link to the App for users of the team, which leads its host
// to who attended.
func baseEndScreen(v *join.Visitor) endScreenProps {
	props := endScreenProps{Session: v.Session.Title(), Team: v.Team.Name(), Logo: v.Team.LogoPath()}
	if v.SignedIn && v.Actor != nil {
		props.AppURL, props.AppLabel = paths.App(v.Team.Slug()), "Go to the App"
		if isHost(v) {
			props.AppURL, props.AppLabel = paths.Session(v.Team.Slug(), v.Session.Id), "View session details"
		}
	}
	if v.Actor == nil || v.Actor.Kind == actors.Guest {
		props.Thanks = "Thanks for joining. You can close this page."
	}
	return props
}

func isHost(v *join.Visitor) bool {
	return v.Participant != nil && v.Participant.Role() == sessions.Host
}

// endText says why the session ended and how long it lasted.
func endText(v *join.Visitor) (title, reason string) {
	title, reason = "The session has ended", ""
	switch v.Session.EndReason() {
	case "host":
		if !isHost(v) { // a co-host can have ended it
			title = "The host ended the session"
		}
	case "admin":
		title, reason = "The session was ended", "An Owner or Admin of "+text.Isolate(v.Team.Name())+" ended it. "
	case "time":
		reason = "Its time was up. "
	case "empty":
		reason = "No participants were left. "
	case "host_gone":
		reason = "No host or co-host was left. "
	}
	if v.Session.Status() == sessions.Cancelled {
		return "The session was cancelled", hostName(v) + " cancelled it."
	}
	if lasted := v.Session.Ended().Sub(v.Session.Started()); !v.Session.Started().IsZero() && lasted > time.Minute {
		reason += "It lasted " + sessions.FormatMinutes(int(lasted/time.Minute)) + "."
	}
	return title, reason
}

func hostName(v *join.Visitor) string {
	if name := v.Session.HostName(); name != "" {
		return text.Isolate(name)
	}
	return "the host"
}
