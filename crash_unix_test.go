//go:build unix

package main_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/at-wat/ebml-go"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/attendances"
	"usher/hooks/hookstest"
	"usher/hooks/live/livetest"
	"usher/hooks/recordings"
	"usher/hooks/runs"
	"usher/hooks/sessions"
)

// crash is a data folder with a running session of a host and an invited member.
type crash struct {
	*testing.T
	dir, team, session, code string
	host, guest, owner       string // tokens
	address                  string
	started, killed          time.Time
}

// testKilled kills the server with kill -9 while two people are in a session that is being recorded, and starts it again an hour later.
func testKilled(t *testing.T, usher string) {
	c := prepareCrash(t)
	process, address := startServer(t, usher, c.dir)
	c.address = address
	for _, token := range []string{c.host, c.guest} {
		livetest.ConnectMedia(t, joinSession(t, address, c.code, token)).PublishVideo(t, 640, 360, 25, 300_000)
	}
	var recording struct{ ID string }
	c.call(http.MethodPost, "/api/sessions/"+c.session+"/recording/start", c.host, &recording)
	folder := filepath.Join(c.dir, recordings.FolderName, recording.ID)
	waitFor(t, "two people are recorded", func() bool {
		files, _ := filepath.Glob(filepath.Join(folder, "*.webm"))
		return len(files) == 2 && !slices.ContainsFunc(files, func(path string) bool {
			info, err := os.Stat(path)
			return err != nil || info.Size() < 100_000
		})
	})
	c.killed = time.Now()
	_ = process.Kill()
	_, _ = process.Wait()

	app := hookstest.OpenApp(t, c.dir, hookstest.Config())
	c.checkOpen(app)
	c.moveBack(app, time.Hour)
	if err := app.ResetBootstrapState(); err != nil {
		t.Fatal(err)
	}
	_, c.address = startServer(t, usher, c.dir)
	c.checkRecording(recording.ID, folder)
	c.checkEnd()
}

func prepareCrash(t *testing.T) *crash {
	t.Helper()
	c := &crash{T: t, dir: filepath.Join(t.TempDir(), "pb_data")}
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	hookstest.WriteDB(t, c.dir)
	app := hookstest.OpenApp(t, c.dir, hookstest.Config())
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation", "unlimited")
	host, guest := hookstest.Member(t, app, team, "host@x.example", "organizer"), hookstest.Member(t, app, team, "guest@x.example")
	session := hookstest.StartSession(t, app, host, team, sessions.Form{Guests: []string{guest.Email()}})
	c.team, c.session, c.code = team.Slug(), session.Id, session.Code()
	for account, token := range map[*core.Record]*string{owner: &c.owner, host: &c.host, guest: &c.guest} {
		var err error
		if *token, err = account.NewAuthToken(); err != nil {
			t.Fatal(err)
		}
	}
	if err := app.ResetBootstrapState(); err != nil {
		t.Fatal(err)
	}
	return c
}

// call calls the API.
func (c *crash) call(method, path, token string, answer any) {
	c.Helper()
	request, _ := http.NewRequest(method, c.address+path, nil)
	request.Header.Set("Authorization", token)
	reply, err := http.DefaultClient.Do(request)
	if err != nil {
		c.Fatal(err)
	}
	defer reply.Body.Close()
	var body bytes.Buffer
	if _, err = body.ReadFrom(reply.Body); err == nil && reply.StatusCode < 300 {
		err = json.Unmarshal(body.Bytes(), answer)
	}
	if err != nil || reply.StatusCode >= 300 {
		c.Fatalf("%s %s: %d %s, %v", method, path, reply.StatusCode, body.String(), err)
	}
}

// checkOpen checks that nothing tells yet that people have left.
func (c *crash) checkOpen(app core.App) {
	c.Helper()
	all, err := attendances.List(app, c.session)
	if err != nil || len(all) != 2 || !all[0].Left().IsZero() || !all[1].Left().IsZero() {
		c.Fatalf("after the crash: %d attendances, %v, want two that are open", len(all), err)
	}
}

// moveBack lets everything happen that long ago.
func (c *crash) moveBack(app core.App, by time.Duration) {
	c.Helper()
	c.killed = c.killed.Add(-by)
	for table, columns := range map[string][]string{"sessions": {"starts", "ends", "started", "ended", "empty"}, "attendances": {"joined", "left"},
		"recordings": {"started", "ended"}, "session_reports": {"at"}} {
		for _, column := range columns {
			hookstest.Exec(c, app, `UPDATE `+table+` SET "`+column+`" = strftime('%Y-%m-%d %H:%M:%fZ', "`+column+`", {:by}) WHERE "`+column+`" != ''`,
				dbx.Params{"by": "-1 hours"})
		}
	}
	hookstest.Exec(c, app, `UPDATE _params SET value = strftime('%Y-%m-%d %H:%M:%fZ', value, '-1 hours') WHERE id IN ('usherLook', 'usherHeartbeat')`, nil)
	session, err := sessions.FindByID(app, c.session)
	if err != nil {
		c.Fatal(err)
	}
	c.started = session.Started()
}

