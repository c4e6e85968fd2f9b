package join

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/join"
	"usher/hooks/recordings"
	"usher/hooks/rooms"
)

// recordingText tells readers before they join whether the session is recorded.
func recordingText(app core.App, v *join.Visitor) (string, error) {
	switch v.Status {
	case join.Removed, join.Excluded, join.Denied, join.Ended, join.Cancelled, join.NeverStarted, join.NotInvited, join.WrongAccount:
		return "", nil
	}
	state, err := recordings.StateOf(app, v.Session)
	switch {
	case err != nil:
		return "", err
	case state.On:
		return "This session is being recorded. By joining, you agree to be recorded.", nil
	case state.Setting == rooms.RecordingAlways:
		return "This session is recorded. By joining, you agree to be recorded.", nil
	case state.Setting == rooms.RecordingByHost:
		return "The host can record this session. By joining, you agree to be recorded. You see it when the recording is on.", nil
	}
	return "", nil
}
