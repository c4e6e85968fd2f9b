package chat_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/chat"
	"usher/hooks/hookstest"
	"usher/hooks/join"
	"usher/hooks/members"
	"usher/hooks/runs"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
)

// fixture is a team with a running session of the host, with a co-host, two invitees who are in it, and one who isn't.
type fixture struct {
	*testing.T
	app     *core.BaseApp
	team    *teams.Team
	users   map[string]*core.Record
	session *sessions.Session
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "unlimited")
	f := &fixture{T: t, app: app, team: team, users: map[string]*core.Record{
		"owner":  owner,
		"host":   hookstest.Member(t, app, team, "host@x.example", "organizer"),
		"cohost": hookstest.Member(t, app, team, "cohost@x.example"),
		"guest":  hookstest.Guest(t, app, team, "guest@x.example"),
		"other":  hookstest.Guest(t, app, team, "other@x.example"),
		"late":   hookstest.Guest(t, app, team, "late@x.example"),
	}}
	f.session = hookstest.StartSession(t, app, f.users["host"], team, sessions.Form{Title: "Kestrel", Cohosts: []string{f.users["cohost"].Id},
		Guests: []string{"guest@x.example", "other@x.example", "late@x.example"}})
	hookstest.Exec(t, app, "UPDATE participants SET state = 'admitted' WHERE email != 'late@x.example'", nil)
	return f
}

func (f *fixture) participant(who string) *sessions.Participant {
	f.Helper()
	p, err := sessions.FindParticipantByEmail(f.app, f.session.Id, who+"@x.example")
	if err != nil {
		f.Fatal(err)
	}
	return p
}

func (f *fixture) send(who, words string, toHosts bool) {
	f.Helper()
	if _, err := chat.Send(f.app, f.participant(who), words, toHosts); err != nil {
		f.Fatalf("%s sends %q: %v", who, words, err)
	}
}

// history returns what a participant sees.
func (f *fixture) history(who string) (texts []string) {
	f.Helper()
	messages, err := chat.History(f.app, f.participant(who))
	if err != nil {
		f.Fatal(err)
	}
	for _, m := range messages {
		texts = append(texts, m.Text)
	}
	return texts
}

func (f *fixture) wantHistory(who string, want ...string) {
	f.Helper()
	if got := f.history(who); !slices.Equal(got, want) {
		f.Errorf("%s sees %q, want %q", who, got, want)
	}
}

func TestHistory_ShowsWhatEachMaySee(t *testing.T) {
	f := newFixture(t)
	f.send("guest", "  hello\r\nall ", false)
	f.send("guest", "I can't hear you", true)
	f.send("host", "welcome", false)
	f.wantHistory("host", "hello\nall", "I can't hear you", "welcome")
	f.wantHistory("cohost", "hello\nall", "I can't hear you", "welcome")
	f.wantHistory("guest", "hello\nall", "I can't hear you", "welcome")
	f.wantHistory("other", "hello\nall", "welcome")
}

func TestSend_Refusals(t *testing.T) {
	for name, c := range map[string]struct {
		who, words, code string
		change           func(f *fixture)
	}{
		"empty":        {"guest", " \n ", chat.CodeRequired, nil},
		"too long":     {"guest", strings.Repeat("x", chat.MaxText+1), "too_long", nil},
		"control":      {"guest", "a\x00b", "bad_text", nil},
		"not admitted": {"late", "hello", join.CodeBlocked, nil},
		"removed": {"guest", "hello", join.CodeBlocked, func(f *fixture) {
			hookstest.Exec(f.T, f.app, "UPDATE participants SET state = 'out' WHERE email = 'guest@x.example'", nil)
		}},
		"left the team": {"guest", "hello", join.CodeBlocked, func(f *fixture) {
			if _, err := members.Leave(f.app, hookstest.Actor(f.T, f.app, f.users["guest"], f.team), members.Handover{}); err != nil {
				f.Fatal(err)
			}
		}},
		"ended": {"guest", "hello", sessions.CodeEnded, func(f *fixture) { f.end() }},
		"full":  {"guest", "hello", chat.CodeFull, func(f *fixture) { f.fill(chat.MaxStored) }},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			if c.change != nil {
				c.change(f)
			}
			before := hookstest.Count(t, f.app, "messages")
			if _, err := chat.Send(f.app, f.participant(c.who), c.words, false); errs.Code(err) != c.code {
				t.Errorf("got %v, want code %s", err, c.code)
			}
			if n := hookstest.Count(t, f.app, "messages"); n != before {
				t.Errorf("got %d messages, want %d", n, before)
			}
		})
	}
}

