package join_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/join"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

const testIP = "192.0.2.7"

// fixture is a team with a session and accounts in every relation to it.
type fixture struct {
	*testing.T
	app     *core.BaseApp
	team    *teams.Team
	room    *rooms.Room
	session *sessions.Session
	users   map[string]*core.Record
}

// newFixture creates the fixture. settings are words: settings of the session, of its room ("team room", "open room"), and
// "no mail".
func newFixture(t *testing.T, settings string) *fixture {
	t.Helper()
	config := hookstest.Config()
	if !strings.Contains(settings, "no mail") {
		config.ResendKey = "re_test" // emails count as delivered; no worker runs here
	}
	app := hookstest.NewAppWith(t, config)
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "pro")
	h := &fixture{T: t, app: app, team: team, users: map[string]*core.Record{
		"owner":    owner,
		"host":     hookstest.Member(t, app, team, "host@x.example", "organizer"),
		"cohost":   hookstest.Member(t, app, team, "cohost@x.example"),
		"asked":    hookstest.Member(t, app, team, "asked@x.example"),
		"member":   hookstest.Member(t, app, team, "member@x.example"),
		"guest":    hookstest.Guest(t, app, team, "guest@x.example"),
		"visitor":  hookstest.Guest(t, app, team, "visitor@x.example"),
		"outside":  hookstest.Account(t, app, "outside@x.example"),
		"stranger": hookstest.Account(t, app, "stranger@x.example"),
	}}
	form := sessions.Form{
		Guests: []string{"asked@x.example", "guest@x.example", "outside@x.example", "new@x.example"}, Cohosts: []string{h.users["cohost"].Id},
		Passwordless: strings.Contains(settings, "passwordless"), Lobby: strings.Contains(settings, "lobby"), JoinBeforeHost: strings.Contains(settings, "before host"),
	}
	if strings.Contains(settings, "held elsewhere") {
		form.ExternalLink = "https://meet.example.com/x"
	}
	if strings.Contains(settings, "room") {
		h.room = h.newRoom(settings)
		form.Room = h.room.Id
	}
	h.session = hookstest.ScheduleSession(t, app, h.users["host"], team, form)
	return h
}

func (h *fixture) newRoom(settings string) *rooms.Room {
	h.Helper()
	name, who := "Blue room", rooms.AccessInvited
	switch {
	case strings.Contains(settings, "team room"):
		who = rooms.AccessTeam
	case strings.Contains(settings, "open room"):
		who = rooms.AccessAnyone
	}
	room, err := rooms.Create(h.app, hookstest.Actor(h.T, h.app, h.users["owner"], h.team), rooms.Profile{Name: &name, Access: &who})
	if err != nil {
		h.Fatal(err)
	}
	return room
}

// moments are states of a session: its start in minutes from now, its status and its run.
var moments = map[string]struct {
	in     int
	status string
}{
	"ahead":     {24 * 60, sessions.Scheduled},
	"soon":      {10, sessions.Scheduled},
	"late":      {-10, sessions.Scheduled},
	"running":   {-10, sessions.Running},
	"missed":    {-600, sessions.Scheduled},
	"ended":     {-600, sessions.Ended},
	"cancelled": {24 * 60, sessions.Cancelled},
}

// moveTo moves the session to a moment without validation.
func (h *fixture) moveTo(moment string) *fixture {
	h.Helper()
	m, known := moments[moment]
	if !known {
		h.Fatalf("no such moment: %s", moment)
	}
	starts, media := sessions.TruncateMinute(time.Now().Add(time.Duration(m.in)*time.Minute)), ""
	if m.status == sessions.Running {
		media = "run-" + h.session.Id
	}
	hookstest.Exec(h.T, h.app, "UPDATE sessions SET starts = {:starts}, ends = {:ends}, status = {:status}, media = {:media} WHERE id = {:id}", dbx.Params{
		"id": h.session.Id, "status": m.status, "media": media, "starts": record.FormatTime(starts), "ends": record.FormatTime(starts.Add(time.Hour))})
	return h.reload()
}

