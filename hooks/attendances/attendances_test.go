package attendances_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/attendances"
	"usher/hooks/hookstest"
	"usher/hooks/live"
	"usher/hooks/live/livetest"
	"usher/hooks/record"
	"usher/hooks/runs"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/hooks/tools/settings"
)

const apiKey, apiSecret = "key", "a-secret-of-thirty-two-characters"

// fixture is a session that runs on a media server whose reports the test sends.
type fixture struct {
	*testing.T
	app     *core.BaseApp
	owner   *core.Record
	team    *teams.Team
	session *sessions.Session
}

func newFixture(t *testing.T, config settings.Config, form sessions.Form) *fixture {
	t.Helper()
	app := hookstest.NewAppWith(t, config)
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation", "pro")
	host := hookstest.Member(t, app, team, "host@x.example", "organizer")
	form.Starts = time.Now().Add(5 * time.Minute)
	session := hookstest.ScheduleSession(t, app, host, team, form)
	if form.ExternalLink == "" {
		var err error
		if session, err = runs.Start(app, hookstest.Actor(t, app, host, team), session.Id); err != nil {
			t.Fatal(err)
		}
	}
	s := &fixture{t, app, owner, team, session}
	p := s.host()
	p.Set("state", sessions.StateAdmitted)
	if err := app.Save(p); err != nil {
		t.Fatal(err)
	}
	return s
}

func externalConfig() settings.Config {
	config := hookstest.Config()
	config.LiveURL, config.LiveKey, config.LiveSecret = "ws://127.0.0.1:1", apiKey, apiSecret
	return config
}

func (s *fixture) host() *sessions.Participant {
	s.Helper()
	p, err := sessions.FindParticipantByEmail(s.app, s.session.Id, "host@x.example")
	if err != nil {
		s.Fatal(err)
	}
	return p
}

// event is a report about an attendance, some seconds after the start of the session.
func (s *fixture) event(id, kind, sid string, after int) *livekit.WebhookEvent {
	started := s.session.Started()
	e := &livekit.WebhookEvent{Id: id, Event: kind, CreatedAt: started.Unix() + int64(after), Room: &livekit.Room{Name: s.session.Media(), TurnPassword: "x"}}
	if sid != "" {
		e.Participant = &livekit.ParticipantInfo{Sid: sid, Identity: s.host().Id, Name: "Host", JoinedAtMs: started.Add(time.Second).UnixMilli(), JoinedAt: started.Unix() + 1}
	}
	if kind == live.EventPublished {
		e.Participant.JoinedAt, e.Participant.JoinedAtMs = 0, 0
	}
	return e
}

func (s *fixture) receive(event *livekit.WebhookEvent) error {
	s.Helper()
	return live.Receive(s.app, livetest.NewSignedRequest(s, "http://usher.test"+live.ReportPath, apiKey, apiSecret, event))
}