func TestSend_Flood_IsLimitedPerParticipant(t *testing.T) {
	f := newFixture(t)
	for range 20 {
		f.send("guest", "flood", false)
	}
	if _, err := chat.Send(f.app, f.participant("guest"), "flood", false); errs.Code(err) != errs.CodeTooMany {
		t.Errorf("got %v, want a rate limit", err)
	}
	f.send("other", "still heard", false)
}

func (f *fixture) end() {
	f.Helper()
	if err := runs.End(f.app, hookstest.Actor(f.T, f.app, f.users["host"], f.team), f.session.Id); err != nil {
		f.Fatal(err)
	}
}

// fill stores messages of the guest up to that number.
func (f *fixture) fill(number int) {
	f.Helper()
	hookstest.Exec(f.T, f.app, `INSERT INTO messages (id, session, participant, text, to_hosts, created)
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {:number})
		SELECT printf('m%014d', i), {:session}, {:participant}, 'message ' || i, FALSE, '2026-01-01 00:00:00.000Z' FROM n`,
		dbx.Params{"number": number, "session": f.session.Id, "participant": f.participant("guest").Id})
}

func TestHistory_ShowsTheLast(t *testing.T) {
	f := newFixture(t)
	f.fill(chat.MaxShown + 1)
	if got := f.history("other"); len(got) != chat.MaxShown || got[0] != "message 2" || got[len(got)-1] != "message 501" {
		t.Errorf("got %d messages from %q to %q, want the last %d", len(got), got[0], got[len(got)-1], chat.MaxShown)
	}
}

func TestSend_LastOfFullChat_OneWins(t *testing.T) {
	f := newFixture(t)
	f.fill(chat.MaxStored - 1)
	hookstest.SlowWrites(f.app, "messages")
	senders := []*sessions.Participant{f.participant("host"), f.participant("cohost"), f.participant("guest"), f.participant("other")}
	results := hookstest.Race(len(senders), func(i int) error {
		_, err := chat.Send(f.app, senders[i], "the last", false)
		return err
	})
	if won := hookstest.CountSucceeded(t, results, chat.CodeFull); won != 1 {
		t.Errorf("got %d messages that were kept, want 1", won)
	}
}

// The control: outside of a transaction, all count before any has written.
func TestSend_LastOfFullChat_WithoutTransaction_SeveralWin(t *testing.T) {
	f := newFixture(t)
	for range 5 { // on a busy machine one race may go well by chance
		hookstest.Exec(t, f.app, "DELETE FROM messages", nil)
		f.fill(chat.MaxStored - 1)
		hookstest.SlowWrites(f.app, "messages")
		sender := f.participant("host")
		results := hookstest.Race(4, func(int) error { return chat.Add(f.app, f.session, sender, "the last") })
		if hookstest.CountSucceeded(t, results, chat.CodeFull) > 1 {
			return
		}
	}
	t.Error("no race was lost without the transaction, want the fault that the race shows")
}

func TestErase_AfterTheDownloadPeriod_UnlessKept(t *testing.T) {
	for _, kept := range []bool{false, true} {
		f := newFixture(t)
		if _, err := teams.Update(f.app, hookstest.Actor(t, f.app, f.users["owner"], f.team), teams.Profile{KeepChats: &kept}); err != nil {
			t.Fatal(err)
		}
		f.send("guest", "hello", false)
		erase := func(after time.Duration, want int) {
			t.Helper()
			if err := chat.Erase(f.app, time.Now().Add(after)); err != nil {
				t.Fatal(err)
			}
			if n := hookstest.Count(t, f.app, "messages"); n != want {
				t.Errorf("kept %v, after %s: got %d messages, want %d", kept, after, n, want)
			}
		}
		erase(24*time.Hour, 1) // it runs
		f.end()
		erase(chat.DownloadPeriod-time.Minute, 1)
		erase(chat.DownloadPeriod+time.Minute, map[bool]int{true: 1}[kept])
	}
}

func TestAll_OnlyForHosts(t *testing.T) {
	f := newFixture(t)
	f.send("guest", "only for hosts", true)
	for _, who := range []string{"host", "cohost", "owner", "guest"} {
		actor := hookstest.Actor(t, f.app, f.users[who], f.team)
		leads := who == "host" || who == "cohost"
		messages, err := chat.All(f.app, actor, f.session)
		if leads && (err != nil || len(messages) != 1 || messages[0].Participant != f.participant("guest").Id) {
			t.Errorf("%s: got %v and %d messages, want the message", who, err, len(messages))
		}
		if !leads && err != errs.ErrNotFound {
			t.Errorf("%s: got %v, want %v", who, err, errs.ErrNotFound)
		}
		if exists, err := chat.Exists(f.app, actor, f.session); err != nil || exists != leads {
			t.Errorf("%s: got exists %v, %v, want %v", who, exists, err, leads)
		}
	}
}
