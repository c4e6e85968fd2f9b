package recordings

import (
	"time"

	"usher/hooks/actors"
	"usher/hooks/recordings"
	"usher/hooks/tools/text"
	"usher/views/player"
	"usher/views/ui"
)

// newRow returns a recording as a list row.
func newRow(r recordings.Row, actor *actors.Actor, now time.Time, times text.ReaderZone) row {
	props := row{ID: r.Id, Title: r.Title(), Host: hostLabel(r, actor), Room: r.RoomName(), Started: r.Started(), Times: times,
		Length: lengthText(r.Length()), Size: sizeText(r.TotalBytes()), Shared: r.Shared(), Manages: r.Manages, State: newState(r.Recording)}
	if r.Status() == recordings.StatusRecording {
		props.Length = lengthText(now.Sub(r.Started()))
	}
	if at := r.Purged(); !at.IsZero() {
		props.Purged, props.PurgedIn, props.TrashedBy = at, purgeText(at, now), r.TrashedBy()
	}
	return props
}

func hostLabel(r recordings.Row, actor *actors.Actor) string {
	if r.HostID() == actor.Account.Id {
		return "Hosted by you"
	}
	return r.HostName()
}

// lengthText formats the length of a recording as the player does; empty for none.
func lengthText(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return player.Clock(d.Milliseconds())
}

func sizeText(n int64) string {
	if n <= 0 {
		return ""
	}
	return text.Storage(n)
}

// purgeText says how long the trash keeps a recording: "6 days left". It counts the day that has begun.
func purgeText(at, now time.Time) string {
	left := at.Sub(now)
	switch {
	case left <= 0:
		return "Being deleted"
	case left > 24*time.Hour:
		return ui.Count(int((left+24*time.Hour-1)/(24*time.Hour)), "day", "days") + " left"
	}
	return text.Capitalize(text.Duration(left)) + " left"
}

var statusLabels = map[string]string{recordings.StatusRecording: "Recording now", recordings.StatusProcessing: "Processing",
	recordings.StatusReady: "Ready", recordings.StatusFailed: "Failed"}

func statusOptions() []ui.Option {
	all := []ui.Option{{Label: "All statuses"}}
	for _, status := range []string{recordings.StatusReady, recordings.StatusRecording, recordings.StatusProcessing, recordings.StatusFailed} {
		all = append(all, ui.Option{Value: status, Label: statusLabels[status]})
	}
	return all
}

// state is the status of a recording and its MP4, as shown.
type state struct {
	Status, Label string
	Note          string // why it failed or stopped early; empty if there is nothing to say
	MP4           string // progress of the MP4; empty if it isn't being made
}

func newState(r *recordings.Recording) state {
	s := state{Status: r.Status(), Label: statusLabels[r.Status()]}
	switch r.Status() {
	case recordings.StatusFailed:
		s.Note = failedReason(r.StopReason())
	case recordings.StatusReady:
		s.Note = stoppedReason(r.StopReason())
		s.MP4 = mp4Text(r)
	}
	return s
}

func mp4Text(r *recordings.Recording) string {
	switch r.MP4Status() {
	case recordings.MP4Queued:
		return "MP4 queued"
	case recordings.MP4Rendering:
		return "Making MP4, " + ui.Number(r.MP4Progress()) + "%"
	case recordings.MP4Failed:
		return "No MP4"
	}
	return ""
}

// stoppedReason says why a recording ended before its session, or is empty.
func stoppedReason(reason string) string {
	switch reason {
	case recordings.StoppedStorage:
		return "Stopped early: the team's storage was full."
	case recordings.StoppedDisk:
		return "Stopped early: the server's disk was nearly full."
	case recordings.StoppedRestart:
		return "Stopped early: the server restarted."
	case recordings.StoppedMedia:
		return "Stopped early: the connection to the media server was lost."
	}
	return ""
}

func failedReason(reason string) string {
	switch reason {
	case recordings.StoppedStorage:
		return "The team's storage was full."
	case recordings.StoppedDisk:
		return "The server's disk was nearly full."
	case recordings.StoppedRestart:
		return "The server restarted before anything was recorded."
	case recordings.StoppedMedia:
		return "The media server couldn't be reached."
	}
	return "No one turned on a camera, a microphone or a screen."
}
