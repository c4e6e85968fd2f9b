package browsertest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/paths"
	"usher/hooks/recordings"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/views/viewstest"
)

// recordingFixture is a served team with a recording that can be played.
type recordingFixture struct {
	*viewstest.Server
	t         *testing.T
	team      *teams.Team
	host      *core.Record
	recording *recordings.Recording
}

// newRecordingFixture adds a recording of Anneke for 12 seconds, Clara from 3 to 11, and Anneke's screen from 5 to 9. Anneke's camera is
// off from 1 to 2. The pictures have their own number in bars at the top, 20 a second; the sounds beep each second.
func newRecordingFixture(t *testing.T) *recordingFixture {
	t.Helper()
	defaultBrowser.start(t)
	f := &recordingFixture{Server: viewstest.Serve(t, hookstest.Config()), t: t}
	f.host = hookstest.Account(t, f.App, "anneke@halation.example")
	f.team = hookstest.Team(t, f.App, f.host, "Halation Post", "pro")
	session := hookstest.StartSession(t, f.App, f.host, f.team, sessions.Form{Title: "Kestrel, reel 4 grade review"})
	f.recording = hookstest.Recording(t, f.App, session, map[string]any{"milliseconds": 12_000})
	f.addManifest("vp8")
	f.addTracks()
	return f
}

// addManifest writes what the recording consists of, with this codec of Anneke's camera.
func (f *recordingFixture) addManifest(codec string) {
	f.t.Helper()
	part := func(person, source, kind, codec string, offset, duration int64, muted ...recordings.Interval) recordings.Part {
		return recordings.Part{File: person + "-" + source + ".webm", Participant: person, Source: source, Kind: kind, Codec: codec, Offset: offset, Duration: duration, Muted: muted}
	}
	manifest, err := json.Marshal(recordings.Manifest{Milliseconds: 12_000,
		Participants: []recordings.Participant{
			{ID: "anneke", Name: "Anneke de Vries", Stays: []recordings.Interval{{From: 0, To: 12_000}}},
			{ID: "clara", Name: "Clara Weiss", Stays: []recordings.Interval{{From: 3000, To: 11_000}}}},
		Parts: []recordings.Part{
			part("anneke", "camera", "video", codec, 0, 12_000, recordings.Interval{From: 1000, To: 2000}),
			part("anneke", "microphone", "audio", "opus", 0, 12_000),
			part("anneke", "screen", "video", "vp8", 5000, 4000),
			part("clara", "camera", "video", "vp9", 3000, 8000),
			part("clara", "microphone", "audio", "opus", 3000, 8000),
		}})
	must(f.t, err)
	hookstest.WriteRecordingFile(f.t, f.App, f.recording.Id, recordings.ManifestName, manifest)
}

// tracks lists the files of the tracks.
func (f *recordingFixture) tracks(folder string) []string {
	f.t.Helper()
	all, err := filepath.Glob(filepath.Join(folder, "*.webm"))
	must(f.t, err)
	return all
}

func (f *recordingFixture) addTracks() {
	f.t.Helper()
	for _, path := range f.tracks(filepath.Join("testdata", "player")) {
		content, err := os.ReadFile(path)
		must(f.t, err)
		hookstest.WriteRecordingFile(f.t, f.App, f.recording.Id, filepath.Base(path), content)
	}
}

func (f *recordingFixture) removeTracks() {
	f.t.Helper()
	for _, path := range f.tracks(recordings.Folder(f.App, f.recording.Id)) {
		must(f.t, os.Remove(path))
	}
}

// path is the page of the recording in the App.
func (f *recordingFixture) path() string {
	return paths.Recording(f.team.Slug(), f.recording.Id)
}

// signIn returns a tab in which the host is signed in.
func (f *recordingFixture) signIn() *tab {
	f.t.Helper()
	return signIn(f.t, f.Server, f.host.Email())
}

// shownScript returns the time of the recording that each visible picture shows, in milliseconds, by the number in it.
const shownScript = `(() => {
	const canvas = document.createElement("canvas"), parts = JSON.parse(document.getElementById("player").dataset.player).parts;
	canvas.width = 80; canvas.height = 10;
	const g = canvas.getContext("2d", { willReadFrequently: true });
	const shown = {};
	for (const v of document.querySelectorAll("#player .tile:not([hidden]) > video:not([hidden])")) {
		if (v.readyState < 2 || v.seeking) return {};
		const part = parts[v.dataset.part];
		g.drawImage(v, 0, 0, v.videoWidth, v.videoHeight / 4, 0, 0, 80, 10);
		let n = 0;
		for (let i = 0; i < 8; i++) n = n * 2 + (g.getImageData(i * 10 + 5, 5, 1, 1).data[1] > 128 ? 1 : 0);
		shown[part.person + " " + part.source] = part.offset + n * 50;
	}
	return shown;
})()`

// waitForPictures waits until exactly these pictures are visible, and show that time within a frame.
func (b *tab) waitForPictures(at int64, sources ...string) {
	b.t.Helper()
	b.waitUntil(fmt.Sprintf("the pictures %v at %d ms", sources, at), fmt.Sprintf(`(shown => Object.keys(shown).length === %d && Object.values(shown).every(ms => ms <= %d && ms > %d - 51))(%s)`,
		len(sources), at, at, shownScript))
	got := eval[map[string]int64](b, shownScript)
	for _, source := range sources {
		if _, ok := got[source]; !ok {
			b.fatalf("got the pictures %v, want %s", got, source)
		}
	}
}