// stays are the attendances as "sid from to" in seconds since the start, to "-" for someone still in.
func (s *fixture) stays() string {
	s.Helper()
	all, err := attendances.List(s.app, s.session.Id)
	if err != nil {
		s.Fatal(err)
	}
	var lines []string
	second := func(at time.Time) string {
		if at.IsZero() {
			return "-"
		}
		return fmt.Sprint(int(at.Sub(s.session.Started().Truncate(time.Second)).Seconds()))
	}
	for _, a := range all {
		line := fmt.Sprintf("%s %s %s", a.GetString("sid"), second(a.Joined()), second(a.Left()))
		if a.Width() > 0 || a.Audio() != "" {
			line += strings.TrimRight(fmt.Sprintf(" %dx%d@%d %s %s", a.Width(), a.Height(), a.FPS(), a.Codec(), a.Audio()), " ")
		}
		if a.Estimated() {
			line += " estimated"
		}
		lines = append(lines, line)
		if !a.Left().IsZero() && a.Left().Before(a.Joined()) {
			s.Errorf("%s ends before it starts", line)
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, ", ")
}

func (s *fixture) wantStays(want string) {
	s.Helper()
	if got := s.stays(); got != want {
		s.Errorf("got  %s\nwant %s", got, want)
	}
}

func (s *fixture) reload() *sessions.Session {
	s.Helper()
	found, err := sessions.FindByID(s.app, s.session.Id)
	if err != nil {
		s.Fatal(err)
	}
	return found
}

func TestReceive_AnyOrder_SameResult(t *testing.T) {
	for n := range 30 {
		s := newFixture(t, externalConfig(), sessions.Form{})
		camera := s.event("e2", live.EventPublished, "PA_1", 5)
		camera.Track = &livekit.TrackInfo{Sid: "TR_1", Source: livekit.TrackSource_CAMERA, MimeType: "video/VP8", Width: 640, Height: 360, Name: "camera@24"}
		screen := s.event("e3", live.EventPublished, "PA_1", 7)
		screen.Track = &livekit.TrackInfo{Sid: "TR_2", Source: livekit.TrackSource_SCREEN_SHARE, MimeType: "video/H264", Width: 1920, Height: 1080, Name: "screen@30"}
		sound := s.event("e4", live.EventPublished, "PA_1", 8)
		sound.Track = &livekit.TrackInfo{Sid: "TR_3", Source: livekit.TrackSource_MICROPHONE, MimeType: "audio/opus", AudioFeatures: []livekit.AudioTrackFeature{livekit.AudioTrackFeature_TF_NO_DTX}}
		events := []*livekit.WebhookEvent{
			s.event("e1", live.EventJoined, "PA_1", 1), camera, screen, sound, s.event("e5", live.EventLeft, "PA_1", 60),
			s.event("e6", live.EventJoined, "PA_2", 70), s.event("e7", live.EventLeft, "PA_2", 90), s.event("e8", "room_started", "", 0),
			s.event("e9", live.EventAborted, "PA_9", 9),
		}
		events = append(events, events...)
		if n > 0 {
			rand.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
		}
		for _, event := range events {
			if err := s.receive(event); err != nil {
				t.Fatal(err)
			}
		}
		s.wantStays("PA_1 1 60 1920x1080@30 h264 music, PA_2 1 90")
		if t.Failed() {
			t.Fatal(events)
		}
		if got := s.reload().GetDateTime("empty").Time(); got.Sub(s.session.Started()) < 85*time.Second {
			t.Errorf("empty since %v, want at least %v", got, 85*time.Second)
		}
	}
}

func TestReceive_UpdatesEmptySince(t *testing.T) {
	s := newFixture(t, externalConfig(), sessions.Form{})
	empty := func() string { return s.reload().GetString("empty") }
	if empty() != record.FormatTime(s.session.Started()) {
		t.Errorf("before anybody came: %q", empty())
	}
	for _, step := range []struct {
		event *livekit.WebhookEvent
		empty bool
	}{
		{s.event("1", live.EventJoined, "A", 1), false}, {s.event("2", live.EventJoined, "B", 2), false}, {s.event("3", live.EventLeft, "A", 3), false},
		{s.event("4", live.EventLeft, "B", 4), true}, {s.event("5", live.EventJoined, "C", 5), false}, {s.event("6", live.EventFinished, "", 9), true},
	} {
		if err := s.receive(step.event); err != nil || (empty() != "") != step.empty {
			t.Errorf("%s: %q, %v, want %v", step.event.Id, empty(), err, step.empty)
		}
	}
	for _, a := range hookstest.QueryRows(t, s.app, "SELECT id FROM attendances") {
		if err := s.app.Delete(hookstest.FindRecord(t, s.app, "attendances", a)); err != nil {
			t.Fatal(err)
		}
	}
	if empty() != record.FormatTime(s.session.Started()) {
		t.Errorf("with all taken back: %q", empty())
	}
}

func TestEnd_ClosesOpenAttendances_LateReportsAreClamped(t *testing.T) {
	s := newFixture(t, externalConfig(), sessions.Form{})
	for _, e := range []*livekit.WebhookEvent{s.event("1", live.EventJoined, "A", 1), s.event("2", live.EventJoined, "B", 1)} {
		if err := s.receive(e); err != nil {
			t.Fatal(err)
		}
	}
	r := hookstest.FindRecord(t, s.app, "sessions", s.session.Id)
	r.Set("status", sessions.Ended)
	r.Set("ended", s.session.Started().Truncate(time.Second).Add(100*time.Second))
	if err := s.app.Save(r); err != nil {
		t.Fatal(err)
	}
	s.wantStays("A 1 100 estimated, B 1 100 estimated")
	for _, e := range []*livekit.WebhookEvent{s.event("3", live.EventLeft, "A", 50), s.event("4", live.EventLeft, "B", 101), s.event("5", live.EventJoined, "C", 2),
		s.event("6", live.EventLeft, "D", 300), s.event("7", live.EventFinished, "", 300)} {
		if err := s.receive(e); err != nil {
			t.Fatal(err)
		}
	}
	s.wantStays("A 1 50, B 1 100, C 1 100 estimated, D 1 100")
	for _, row := range hookstest.QueryRows(t, s.app, "SELECT id FROM attendances") {
		bare := hookstest.FindRecord(t, s.app, "attendances", row)
		bare.Set("left", "")
		bare.Set("joined", time.Now().Add(48*time.Hour))
		if err := s.app.Save(bare); err != nil {
			t.Fatal(err)
		}
	}
	if strings.Contains(s.stays(), "-") {
		t.Errorf("a bare save opened a stay: %s, want no %q", s.stays(), "-")
	}
	bare := hookstest.NewRecord(t, s.app, "attendances", map[string]any{"team": s.team.Id, "session": s.session.Id, "sid": "X", "joined": time.Now(), "left": time.Now().Add(-time.Hour)})
	if err := s.app.Save(bare); err != nil || bare.GetDateTime("left").Before(bare.GetDateTime("joined")) {
		t.Errorf("got %v", err)
	}
}

func TestReceive_BadSignatureIsRefused_UnknownRoomIsIgnored(t *testing.T) {
	s := newFixture(t, externalConfig(), sessions.Form{})
	joined := s.event("1", live.EventJoined, "A", 1)
	for what, request := range map[string]func() error{
		"another secret": func() error {
			return live.Receive(s.app, livetest.NewSignedRequest(t, "http://x", apiKey, "another-secret-of-thirty-two-chars", joined))
		},
		"another key": func() error {
			return live.Receive(s.app, livetest.NewSignedRequest(t, "http://x", "other", apiSecret, joined))
		},
		"another body": func() error {
			request := livetest.NewSignedRequest(t, "http://x", apiKey, apiSecret, joined)
			request.Body = livetest.NewSignedRequest(t, "http://x", apiKey, apiSecret, s.event("2", live.EventLeft, "A", 1)).Body
			return live.Receive(s.app, request)
		},
		"no signature": func() error {
			request := livetest.NewSignedRequest(t, "http://x", apiKey, apiSecret, joined)
			request.Header.Del("Authorization")
			return live.Receive(s.app, request)
		},
	} {
		hookstest.AssertCode(t, what, request(), live.CodeBadSignature)
	}
	foreign := s.event("1", live.EventJoined, "A", 1)
	foreign.Room.Name = "another-app"
	if err := s.receive(foreign); err != nil {
		t.Error(err)
	}
	if s.wantStays(""); hookstest.Count(t, s.app, "session_reports") != 0 {
		t.Error("a report was kept")
	}
}

func TestReceive_ConcurrentDuplicates_CountOnce(t *testing.T) {
	s := newFixture(t, externalConfig(), sessions.Form{})
	hookstest.SlowWrites(s.app, "attendances", "session_reports")
	results := hookstest.Race(8, func(int) error { return s.receive(s.event("1", live.EventJoined, "A", 1)) })
	if won := hookstest.CountSucceeded(t, results); won != 8 {
		t.Errorf("%d were answered, want 8", won)
	}
	if n := hookstest.Count(t, s.app, "session_reports", dbx.HashExp{"event": "1"}); n != 1 {
		t.Errorf("%d were kept, want 1", n)
	}
	s.wantStays("A 1 -")
}
