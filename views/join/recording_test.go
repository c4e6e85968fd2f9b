package join_test

import (
	"html"
	"strings"
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/sessions"
)

func TestJoinPage_SaysWhetherTheSessionIsRecorded(t *testing.T) {
	l := newFixture(t, sessions.Form{}).startIn(5).start()
	notice := func() string {
		l.Helper()
		body := html.UnescapeString(l.server.As(l.guest).Get(l.sessionLink()).Body)
		for _, text := range []string{"This session is being recorded.", "This session is recorded.", "The host can record this session."} {
			if strings.Contains(body, text) && strings.Contains(body, "By joining, you agree to be recorded.") {
				return text
			}
		}
		return ""
	}
	for setting, want := range map[string]string{"off": "", "host": "The host can record this session.", "always": "This session is recorded."} {
		hookstest.Exec(t, l.server.App, "UPDATE sessions SET recording = '"+setting+"'", nil)
		if got := notice(); got != want {
			t.Errorf("%s: got %q, want %q", setting, got, want)
		}
	}
	hookstest.Recording(t, l.server.App, l.session, nil)
	hookstest.Exec(t, l.server.App, "UPDATE recordings SET status = 'recording'", nil)
	if got := notice(); got != "This session is being recorded." {
		t.Errorf("while it's recorded: got %q", got)
	}
}