// seekTo moves the player to that time of the recording in milliseconds.
func (b *tab) seekTo(ms int64) {
	b.t.Helper()
	eval[bool](b, fmt.Sprintf(`(() => { const s = document.getElementById("player-seek"); s.value = %d;
		s.dispatchEvent(new Event("input", {bubbles: true})); s.dispatchEvent(new Event("change", {bubbles: true})); return true })()`, ms))
}

func TestPlayer_SeeksExactly(t *testing.T) {
	t.Parallel()
	f := newRecordingFixture(t)
	b := f.signIn()
	b.visit(f.path() + "#t=2.5")
	b.waitForPictures(2500, "anneke camera")
	b.waitForText("/ 0:12")
	if got := eval[[]float64](b, `[...document.querySelectorAll("#player :is(video, audio)")].map(e => Math.round(e.duration * 10) / 10)`); len(got) != 5 {
		t.Errorf("got the durations %v, want 5 loaded parts", got)
	}
	b.seekTo(10_320)
	b.waitForPictures(10_320, "anneke camera", "clara camera")
	b.seekTo(6980)
	b.waitForPictures(6980, "anneke camera", "clara camera", "anneke screen")
	b.waitUntil("the screen large", `document.querySelector(".tile[data-main]").dataset.kind === "screen"`)
	b.seekTo(1500)
	b.waitForPictures(1500)
}

// positionsScript returns the time of the recording at which each playing part is, in milliseconds.
const positionsScript = `(() => { const parts = JSON.parse(document.getElementById("player").dataset.player).parts, at = {};
	for (const e of document.querySelectorAll("#player :is(video, audio)")) if (!e.paused && !e.seeking)
		at[parts[e.dataset.part].person + " " + parts[e.dataset.part].source] = Math.round(parts[e.dataset.part].offset + e.currentTime * 1000);
	return at; })()`

func TestPlayer_PlaysInSync_WithTheKeyboard(t *testing.T) {
	f := newRecordingFixture(t)
	b := f.signIn()
	b.visit(f.path() + "#t=5.2")
	b.waitForPictures(5200, "anneke camera", "clara camera", "anneke screen")
	b.sendKeys("k")
	b.waitUntil("all five parts within 100 ms", fmt.Sprintf(`(at => Object.keys(at).length === 5 && Math.max(...Object.values(at)) - Math.min(...Object.values(at)) <= 100 && at["anneke camera"] > 5600)(%s)`, positionsScript))
	b.waitUntil("their pictures within 100 ms", fmt.Sprintf(`(shown => Object.keys(shown).length === 3 && Math.max(...Object.values(shown)) - Math.min(...Object.values(shown)) <= 100)(%s)`, shownScript))
	b.sendKeys(" ")
	b.waitUntil("a pause", `[...document.querySelectorAll("#player :is(video, audio)")].every(e => e.paused)`)
	at := func(what, time string) {
		t.Helper()
		b.waitUntil(what+" to "+time, fmt.Sprintf(`document.getElementById("player-time").textContent === %q`, time))
	}
	for _, step := range []struct{ key, time string }{{"0", "0:00"}, {"l", "0:10"}, {kb.ArrowLeft, "0:05"}, {"j", "0:00"}, {kb.ArrowRight, "0:05"}, {"5", "0:06"}} {
		b.sendKeys(step.key)
		at("key "+step.key, step.time)
	}
	b.waitForURL("#t=6")
	b.sendKeys(">")
	b.waitUntil("the speed", `document.getElementById("player-speed").value === "1.25"`)
	b.sendKeys("m")
	b.waitUntil("no sound", `document.querySelector("[data-player-action=mute]").ariaLabel === "Turn on sound"`)
	b.press("Anneke de Vries shared their screen")
	at("the chapter", "0:05")
	b.sendKeys("9")
	b.waitUntil("a grid", `document.getElementById("player-tiles").dataset.form === "even"`)
	b.sendKeys("g")
	b.waitUntil("speaker view", `document.getElementById("player-tiles").dataset.form === "strip"`)
	b.sendKeys("?")
	b.waitForText("Go to a tenth of the recording")
	b.press("Done")
	b.sendKeys("k")
	at("the end", "0:12")
	b.waitUntil("the end", `document.querySelector("[data-player-action=toggle]").ariaLabel === "Play again"`)
	b.assertAccessible("the player")
}

func TestPlayer_SaysWhatCannotBePlayed(t *testing.T) {
	t.Parallel()
	f := newRecordingFixture(t)
	f.addManifest("unknown")
	b := f.signIn()
	b.visit(f.path() + "#t=5.2")
	b.waitForPictures(5200, "clara camera", "anneke screen")
	b.waitForText("Some video can't be played by this browser. To see everything, download the recording.")
	b.waitForText("Can't be played")
	f.removeTracks()
	b.expectStatus(http.StatusNotFound)
	b.visit(f.path())
	b.waitForText("You can no longer play this recording.")
	f.addTracks()
	b.press("Try again")
	b.waitUntil("it plays", fmt.Sprintf(`Object.keys(%s).length > 0`, positionsScript))
	b.assertAccessible("a recording with a part that can't be played")
}