func (h *fixture) reload() *fixture {
	h.Helper()
	session, err := sessions.FindByID(h.app, h.session.Id)
	if err != nil {
		h.Fatal(err)
	}
	h.session = session
	return h
}

// withoutRules is an app with the same data and without hooks, for controls.
func (h *fixture) withoutRules(widened ...string) *fixture {
	h.Helper()
	app := hookstest.NewBareApp(h, func(app core.App) {
		settings.Set(app, *settings.Of(h.app))
		hookstest.SlowWrites(app, widened...)
	})
	for _, collection := range []string{"users", "teams", "memberships", "rooms", "sessions", "participants", "personal_links", "personal_codes"} {
		rows, err := h.app.FindAllRecords(collection)
		if err != nil {
			h.Fatal(err)
		}
		hookstest.CopyRecords(h, app, rows...)
	}
	other := *h
	other.app = app
	return &other
}

// personalCode is the personal code of the invitee with that address.
func (h *fixture) personalCode(address string) string {
	h.Helper()
	code, err := sessions.PersonalCode(h.app, h.participant(address))
	if err != nil {
		h.Fatal(err)
	}
	return code
}

func (h *fixture) participant(address string) *sessions.Participant {
	h.Helper()
	p, err := sessions.FindParticipantByEmail(h.app, h.session.Id, address)
	if err != nil {
		h.Fatalf("%s: %v", address, err)
	}
	return p
}

// state is the participant state of the address; empty: not invited.
func (h *fixture) state(address string) string {
	p, err := sessions.FindParticipantByEmail(h.app, h.session.Id, address)
	if err != nil {
		return ""
	}
	return p.State()
}

func (h *fixture) setState(address, state string) {
	h.Helper()
	hookstest.Exec(h.T, h.app, "UPDATE participants SET state = {:state} WHERE session = {:session} AND email = {:email}",
		dbx.Params{"state": state, "session": h.session.Id, "email": address})
}

// kind is the kind of membership of the address; empty: none.
func (h *fixture) kind(address string) string {
	h.Helper()
	account, err := h.app.FindAuthRecordByEmail("users", address)
	if err != nil {
		return ""
	}
	m, err := members.Find(h.app, h.team.Id, account.Id)
	if err != nil {
		return ""
	}
	return m.Kind()
}

// visit resolves a visitor: "outside" has the session link and is signed in; "new's link" has the personal link and isn't
// signed in; "guest by the link of guest" is both; "nobody" has the session link and isn't signed in.
func (h *fixture) visit(who string) *join.Visitor {
	h.Helper()
	account, code := h.users[strings.Split(who, " ")[0]], ""
	if name, found := strings.CutSuffix(who, "'s link"); found {
		code = h.personalCode(name + "@x.example")
	}
	if _, of, found := strings.Cut(who, " by the link of "); found {
		code = h.personalCode(of + "@x.example")
	}
	v, err := join.Resolve(h.app, account, code, h.session)
	if err != nil {
		h.Fatal(err)
	}
	return v
}

// join lets a visitor join and returns the error code.
func (h *fixture) join(who, name string) (*join.Visitor, string) {
	h.Helper()
	v := h.visit(who)
	err := join.Join(h.app, v, name, testIP)
	if err != nil && errs.Code(err) == "" {
		h.Fatal(err)
	}
	return v, errs.Code(err)
}

func (h *fixture) removeMember(who string) {
	h.Helper()
	if _, err := members.Remove(h.app, hookstest.Actor(h.T, h.app, h.users["owner"], h.team), h.users[who].Id, members.Handover{}); err != nil {
		h.Fatal(err)
	}
}

func sortedKeys[K ~string, V any](m map[K]V) []K {
	var keys []K
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
