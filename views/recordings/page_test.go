package recordings_test

import (
	"net/http"
	"net/url"
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/recordings"
)

func TestPage_FailedRecording_CanBeTriedAgain(t *testing.T) {
	f := newFixture(t)
	hookstest.Exec(t, f.App, "UPDATE recordings SET shared = 1, mp4_status = 'failed', mp4_attempts = 3", nil)
	assertNotContains(t, "a server that makes no MP4s", f.as("host").Get(f.app(f.in(""))), "/retry")
	recordings.SetMakesMP4s(f.App, true)
	assertPage(t, "a failed MP4", f.as("host").Get(f.app(f.in(""))), http.StatusOK, "Try again", "The MP4 couldn't be made.")
	assertNotContains(t, "a participant", f.as("participant").Get(f.app(f.in(""))), "/retry")
	if reply := f.as("admin").Post(f.panel(f.in("/retry")), url.Values{}); reply.Status != http.StatusSeeOther || f.reload().MP4Status() != recordings.MP4Queued {
		t.Errorf("got status %d and MP4 %q, want it queued", reply.Status, f.reload().MP4Status())
	}
	assertPage(t, "a second press", f.as("host").Post(f.app(f.in("/retry")), url.Values{}), http.StatusUnprocessableEntity, "There is nothing to try again.")
	hookstest.Exec(t, f.App, "UPDATE recordings SET status = 'failed'", nil)
	assertPage(t, "a failed recording", f.as("cohost").Get(f.app(f.in(""))), http.StatusOK, "This recording failed", "Try again")
}

func TestPage_SaysUntilWhenARecordingIsKept(t *testing.T) {
	f := newFixture(t)
	assertNotContains(t, "without a retention period", f.as("host").Get(f.app(f.in(""))), "Kept until")
	hookstest.Exec(t, f.App, "UPDATE teams SET retention_days = 90", nil)
	assertPage(t, "with one", f.as("host").Get(f.app(f.in(""))), http.StatusOK, "Kept until", "Then the team's retention period moves it to the trash.")
}

func TestPage_LinksToItsHistory_ForOwnerAndAdmins(t *testing.T) {
	f := newFixture(t)
	history := "/audit?person=" + f.recording.Id
	assertPage(t, "an Admin", f.as("admin").Get(f.panel(f.in(""))), http.StatusOK, history)
	assertNotContains(t, "the host", f.as("host").Get(f.app(f.in(""))), history)
}
