package recorder_test

import (
	"errors"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/webrtc/v4"

	"usher/hooks/live"
	"usher/hooks/live/livetest"
	"usher/hooks/live/recorder"
)

// The tests in one media server, each in a room of its own.
func TestRecording(t *testing.T) {
	shared := newStudio(t)
	for name, test := range map[string]func(*studio){
		"two participants":     testTwoParticipants,
		"lip sync":             testLipSync,
		"publishing again":     testPublishingAgain,
		"room closed":          testRoomClosed,
		"removed":              testRemoved,
		"codecs can be played": testCodecsCanBePlayed,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(newRoom(t, shared.app))
		})
	}
}

// Two participants: one mutes, the other leaves and returns.
func testTwoParticipants(s *studio) {
	r := s.record()
	ada, bob := s.join("ada"), s.join("bob")
	camera, microphone := sendCamera(s, ada, livekit.TrackSource_CAMERA), sendMicrophone(s, ada)
	screen := sendCamera(s, bob, livekit.TrackSource_SCREEN_SHARE)
	s.waitForJournal(`"event":"part"`, 3)
	microphone.Mute(s, true)
	microphone.pause(true)
	s.waitForJournal(`"muted":true`, 1)
	screen.end()
	bob.HangUp()
	s.waitForJournal(`"gone":true`, 2) // bob and the screen
	microphone.Mute(s, false)
	microphone.pause(false)
	sendCamera(s, s.join("bob"), livekit.TrackSource_SCREEN_SHARE)
	s.waitForJournal(`"event":"part"`, 4)
	before := r.Bytes()
	waitFor(s, "more", func() bool { return r.Bytes() > before+20_000 })
	camera.end()
	r.Stop()
	m := s.finish()
	if len(m.Participants) != 2 || len(m.Parts) != 4 || len(m.Gaps) != 0 || len(m.Skipped) != 0 {
		s.Fatalf("got %+v, want two participants and four parts", m)
	}
	for _, who := range m.Participants {
		if want := map[string]int{"ada": 1, "bob": 2}[who.ID]; len(who.Stays) != want {
			s.Errorf("%s: got stays %v, want %d", who.ID, who.Stays, want)
		}
	}
	sound := partsOf(m, "ada", recorder.SourceMicrophone)
	if len(sound) != 1 || len(sound[0].Muted) != 1 {
		s.Errorf("got %+v, want a microphone that was muted once", sound)
	}
	shares := partsOf(m, "bob", recorder.SourceScreen)
	if len(shares) != 2 || shares[1].Offset < shares[0].Offset+shares[0].Duration {
		s.Errorf("got %+v, want two screens, one after the other", shares)
	}
}

// A picture and the sound of the same moment are recorded at the same time, though the picture takes 250 ms longer to be sent, and
// the participant's clock is wrong.
func testLipSync(s *studio) {
	r := s.record()
	ada := s.join("ada")
	wrong := func() time.Time { return time.Now().Add(-17 * time.Minute) }
	camera := &sender{Publication: ada.Publish(s, webrtc.MimeTypeVP8, livekit.TrackSource_CAMERA), clock: wrong, every: 40 * time.Millisecond,
		rate: 90_000, delay: 250 * time.Millisecond, frame: vp8Packet}
	microphone := &sender{Publication: ada.Publish(s, webrtc.MimeTypeOpus, livekit.TrackSource_MICROPHONE), clock: wrong, every: 20 * time.Millisecond,
		rate: 48_000, frame: opusPacket}
	startSender(s, camera)
	startSender(s, microphone)
	s.waitForJournal(`"event":"offset"`, 2)
	before := r.Bytes()
	waitFor(s, "more", func() bool { return r.Bytes() > before+30_000 })
	r.Stop()
	m := s.finish()
	pictures, sound := capturedAt(s, m, "video"), capturedAt(s, m, "audio")
	compared, worst := 0, int64(0)
	for at, shown := range pictures {
		if heard, ok := sound[at]; ok {
			compared++
			worst = max(worst, shown-heard, heard-shown)
		}
	}
	s.Logf("%d pictures are at most %d ms away from their sound", compared, worst)
	if compared < 50 || worst > 100 {
		s.Errorf("compared %d pictures with their sound: up to %d ms apart, want at least 50 and at most 100 ms", compared, worst)
	}
}

