package live

import (
	"time"

	"usher/hooks/recordings"
	"usher/hooks/rooms"
)

// recordingProps are what the page shows about the recording of the session.
type recordingProps struct {
	Path     string
	On       bool
	Since    time.Time
	Now      time.Time
	CanStart bool   // the reader can start it
	CanStop  bool   // the reader can stop it
	Notice   string // for hosts: why the session isn't recorded, although it was or should be
}

var stopNotices = map[string]string{
	recordings.StoppedStorage: "The recording stopped because the team's storage is full. What was recorded until then is kept.",
	recordings.StoppedDisk:    "The recording stopped because the server has too little free disk space. What was recorded until then is kept.",
	recordings.StoppedMedia:   "The recording stopped because the connection to the media server was lost. Start it again.",
}

func newRecordingProps(state recordings.State, p stateProps) recordingProps {
	props := recordingProps{Path: p.Path, On: state.On, Since: state.Since, Now: p.Now}
	if !p.Leads {
		return props
	}
	props.CanStart = !state.On && state.Setting != rooms.RecordingOff
	props.CanStop = state.On && state.Setting != rooms.RecordingAlways
	switch {
	case state.On:
	case state.Refused != "":
		props.Notice = "This session should be recorded, but isn't. " + state.Refused
	default:
		props.Notice = stopNotices[state.Stopped]
	}
	return props
}
