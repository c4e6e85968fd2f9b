package live

import (
	"time"

	"usher/hooks/actors"
	"usher/hooks/join"
	"usher/hooks/sessions"
)

// endScreenFor is what stands in the place of the session for who is not in it any more, by the server's word.
func endScreenFor(v *join.Visitor) endScreenProps {
	props := baseEndScreen(v)
	switch {
	case v.Status == join.Excluded && v.Departed():
		props.Kind, props.Icon, props.Title = "out", "user-x", "You're no longer a member of "+v.Team.Name()
		props.Text, props.Thanks = "You left the team or were removed from it, so you can't come back into this session. To join again, you need a new invitation.", ""
	case v.Status == join.Excluded, v.Status == join.Denied:
		props.Kind, props.Icon, props.Title = "out", "user-x", "You are not in this session any more"
		props.Text = "A host removed you. You can't come back into this session. If it was a mistake, write to " + hostName(v) + "."
		props.Thanks = ""
	default:
		props.Kind, props.Icon = "ended", "circle-check"
		props.Title, props.Text = endText(v)
	}
	return props
}

func leftScreen(v *join.Visitor) endScreenProps {
	props := baseEndScreen(v)
	props.Kind, props.Icon, props.Title = "left", "log-out", "You have left"
	props.Text = "The session goes on. You can come back while it runs."
	props.RejoinLabel = "Come back"
	return props
}

func otherPageScreen(v *join.Visitor) endScreenProps {
	props := baseEndScreen(v)
	props.Kind, props.Icon, props.Title, props.Thanks = "elsewhere", "laptop", "You are in this session on another page", ""
	props.Text = "You came in again, in another window or on another device, and are in only once. You can take it over here."
	props.RejoinLabel = "Go on here"
	return props
}

// baseEndScreen is what all of them have: the session, and for who is in the team more than a guest, the way on.
func baseEndScreen(v *join.Visitor) endScreenProps {
	props := endScreenProps{Session: v.Session.Title(), Team: v.Team.Name(), Logo: v.Team.LogoPath()}
	if v.SignedIn && v.Actor != nil {
		props.AppURL = "/app/" + v.Team.Slug()
	}
	if v.Actor == nil || v.Actor.Kind == actors.Guest {
		props.Thanks = "Thank you for coming. You can close this page."
	}
	return props
}

// endText says who or what ended the session, and how long it was.
func endText(v *join.Visitor) (title, text string) {
	title, text = "The session has ended", ""
	switch v.Session.GetString("end_reason") {
	case "host":
		title = "The host has ended the session"
	case "admin":
		title, text = "The session was ended", "Somebody who runs "+v.Team.Name()+" ended it. "
	case "time":
		text = "Its time was over. "
	case "empty":
		text = "Nobody was in it any more. "
	case "host_gone":
		text = "Nobody was left who could lead it. "
	}
	if v.Session.Status() == sessions.Cancelled {
		return "The session is cancelled", hostName(v) + " has called it off."
	}
	if lasted := v.Session.Ended().Sub(v.Session.Started()); !v.Session.Started().IsZero() && lasted > time.Minute {
		text += "It ran for " + sessions.FormatMinutes(int(lasted/time.Minute)) + "."
	}
	return title, text
}

func hostName(v *join.Visitor) string {
	if name := v.Session.GetString("host_name"); name != "" {
		return name
	}
	return "its host"
}
