package usage_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"usher/hooks/attendances"
	"usher/hooks/hookstest"
	"usher/hooks/record"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/hooks/usage"
)

// as1080p is a video and sound as scheduled by default.
func as1080p(run hookstest.PastRun) hookstest.PastRun {
	run.Height, run.FPS, run.Codec, run.Audio = 1080, 30, "vp9", "speech"
	run.Form.Resolution, run.Form.FPS, run.Form.Codec, run.Form.Audio = "1080p", 30, "vp9", "speech"
	return run
}

func TestLoad_ComparesToTheSecond(t *testing.T) {
	s := newFixture(t, "Europe/Lisbon")
	at := parseTime(t, "2026-05-12T09:00:00Z")
	add := func(title string, started, ended time.Duration, change func(*hookstest.PastRun)) {
		run := as1080p(hookstest.PastRun{Title: title, Starts: at, Started: at.Add(started), Ended: at.Add(ended)})
		if change != nil {
			change(&run)
		}
		s.past(run)
		at = at.Add(24 * time.Hour)
	}
	add("ran 20", 3*time.Minute, 23*time.Minute+7*time.Second, nil)
	add("never", 0, 0, func(run *hookstest.PastRun) { run.Started, run.Ended = time.Time{}, time.Time{} })
	add("over time", 0, 84*time.Minute+59*time.Second, nil)
	add("a minute less", 0, 59*time.Minute, nil)
	add("61 seconds less", 0, 59*time.Minute-time.Second, nil)
	add("a minute more", 0, 61*time.Minute, nil)
	add("smaller", 0, time.Hour, func(run *hookstest.PastRun) { run.Height = 720 })
	add("smaller and short", 0, 30*time.Minute, func(run *hookstest.PastRun) { run.Height, run.FPS, run.Codec, run.Audio = 720, 25, "vp8", "stereo" })
	add("no video", 0, time.Hour, func(run *hookstest.PastRun) { run.Height, run.FPS, run.Codec, run.Audio = 0, 0, "", "" })
	add("29.97", 0, time.Hour, func(run *hookstest.PastRun) { run.FPS = 29 })
	add("fractions", 900*time.Millisecond, 20*time.Minute+400*time.Millisecond, nil)

	report := s.load("2026-05")
	want := map[string]struct {
		actual  int
		reasons string
		text    string
	}{
		"ran 20":            {20*60 + 7, "ended_early", "Ended early: 40 min short"},
		"never":             {0, "never_started", "Never started"},
		"over time":         {84*60 + 59, "ended_late", "Ended late: 25 min over"},
		"a minute less":     {59 * 60, "as_planned", "As scheduled"},
		"61 seconds less":   {59*60 - 1, "ended_early", "Ended early: 1 min short"},
		"a minute more":     {61 * 60, "as_planned", "As scheduled"},
		"smaller":           {3600, "settings_changed", "Settings changed: 1080p to 720p"},
		"smaller and short": {1800, "ended_early settings_changed", "Ended early: 30 min short; Settings changed: 1080p to 720p, 30 fps to 25 fps, VP9 to VP8, Speech to Stereo"},
		"no video":          {3600, "as_planned", "As scheduled"},
		"29.97":             {3600, "as_planned", "As scheduled"},
		"fractions":         {1200, "ended_early", "Ended early: 40 min short"}, // 1199.5 s
	}
	if len(report.Rows) != len(want) {
		t.Fatalf("got %d rows, want %d", len(report.Rows), len(want))
	}
	sum := 0
	for title, w := range want {
		row := s.row(report, title)
		sum += w.actual
		if row.ScheduledSeconds != 3600 || row.ActualSeconds != w.actual || strings.Join(row.Reasons, " ") != w.reasons || strings.Join(row.ReasonTexts(), "; ") != w.text {
			t.Errorf("%s: %d of %d s, %v, %q, want %d of 3600 s, %s, %q", title, row.ActualSeconds, row.ScheduledSeconds, row.Reasons, row.ReasonTexts(), w.actual, w.reasons, w.text)
		}
	}
	totals := report.Totals
	if totals.Sessions != len(want) || totals.ScheduledSeconds != 3600*len(want) || totals.ActualSeconds != sum || totals.Upcoming != 0 || totals.Running != 0 {
		t.Errorf("got the totals %+v, want %d sessions, %d s and %d s", totals, len(want), 3600*len(want), sum)
	}
	if n := len(report.Days); n != 31 || report.Days[11].Key != "2026-05-12" || report.Days[11].ActualSeconds != 20*60+7 || report.Days[0].Sessions != 0 {
		t.Errorf("got %d days, %+v", n, report.Days)
	}
}

