package usage

import (
	"strings"

	"usher/hooks/sessions"
)

// Reasons why actual and scheduled values differ, in the order in which they are given.
const (
	Running         = "running"
	NeverStarted    = "never_started"
	EndedEarly      = "ended_early"
	EndedLate       = "ended_late"
	SettingsChanged = "settings_changed"
	AsPlanned       = "as_planned" // none of the others
)

// tolerance is the number of seconds by which equal durations can differ.
const tolerance = 60

// fpsTolerance is the number of frames per second by which equal frame rates can differ, such as 30 and 29.97.
const fpsTolerance = 1

// reasons lists every reason that holds.
func (r Row) reasons() []string {
	var all []string
	difference := r.ActualSeconds - r.ScheduledSeconds
	switch {
	case r.Status == sessions.Running:
		all = append(all, Running)
	case r.Started.IsZero():
		all = append(all, NeverStarted)
	case difference < -tolerance:
		all = append(all, EndedEarly)
	case difference > tolerance:
		all = append(all, EndedLate)
	}
	if len(r.Changes()) > 0 {
		all = append(all, SettingsChanged)
	}
	if len(all) == 0 {
		all = append(all, AsPlanned)
	}
	return all
}

// Settings are the settings of video and sound; "" and 0 if unknown.
type Settings struct {
	Resolution string
	FPS        int
	Codec      string
	Audio      string
}

// Change is a setting that was measured to be other than scheduled.
type Change struct{ Field, Scheduled, Actual string }

// Changes lists the settings that were measured and differ from the schedule.
func (r Row) Changes() []Change {
	var all []Change
	if r.Actual.Resolution != "" && r.Actual.Resolution != r.Scheduled.Resolution {
		all = append(all, Change{"resolution", r.Scheduled.Resolution, r.Actual.Resolution})
	}
	if r.Actual.FPS > 0 && abs(r.Actual.FPS-r.Scheduled.FPS) > fpsTolerance {
		all = append(all, Change{"fps", FormatFPS(r.Scheduled.FPS), FormatFPS(r.Actual.FPS)})
	}
	if r.Actual.Codec != "" && !strings.EqualFold(r.Actual.Codec, r.Scheduled.Codec) {
		all = append(all, Change{"codec", FormatCodec(r.Scheduled.Codec), FormatCodec(r.Actual.Codec)})
	}
	if r.Actual.Audio != "" && !strings.EqualFold(r.Actual.Audio, r.Scheduled.Audio) {
		all = append(all, Change{"audio", FormatAudio(r.Scheduled.Audio), FormatAudio(r.Actual.Audio)})
	}
	return all
}

func abs(n int) int { return max(n, -n) }