// checkRecording waits until the recording is finished, and checks that it ends at most two seconds before the crash and can be played.
func (c *crash) checkRecording(id, folder string) {
	c.Helper()
	var r struct {
		Status, StopReason, Ended string
		Seconds                   int
	}
	waitFor(c.T, "the recording is finished", func() bool {
		c.call(http.MethodGet, "/api/teams/"+c.team+"/recordings/"+id, c.host, &r)
		return r.Status == recordings.StatusReady
	})
	if ended := c.time(r.Ended); r.StopReason != recordings.StoppedRestart || c.killed.Sub(ended).Abs() > 2*time.Second {
		c.Errorf("the recording ended at %s because of %q, want %s and %q", r.Ended, r.StopReason, c.killed, recordings.StoppedRestart)
	}
	data, err := os.ReadFile(filepath.Join(folder, recordings.ManifestName))
	if err != nil {
		c.Fatal(err)
	}
	var m recordings.Manifest
	if err := json.Unmarshal(data, &m); err != nil || len(m.Parts) != 2 {
		c.Fatalf("got %+v, %v, want two cameras", m, err)
	}
	for _, part := range m.Parts {
		end := m.Started.Add(time.Duration(part.Offset+part.Duration) * time.Millisecond)
		lost := c.killed.Add(time.Hour).Sub(end) // the files are as they were
		c.Logf("%s: lost %s of %d ms", part.File, lost, part.Duration)
		if lost > 2*time.Second || part.Duration < 1000 {
			c.Errorf("%s: lost %s of %d ms, want at most 2s", part.File, lost, part.Duration)
		}
		checkSeekable(c.T, filepath.Join(folder, part.File), part.Duration)
	}
}

func (c *crash) time(text string) time.Time {
	c.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		c.Fatalf("%q: %v", text, err)
	}
	return at
}

// checkSeekable checks that a file has its duration and an index in front of its frames.
func checkSeekable(t *testing.T, path string, milliseconds int64) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Segment struct {
			Info struct{ Duration float64 }
			Cues struct {
				CuePoint []struct{ CueTime uint64 }
			}
			Cluster []struct{ SimpleBlock []ebml.Block }
		}
	}
	if err := ebml.Unmarshal(bytes.NewReader(data), &file, ebml.WithIgnoreUnknown(true)); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if s := file.Segment; int64(s.Info.Duration) != milliseconds || len(s.Cues.CuePoint) == 0 || len(s.Cluster) == 0 {
		t.Errorf("%s: got %v ms, %d cues and %d clusters, want %d ms", path, s.Info.Duration, len(s.Cues.CuePoint), len(s.Cluster), milliseconds)
	}
	if _, err := exec.LookPath("ffprobe"); err == nil {
		if out, err := exec.Command("ffprobe", "-v", "error", "-show_packets", path).CombinedOutput(); err != nil || !strings.Contains(string(out), "pts_time") {
			t.Errorf("ffprobe %s: %v\n%.300s", path, err, out)
		}
	}
}

// checkEnd checks that the session has ended ten minutes after the crash, when everyone had left, and that usage says the same.
func (c *crash) checkEnd() {
	c.Helper()
	var report struct {
		Totals struct{ Sessions, ActualSeconds, Running int }
		Rows   []struct {
			ID            string
			ActualSeconds int
			Actual        struct {
				Started, Ended, EndReason string
				People                    int
			}
		}
	}
	waitFor(c.T, "the session has ended", func() bool {
		c.call(http.MethodGet, "/api/teams/"+c.team+"/usage?month="+c.started.UTC().Format("2006-01"), c.owner, &report)
		return len(report.Rows) == 1 && report.Totals.Running == 0
	})
	row := report.Rows[0]
	ended, want := c.time(row.Actual.Ended), c.killed.Add(runs.GracePeriod)
	if late := ended.Sub(want); row.Actual.EndReason != runs.EndedEmpty || late > time.Second || late < -2*time.Second {
		c.Errorf("the session ended at %s because of %q, want %s, ten minutes after the crash", ended, row.Actual.EndReason, want)
	}
	seconds := ended.Sub(c.started).Seconds() // from a fraction of a second to the start of one
	if wrong := float64(row.ActualSeconds) - seconds; row.ID != c.session || wrong < -0.5 || wrong > 1.5 || report.Totals.ActualSeconds != row.ActualSeconds || row.Actual.People != 2 {
		c.Errorf("usage: got %+v, totals %+v, want %.1f seconds and two people", row, report.Totals, seconds)
	}
}
