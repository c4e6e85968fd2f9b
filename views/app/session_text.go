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

// videoText formats a resolution and a frame rate: "4K, 25 fps".
func videoText(value string) string {
	resolution, fps, _ := strings.Cut(value, "-")
	if resolution == "2160p" {
		resolution = "4K"
	}
	return resolution + ", " + fps + " fps"
}

// qualityText formats video and audio quality: "4K, 25 fps, stereo audio".
func qualityText(session *sessions.Session) string {
	sound := map[string]string{"speech": "speech audio", "music": "music audio", "stereo": "stereo audio"}[session.Audio()]
	return videoText(videoKey(session.Resolution(), session.FPS())) + ", " + sound
}

// setByRoom explains a setting that the room turns on.
const setByRoom = "Set by the room."

var roomSettingText = map[string]string{
	"early": "Participants can join before the host.",
	"lobby": "Everyone waits until the host admits them.",
	"muted": "Microphones are off on entry.",
}

// settingsText describes the settings of the session, a sentence each, and which of them the room sets. room may be nil.
func settingsText(session *sessions.Session, room *rooms.Room) []string {
	var all []string
	either := func(on bool, yes, no string) {
		if on {
			all = append(all, yes)
		} else if no != "" {
			all = append(all, no)
		}
	}
	either(session.Passwordless(), "Invitees can join with their personal link and a name.", "Invitees sign in to join.")
	for _, name := range sessions.RoomSettings {
		if now := sessions.EffectiveSetting(session, room, name); now.ByRoom {
			all = append(all, roomSettingText[name]+" "+setByRoom)
		} else if now.On {
			all = append(all, roomSettingText[name])
		}
	}
	if session.ExternalLink() == "" {
		either(session.Recording() == rooms.RecordingOff, "Recording is off.", "")
		either(session.Recording() == rooms.RecordingByHost, "The host and co-hosts can record it.", "")
		either(session.Recording() == rooms.RecordingAlways, "It's recorded from start to end.", "")
	}
	if n := session.MaxPeople(); n > 0 {
		all = append(all, "Up to "+text.Count(n, "person", "people")+" at a time.")
	}
	return all
}

// linkAccessText says who can join with the session link, which isn't a personal link. room may be nil.
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

// openLinkText says how everyone who has the link can join. Only those who lead or manage the session see its access code.
func openLinkText(session *sessions.Session, seesCode bool) string {
	how := "Anyone can join with this link and a name, from the waiting room."
	if session.LinkEntry() == sessions.LinkDirect {
		how = "Anyone can join with this link and a name."
	}
	switch {
	case session.AccessCode() == "":
		return how
	case seesCode:
		return how + " Access code: " + text.Isolate(session.AccessCode()) + "."
	}
	return how + " They need an access code."
}

// seriesText describes the series of a session and the session's number in it. Cancelled sessions don't count.
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
	number, total, last := 0, 0, session
	for _, one := range all {
		if one.Id != session.Id && one.Status() == sessions.Cancelled {
			continue
		}
		total, last = total+1, one
		if one.Id == session.Id {
			number = total
		}
	}
	how := t.frequencyText(starts)
	if t.Repeat == customRule {
		how = "custom schedule"
	}
	return "Session " + itoa(number) + " of " + itoa(total) + ", " + how + ". The last one is on " + last.Starts().In(zone).Format("Mon 2 Jan 2006") + ".", nil
}
