package recordings_test

import (
	"os"
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/live"
	"usher/hooks/live/livetest"
	"usher/hooks/recordings"
)

func TestMain(m *testing.M) { livetest.Main(m) }

// The settings of an external media server are all that it takes to record on it.
func TestRecording_ExternalLiveKit(t *testing.T) {
	server := livetest.StartExternal(t, "http://127.0.0.1:1") // where no one receives its reports
	config := hookstest.Config()
	config.LiveURL, config.LiveKey, config.LiveSecret = server.URL, server.Key, server.Secret
	f := newFixtureWith(t, "unlimited", config)
	recordings.SetEngine(f.app, recordings.Engine{FreeDisk: func(string) (uint64, bool) { return 1 << 40, true }})
	f.Cleanup(recordings.Serve(f.app))
	r := f.start("host", f.session)
	if err := live.OpenRoom(f.app, f.session.Media()); err != nil {
		t.Fatal(err)
	}
	pass, err := live.IssueToken(f.app, live.Grant{Room: f.session.Media(), Identity: "ada", Name: "Ada", Publish: true})
	if err != nil {
		t.Fatal(err)
	}
	ada := livetest.ConnectMedia(t, pass)
	ada.PublishVideo(t, 640, 360, 25, 300_000)
	waitFor(t, "media", func() bool { return folderBytes(t, recordings.Folder(f.app, r.Id)) > 100_000 })
	people, err := live.ListParticipants(f.app, f.session.Media())
	if err != nil || len(people) != 1 {
		t.Errorf("the room has %+v, %v, want Ada alone: the recorder is hidden", people, err)
	}
	if _, err := recordings.Stop(f.app, f.actor("host"), f.session.Id); err != nil {
		t.Fatal(err)
	}
	r = f.waitForStatus(r.Id, recordings.StatusReady)
	m, err := recordings.ReadManifest(f.app, r)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Parts) != 1 || m.Parts[0].Codec != "vp8" || m.Parts[0].Width != 640 || m.Parts[0].Participant != "ada" || m.Reason != "" || r.Milliseconds() < 1000 {
		t.Errorf("got %+v of %d ms, want Ada's camera", m, r.Milliseconds())
	}
}

// folderBytes is the size of the files in a folder.
func folderBytes(t *testing.T, dir string) (size int64) {
	t.Helper()
	entries, _ := os.ReadDir(dir)
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil {
			size += info.Size()
		}
	}
	return size
}
