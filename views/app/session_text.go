package app

import (
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/join"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
	"usher/hooks/tools/text"
)

// videoText are a resolution and a frame rate as people say them: "4K, 25 fps".
func videoText(value string) string {
	resolution, fps, _ := strings.Cut(value, "-")
	if resolution == "2160p" {
		resolution = "4K"
	}
	return resolution + ", " + fps + " fps"
}

// qualityText are what a session sends: "4K, 25 fps, stereo sound".
func qualityText(session *sessions.Session) string {
	sound := map[string]string{"speech": "speech audio", "music": "music audio", "stereo": "stereo audio"}[session.GetString("audio")]
	return videoText(videoKey(session.GetString("resolution"), session.GetInt("fps"))) + ", " + sound
}

// setByRoom is why a setting is on that the session itself does not ask for.
const setByRoom = "Set by the room."

var roomSettingText = map[string]string{
	"early": "Participants can join before the host.",
	"lobby": "Everyone waits until the host admits them.",
	"muted": "Microphones are off on entry.",
}

// settingsText are how entry and the microphone are set, a sentence each, and which of it the room sets. room may be nil.
func settingsText(session *sessions.Session, room *rooms.Room) []string {
	var all []string
	either := func(on bool, yes, no string) {
		if on {
			all = append(all, yes)
		} else if no != "" {
			all = append(all, no)
		}
	}
	either(session.GetBool("passwordless"), "Invitees can join with their personal link and a name.", "Invitees sign in to join.")
	for _, name := range sessions.RoomSettings {
		if now := sessions.EffectiveSetting(session, room, name); now.ByRoom {
			all = append(all, roomSettingText[name]+" "+setByRoom)
		} else if now.On {
			all = append(all, roomSettingText[name])
		}
	}
	either(session.GetString("recording") == rooms.RecordingOff, "Recording is off.", "")
	if n := session.GetInt("people"); n > 0 {
		all = append(all, "Up to "+text.Count(n, "person", "people")+" at a time.")
	}
	return all
}

// linkAccessText is whom the session's own link lets in, besides who comes by one of his own. room may be nil.
func linkAccessText(session *sessions.Session, room *rooms.Room) string {
	access := join.LinkAccessFor(session, room)
	if access.Anyone {
		return "Anyone who signs in or creates an account can join with this link."
	}
	who := "Invitees"
	if access.Members {
		who = "Invitees and team members"
	}
	if access.CanRequest {
		return who + " who sign in can join with this link. Others can ask to join."
	}
	return "Only " + strings.ToLower(who[:1]) + who[1:] + " who sign in can join with this link."
}

// seriesText say of which series a session is one. Those that are cancelled do not count.
func seriesText(app core.App, session *sessions.Session, zone *time.Location) (string, error) {
	series, err := sessions.FindSeries(app, session.SeriesID())
	if err != nil {
		return "", err
	}
	all, err := sessions.ListInSeries(app, series.Id)
	if err != nil {
		return "", err
	}
	starts := series.Starts().In(series.Zone())
	t := newFormInput(series.Zone().String())
	t.Date, t.Time = starts.Format(time.DateOnly), starts.Format("15:04")
	t.parseRule(series.Rule(), series.Zone())
	place, held, last := 0, 0, session
	for _, one := range all {
		if one.Id != session.Id && one.Status() == sessions.Cancelled {
			continue
		}
		held, last = held+1, one
		if one.Id == session.Id {
			place = held
		}
	}
	how := t.frequencyText(starts)
	if t.Repeat == customRule {
		how = "custom schedule"
	}
	return "Session " + itoa(place) + " of " + itoa(held) + ", " + how + ". The last one is on " + last.Starts().In(zone).Format("Mon 2 Jan 2006") + ".", nil
}