func TestLoad_RunningAndUpcoming(t *testing.T) {
	s := newFixture(t, "UTC")
	now := time.Now().UTC()
	month := usage.MonthOf(now, time.UTC)
	running := s.past(hookstest.PastRun{Title: "running", Starts: now.Add(-90 * time.Minute), Started: now.Add(-90 * time.Minute)})
	ahead := s.past(hookstest.PastRun{Title: "ahead", Starts: now.Add(time.Hour)})
	late := s.past(hookstest.PastRun{Title: "late", Starts: now.Add(-time.Minute)})
	for _, session := range []*sessions.Session{running, ahead, late} { // on the last and first day of a month, too
		hookstest.Exec(t, s.app, "UPDATE sessions SET starts = max(starts, {:from}) WHERE id = {:id}", dbx.Params{"from": record.FormatTime(month.Start()), "id": session.Id})
	}
	report := s.load("")
	if months := s.load(month.Add(-1).String()); report.Totals.Running+months.Totals.Running != 1 {
		t.Errorf("got %d and %d running sessions, want 1", report.Totals.Running, months.Totals.Running)
	}
	for _, row := range report.Rows {
		if row.Title != "running" || row.Reason() != usage.Running || row.ActualSeconds < 5400 || row.ActualSeconds > 5500 || row.EndText() != "" {
			t.Errorf("got %+v", row)
		}
	}
	if _, err := usage.Find(s.app, s.actor("owner"), late.Id); !errors.Is(err, errs.ErrNotFound) {
		t.Errorf("details of a session that can still start: %v, want %v", err, errs.ErrNotFound)
	}
	upcoming := 0
	for _, m := range []int{0, 1} {
		totals := s.load(month.Add(m).String()).Totals
		upcoming += totals.Upcoming
		if totals.UpcomingSeconds != 3600*totals.Upcoming {
			t.Errorf("got %+v", totals)
		}
	}
	if upcoming != 2 {
		t.Errorf("got %d upcoming sessions, want 2", upcoming)
	}
}

func TestLoad_Cancelled(t *testing.T) {
	s := newFixture(t, "UTC")
	at := parseTime(t, "2026-03-10T10:00:00Z")
	for title, cancelled := range map[string]string{"before": "2026-03-10 09:59:59.000Z", "after": "2026-03-10 10:10:00.000Z", "by the server": ""} {
		session := s.past(hookstest.PastRun{Title: title, Starts: at})
		hookstest.Exec(t, s.app, "UPDATE sessions SET status = 'cancelled', cancelled = {:at} WHERE id = {:id}", dbx.Params{"at": cancelled, "id": session.Id})
	}
	report := s.load("2026-03")
	if len(report.Rows) != 1 || report.Rows[0].Title != "after" || report.Rows[0].Reason() != usage.NeverStarted || report.Totals.Sessions != 1 {
		t.Errorf("got %+v, want only the session that was cancelled after its start", report.Rows)
	}
}

func TestLoad_ScheduledValuesStay(t *testing.T) {
	s := newFixture(t, "UTC")
	session := hookstest.StartSession(t, s.app, s.users["organizer"], s.team, sessions.Form{Title: "extended", Minutes: 30, Resolution: "720p"})
	refused := func(what string, id string, set map[string]any, code string) {
		t.Helper()
		r := hookstest.FindRecord(t, s.app, "sessions", id)
		r.Load(set)
		hookstest.AssertCode(t, what, s.app.Save(r), code)
	}
	refused("the resolution of a running session", session.Id, map[string]any{"resolution": "1080p"}, sessions.CodeFixed)
	refused("its length", session.Id, map[string]any{"minutes": 90}, sessions.CodeFixed)
	refused("an extension", session.Id, map[string]any{"extra": 15}, "")
	missed := s.past(hookstest.PastRun{Title: "missed", Starts: time.Now().Add(-2 * time.Hour)})
	for _, set := range []map[string]any{{"minutes": 30}, {"resolution": "360p"}, {"fps": 10}, {"codec": "av1"}, {"audio": "stereo"}, {"starts": time.Now().Add(time.Hour)}} {
		refused("a session whose time has passed", missed.Id, set, sessions.CodeEnded)
	}
	refused("its title", missed.Id, map[string]any{"title": "Missed"}, "")
	planned := s.past(hookstest.PastRun{Title: "planned", Starts: time.Now().Add(2 * time.Hour)})
	refused("a session to come", planned.Id, map[string]any{"minutes": 45, "resolution": "720p"}, "")

	row := s.row(s.load(""), "extended")
	if row.ScheduledSeconds != 1800 || row.Scheduled.Resolution != "720p" {
		t.Errorf("got %d s in %s, want 1800 s in 720p", row.ScheduledSeconds, row.Scheduled.Resolution)
	}
}

