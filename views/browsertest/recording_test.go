package browsertest

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"usher/hooks/live/recorder"
	"usher/hooks/recordings"
	"usher/hooks/sessions"
)

// record records the session for that long and returns the finished recording with its manifest.
func (m *liveFixture) record(length time.Duration) (*recordings.Recording, *recorder.Manifest) {
	m.t.Helper()
	started, err := recordings.Start(m.App, m.actor(), m.session.Id)
	must(m.t, err)
	deadline := time.Now().Add(time.Minute)
	for current := started; current.Bytes() == 0 || time.Since(started.Started()) < length; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			m.t.Fatalf("nothing is recorded: %s", current.Status())
		}
		current, err = recordings.FindByID(m.App, started.Id)
		must(m.t, err)
	}
	_, err = recordings.Stop(m.App, m.actor(), m.session.Id)
	must(m.t, err)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		found, err := recordings.FindByID(m.App, started.Id)
		must(m.t, err)
		if found.Status() == recordings.StatusReady {
			manifest, err := recorder.ReadManifest(recordings.Folder(m.App, found.Id))
			must(m.t, err)
			return found, manifest
		}
		if time.Now().After(deadline) {
			m.t.Fatalf("the recording is %s, want ready", found.Status())
		}
	}
}

// openFlashing opens the session's page of a participant whose camera flashes and whose microphone beeps at the same times.
func (m *liveFixture) openFlashing(email string) *tab {
	m.t.Helper()
	b := m.signInJoined(defaultBrowser, email)
	b.addInitScript(flashScript)
	b.visit(m.path())
	return b
}

func TestRecording_OfTwoPages_IsInSyncAndSeeksExactly(t *testing.T) {
	requireFFmpeg(t)
	m := newLiveFixture(t, sessions.Form{Guests: []string{noor}})
	people := []string{m.host.Email(), noor}
	host, guest := m.openFlashing(people[0]), m.openFlashing(people[1])
	host.waitForVideo(m.participantID(noor))
	guest.waitForVideo(m.participantID(m.host.Email()))
	host.press("Chat") // pages are silent until they are clicked
	guest.press("Chat")
	made, manifest := m.record(14 * time.Second)

	folder := recordings.Folder(m.App, made.Id)
	for _, email := range people {
		var picture, sound *recorder.Part
		for i, part := range manifest.Parts {
			switch {
			case part.Participant == m.participantID(email) && part.Source == "camera":
				picture = &manifest.Parts[i]
			case part.Participant == m.participantID(email) && part.Source == "microphone":
				sound = &manifest.Parts[i]
			}
		}
		if picture == nil || sound == nil {
			t.Fatalf("got the parts %+v, want a camera and a microphone of %s", manifest.Parts, email)
		}
		between := time.Duration(picture.Offset-sound.Offset) * time.Millisecond
		flashes := flashTimes(t, filepath.Join(folder, picture.File))
		for i := range flashes {
			flashes[i] += between
		}
		late := pairOffsets(flashes, beepTimes(t, filepath.Join(folder, sound.File)))
		if len(late) < 5 {

			t.Fatalf("%s: got %d flashes with a beep, want at least 5", email, len(late))
		}
		if middle := late[len(late)/2]; middle.Abs() > 100*time.Millisecond {
			t.Errorf("%s: flashes come %v after their beeps, want within 100ms", email, late)
		}
		t.Logf("%s: flashes come %v after their beeps", email, late)
	}

	host.expectDisconnects()
	host.visit("/app/" + m.team.Slug() + "/recordings/" + made.Id)
	for _, ms := range []int64{6200, 9700, 3400} {
		host.seekTo(ms)
		want := manifest.Started.UnixMilli() + ms
		for _, email := range people {
			video := fmt.Sprintf(`[...document.querySelectorAll("#player video")].find(v => { const part = JSON.parse(document.getElementById("player").dataset.player).parts[v.dataset.part];
				return part.person === %q && part.source === "camera" && !v.seeking && v.readyState >= 2 })`, m.participantID(email))
			host.waitUntil(fmt.Sprintf("the picture of %s at %d ms", email, ms),
				fmt.Sprintf(`(() => { const shown = %s; const late = (%d - shown + 131072) %% 65536; return shown >= 0 && (late < 250 || late > 65536 - 50) })()`,
					readTimeScript(video), want%65536))
		}
	}
}