// A participant who publishes in a loop gets a file each time, and nothing breaks.
func testPublishingAgain(s *studio) {
	r := s.record()
	ada := s.join("ada")
	for n := range 8 {
		camera := sendCamera(s, ada, livekit.TrackSource_CAMERA)
		s.waitForJournal(`"event":"part"`, n+1)
		camera.end()
		camera.Unpublish(s)
		s.waitForJournal(`"event":"closed"`, n+1)
	}
	r.Stop()
	if m := s.finish(); len(m.Parts) == 0 || len(m.Parts) > 8 || r.Err() != nil {
		s.Errorf("got %+v, %v, want up to 8 parts", m.Parts, r.Err())
	}
}

func testRoomClosed(s *studio) {
	r := s.record()
	if err := live.CloseRoom(s.app, s.room); err != nil {
		s.Fatal(err)
	}
	s.wantEnd(r, recorder.ErrRoomClosed)
}

func testRemoved(s *studio) {
	r := s.record()
	other := newRoom(s.T, s.app)
	other.room = s.room
	second := other.record() // takes the place of the first
	s.wantEnd(r, recorder.ErrRemoved)
	if err := live.Kick(s.app, s.room, live.RecorderIdentity); err != nil {
		s.Fatal(err)
	}
	s.wantEnd(second, recorder.ErrRemoved)
}

func (s *studio) wantEnd(r *recorder.Recording, want error) {
	s.Helper()
	select {
	case <-r.Done():
	case <-time.After(20 * time.Second):
		s.Fatal("the recording goes on")
	}
	if err := r.Err(); !errors.Is(err, want) {
		s.Errorf("got %v, want %v", err, want)
	}
	if m := s.finish(); m.Reason == "" {
		s.Error("the manifest has no reason")
	}
}

func TestStart_NoRoom_IsRefused(t *testing.T) {
	s := newStudio(t)
	s.room = "another"
	o := s.options()
	if r, err := recorder.Start(t.Context(), o); err == nil {
		r.Stop()
		t.Error("a room that isn't open is recorded")
	}
}

// The media server is killed and another one takes its place.
func TestRecording_ServerRestarts_JoinsAgain(t *testing.T) {
	t.Parallel()
	s, server := newExternalStudio(t)
	var current changingCredentials
	current.set(s)
	o := s.options()
	o.Credentials = current.get
	r, err := recorder.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Stop()
	sendCamera(t, s.join("ada"), livekit.TrackSource_CAMERA)
	s.waitForJournal(`"event":"part"`, 1)
	process, err := os.FindProcess(server.PID)
	if err == nil {
		err = process.Kill()
	}
	if err != nil {
		t.Fatal(err)
	}
	s.waitForJournal(`"event":"lost"`, 1)
	s.app = newAppOf(t, livetest.StartExternal(t, "http://127.0.0.1:1"))
	if err := live.OpenRoom(s.app, s.room); err != nil {
		t.Fatal(err)
	}
	current.set(s)
	s.waitForJournal(`"event":"joined"`, 2)
	sendCamera(t, s.join("ada"), livekit.TrackSource_CAMERA)
	s.waitForJournal(`"event":"part"`, 2)
	r.Stop()
	m := s.finish()
	if len(m.Parts) != 2 || len(m.Gaps) != 1 || len(m.Participants) != 1 || len(m.Participants[0].Stays) != 2 || r.Err() != nil {
		t.Fatalf("got %+v, %v, want two parts, a gap and two stays", m, r.Err())
	}
	if gap := m.Gaps[0]; m.Parts[0].Offset > gap.From || m.Parts[1].Offset < gap.To {
		t.Errorf("got a gap %v between %d and %d", gap, m.Parts[0].Offset, m.Parts[1].Offset)
	}
}

// After the end nothing of a recording runs any more.
func TestStop_LeavesNoGoroutine(t *testing.T) {
	s, _ := newExternalStudio(t)
	ada := s.join("ada")
	sendCamera(t, ada, livekit.TrackSource_CAMERA)
	sendMicrophone(t, ada)
	before := runtime.NumGoroutine()
	for range 3 {
		s.dir = t.TempDir()
		r := s.record()
		s.waitForJournal(`"event":"part"`, 2)
		r.Stop()
		r.Stop()
	}
	waitFor(t, "the goroutines of recorders end", func() bool { return runtime.NumGoroutine() <= before+2 })
}