func TestLoad_TwoRuns(t *testing.T) {
	s := newFixture(t, "UTC")
	start := time.Now().UTC().Truncate(time.Hour).Add(-3 * time.Hour)
	session := hookstest.ScheduleSession(t, s.app, s.users["organizer"], s.team, sessions.Form{Title: "twice", ExternalLink: "https://meet.example.org/x", Resolution: "1080p", FPS: 30, Codec: "vp9", Audio: "speech"})
	at := func(minutes, seconds int) time.Time {
		return start.Add(time.Duration(minutes)*time.Minute + time.Duration(seconds)*time.Second)
	}
	events := []attendances.Event{
		{ID: "1", Type: "started", At: at(0, 0)}, {ID: "2", Type: "joined", At: at(1, 0), Person: "Sam"}, {ID: "3", Type: "ended", At: at(20, 5)},
		{ID: "4", Type: "started", At: at(40, 0), Settings: attendances.Settings{Resolution: "720p"}}, {ID: "5", Type: "joined", At: at(41, 0), Person: "Sam"},
		{ID: "6", Type: "left", At: at(50, 0), Person: "Sam"}, {ID: "7", Type: "ended", At: at(52, 1)},
	}
	// In any order, and in several requests.
	for _, n := range []int{0, 5, 3, 2, 6, 1, 4} {
		if _, err := attendances.Report(s.app, s.actor("organizer"), session.Id, events[n:n+1]); err != nil {
			t.Fatal(err)
		}
	}
	details, err := usage.Find(s.app, s.actor("admin"), session.Id)
	if err != nil {
		t.Fatal(err)
	}
	if details.ActualSeconds != 20*60+5+12*60+1 || len(details.Runs) != 2 || !details.Runs[1].Ended.Equal(at(52, 1)) || len(details.Attendances) != 2 || details.Attended != 1 ||
		!slices.Equal(details.Reasons, []string{usage.EndedEarly, usage.SettingsChanged}) || details.Actual.Resolution != "720p" {
		t.Errorf("got %d s, %v, %v, %+v", details.ActualSeconds, details.Runs, details.Reasons, details.Actual)
	}
	if stay := details.Attendances[1]; !stay.Joined().Equal(at(41, 0)) || !stay.Left().Equal(at(50, 0)) {
		t.Errorf("the second stay is from %v to %v", stay.Joined(), stay.Left())
	}
	if stay := details.Attendances[0]; !stay.Left().Equal(at(20, 5)) || !stay.Estimated() {
		t.Errorf("the first stay ends at %v, want the end of the first run", stay.Left())
	}
	if total := s.load(details.Month.String()).Totals.ActualSeconds; total != details.ActualSeconds {
		t.Errorf("got a total of %d s, want %d", total, details.ActualSeconds)
	}
}

func TestLoad_ExternalWithoutPeople_HasReportedSettings(t *testing.T) {
	s := newFixture(t, "UTC")
	start := time.Now().UTC().Add(-3 * time.Hour)
	session := hookstest.ScheduleSession(t, s.app, s.users["organizer"], s.team, sessions.Form{ExternalLink: "https://meet.example.org/x", Resolution: "1080p", FPS: 30, Codec: "vp9", Audio: "speech"})
	_, err := attendances.Report(s.app, s.actor("organizer"), session.Id, []attendances.Event{
		{ID: "1", Type: "started", At: start, Settings: attendances.Settings{Resolution: "720p", FPS: 30, Codec: "VP9"}}, {ID: "2", Type: "ended", At: start.Add(time.Hour)}})
	if err != nil {
		t.Fatal(err)
	}
	details, err := usage.Find(s.app, s.actor("owner"), session.Id)
	if err != nil || !slices.Equal(details.Reasons, []string{usage.SettingsChanged}) || details.Actual != (usage.Settings{Resolution: "720p", FPS: 30, Codec: "VP9"}) {
		t.Errorf("got %+v, %v", details, err)
	}
}

func TestLoad_Access(t *testing.T) {
	s := newFixture(t, "UTC")
	session := s.past(hookstest.PastRun{Title: "one", Starts: parseTime(t, "2026-03-10T10:00:00Z")})
	month, err := usage.ParseMonth("2026-03", time.Now(), time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	for who, code := range map[string]string{"owner": "", "admin": "", "organizer": "not_allowed", "member": "not_allowed", "guest": "not_allowed"} {
		_, err := usage.Load(s.app, s.actor(who), usage.Query{Month: month})
		hookstest.AssertCode(t, who+" loads", err, code)
		_, err = usage.Find(s.app, s.actor(who), session.Id)
		hookstest.AssertCode(t, who+" reads details", err, code)
		hookstest.AssertCode(t, who+" exports", usage.Export(s.app, s.actor(who), usage.Query{Month: month}, &strings.Builder{}), code)
	}
	stranger := hookstest.Account(t, s.app, "stranger@y.example")
	other := hookstest.Team(t, s.app, stranger, "Grain", "pro")
	if _, err := usage.Find(s.app, hookstest.Actor(t, s.app, stranger, other), session.Id); !errors.Is(err, errs.ErrNotFound) {
		t.Errorf("another team's owner: %v, want %v", err, errs.ErrNotFound)
	}
	if report, err := usage.Load(s.app, hookstest.Actor(t, s.app, stranger, other), usage.Query{Month: month}); err != nil || report.Totals.Sessions != 0 {
		t.Errorf("another team: %v, %v, want no session", report, err)
	}
}
