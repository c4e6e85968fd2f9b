package commands

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/commands/samplemedia"
	"usher/hooks/record"
	"usher/hooks/recordings"
	"usher/hooks/sessions"
	"usher/hooks/teams"
)

// sampleTrack is a file of samplemedia: who is on it, and when it begins and ends.
type sampleTrack struct {
	file, person, source string
	offset, duration     int64 // milliseconds
	width, height        int
}

var sampleTracks = []sampleTrack{
	{"camera-1.webm", "theo", "camera", 0, 28_000, 320, 180},
	{"microphone-1.webm", "theo", "microphone", 0, 28_008, 0, 0},
	{"camera-2.webm", "clara@kestrel-pictures.example", "camera", 3_000, 24_000, 320, 180},
	{"microphone-2.webm", "clara@kestrel-pictures.example", "microphone", 3_000, 24_008, 0, 0},
	{"screen-1.webm", "theo", "screen", 8_000, 15_000, 640, 360},
}

// sampleRecording is a recording of a session of the sample.
type sampleRecording struct {
	session, title string
	startMinute    int  // after the start of the session
	shared         bool // with the participants
	trashedDaysAgo int  // 0: it isn't in the trash
}

var sampleRecordings = []sampleRecording{
	{session: "Kestrel, reel 3 grade", title: "Kestrel, reel 3 grade", startMinute: 2, shared: true},
	{session: "Kestrel, reel 1 grade", title: "Kestrel, reel 1, first pass", startMinute: 1},
	{session: "Kestrel, reel 1 grade", title: "Sound check", trashedDaysAgo: 2},
}

// addRecordings adds recordings of sessions that are over, with their files.
func (s *seeder) addRecordings(team *teams.Team) {
	for _, r := range sampleRecordings {
		if s.err != nil {
			return
		}
		if err := s.addRecording(team, r); err != nil {
			s.err = fmt.Errorf("recording of %s: %w", r.session, err)
		}
	}
}

func (s *seeder) addRecording(team *teams.Team, r sampleRecording) error {
	found, err := s.app.FindFirstRecordByFilter("sessions", "team = {:team} && title = {:title}", dbx.Params{"team": team.Id, "title": r.session})
	if err != nil {
		return err
	}
	session := &sessions.Session{Record: found}
	manifest, err := s.sampleManifest(session, session.Started().Add(time.Duration(r.startMinute)*time.Minute))
	if err != nil {
		return err
	}
	id := core.GenerateDefaultRandomId()
	size, err := writeSample(recordings.Folder(s.app, id), manifest)
	if err != nil {
		return err
	}
	ended := manifest.Started.Add(time.Duration(manifest.Milliseconds) * time.Millisecond)
	row := dbx.Params{
		"id": id, "team": team.Id, "session": session.Id, "room": session.RoomID(), "host": session.HostID(), "host_name": session.HostName(),
		"started_by": session.HostID(), "started_by_name": session.HostName(), "title": r.title, "status": recordings.StatusReady,
		"stop_reason": recordings.StoppedByHost, "location": recordings.LocationLocal, "started": record.FormatTime(manifest.Started), "ended": record.FormatTime(ended),
		"milliseconds": manifest.Milliseconds, "bytes": size, "shared": r.shared, "created": record.FormatTime(manifest.Started), "updated": record.FormatTime(ended),
	}
	if room, err := s.app.FindRecordById("rooms", session.RoomID()); err == nil {
		row["room_name"] = room.GetString("name")
	}
	if r.trashedDaysAgo > 0 {
		row["trashed"], row["trashed_by"] = record.FormatTime(time.Now().AddDate(0, 0, -r.trashedDaysAgo)), session.HostName()
	}
	_, err = s.app.DB().Insert("recordings", row).Execute()
	return err
}

// sampleManifest describes the sample's files as a recording of the session.
func (s *seeder) sampleManifest(session *sessions.Session, started time.Time) (*recordings.Manifest, error) {
	manifest := &recordings.Manifest{Started: started}
	known := map[string]string{}
	for _, track := range sampleTracks {
		end := track.offset + track.duration
		if known[track.person] == "" {
			p, err := sessions.FindParticipantByEmail(s.app, session.Id, sampleEmail(track.person))
			if err != nil {
				return nil, err
			}
			known[track.person] = p.Id
			manifest.Participants = append(manifest.Participants, recordings.Participant{ID: p.Id, Name: p.DisplayName(), Stays: []recordings.Interval{{From: track.offset, To: end}}})
		}
		content, err := samplemedia.Files.ReadFile(track.file)
		if err != nil {
			return nil, err
		}
		part := recordings.Part{File: track.file, Participant: known[track.person], Source: track.source, Kind: "video", Codec: "vp8", Offset: track.offset,
			Duration: track.duration, Width: track.width, Height: track.height, Bytes: int64(len(content))}
		if track.source == "microphone" {
			part.Kind, part.Codec = "audio", "opus"
		}
		manifest.Parts = append(manifest.Parts, part)
		manifest.Milliseconds = max(manifest.Milliseconds, end)
	}
	return manifest, nil
}

// writeSample writes the files of a recording, and returns their size.
func writeSample(folder string, manifest *recordings.Manifest) (size int64, err error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return 0, err
	}
	write := func(name string, content []byte) {
		size += int64(len(content))
		err = errors.Join(err, os.WriteFile(filepath.Join(folder, name), content, 0o600))
	}
	for _, part := range manifest.Parts {
		content, readErr := samplemedia.Files.ReadFile(part.File)
		if readErr != nil {
			return 0, readErr
		}
		write(part.File, content)
	}
	text, jsonErr := json.Marshal(manifest)
	if jsonErr != nil {
		return 0, jsonErr
	}
	write(recordings.ManifestName, text)
	return size, err
}
