package usage

import (
	"strings"
	"time"

	"usher/hooks/runs"
	"usher/hooks/tools/text"
)

// FormatSeconds formats a duration: "1 h 30 min", "42 s". From a minute on, seconds are rounded away.
func FormatSeconds(seconds int) string {
	if seconds > 0 && seconds < 60 {
		return text.Number(seconds) + " s"
	}
	minutes := int((time.Duration(seconds) * time.Second).Round(time.Minute) / time.Minute)
	h, m := minutes/60, minutes%60
	switch {
	case h == 0:
		return text.Number(m) + " min"
	case m == 0:
		return text.Number(h) + " h"
	}
	return text.Number(h) + " h " + text.Number(m) + " min"
}

// FormatFPS formats a frame rate, "" for none.
func FormatFPS(fps int) string {
	if fps == 0 {
		return ""
	}
	return text.Number(fps) + " fps"
}

// FormatCodec formats the name of a codec: "VP9", "H.264".
func FormatCodec(codec string) string {
	if strings.EqualFold(codec, "h264") {
		return "H.264"
	}
	return strings.ToUpper(codec)
}

// FormatAudio formats a kind of sound: "Stereo".
func FormatAudio(audio string) string { return text.Capitalize(audio) }

// ReasonText explains one of the reasons of a row: "Ended late: 24 min over".
func (r Row) ReasonText(reason string) string {
	difference := FormatSeconds(abs(r.ActualSeconds - r.ScheduledSeconds))
	switch reason {
	case Running:
		return "Running"
	case NeverStarted:
		return "Never started"
	case EndedEarly:
		return "Ended early: " + difference + " short"
	case EndedLate:
		return "Ended late: " + difference + " over"
	case SettingsChanged:
		var all []string
		for _, change := range r.Changes() {
			all = append(all, change.Scheduled+" to "+change.Actual)
		}
		return "Settings changed: " + strings.Join(all, ", ")
	}
	return "As scheduled"
}

// endTexts say why a session ended.
var endTexts = map[string]string{
	runs.EndedByHost: "Ended by the host", runs.EndedByAdmin: "Ended from the Admin Panel", runs.EndedByTime: "Ended automatically after its time",
	runs.EndedEmpty: "Ended automatically after everyone left", runs.EndedExternally: "Ended in the external tool", runs.EndedHostGone: "Ended when the host left the team",
}

// EndText says why the session ended, "" if it hasn't.
func (r Row) EndText() string { return endTexts[r.EndReason] }

// EndedByHost reports whether a host ended the session.
func (r Row) EndedByHost() bool { return r.EndReason == runs.EndedByHost }

// ReasonTexts explains all reasons of the row.
func (r Row) ReasonTexts() []string {
	all := make([]string, len(r.Reasons))
	for n, reason := range r.Reasons {
		all[n] = r.ReasonText(reason)
	}
	return all
}
