package app

import (
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/join"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
	"usher/views/ui"
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
	sound := map[string]string{"speech": "sound for speech", "music": "sound for music", "stereo": "stereo sound"}[session.GetString("audio")]
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
	either(session.GetBool("passwordless"), "The mailed link and a name are enough to enter.", "People sign in to enter.")
	for _, name := range sessions.RoomSettings {
		if now := sessions.EffectiveSetting(session, room, name); now.ByRoom {
			all = append(all, roomSettingText[name]+" "+setByRoom)
		} else if now.On {
			all = append(all, roomSettingText[name])
		}
	}
	either(session.GetString("recording") == rooms.RecordingOff, "It may not be recorded.", "")
	if n := session.GetInt("people"); n > 0 {
		all = append(all, "At most "+ui.Count(n, "person", "people")+" at once.")
	}
	return all
}

// linkAccessText is whom the session's own link lets in, besides who comes by one of his own. room may be nil.
func linkAccessText(session *sessions.Session, room *rooms.Room) string {
	may, others := join.LinkAccessFor(session, room), ", and nobody else."
	if may.CanRequest {
		others = "; others ask at the door."
	}
	switch {
	case may.Anyone:
		return "It lets in anyone who signs in or makes an account."
	case may.Members:
		return "It lets in who is on the list or in the team, and signs in" + others
	}
	return "It lets in who is on the list and signs in" + others
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
		how = "by a rule of its own"
	}
	return "One of a series, " + how + ": number " + itoa(place) + " of " + itoa(held) + ", the last on " + last.Starts().In(zone).Format("Mon 2 Jan 2006") + ".", nil
}
