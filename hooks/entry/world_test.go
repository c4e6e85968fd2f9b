package entry_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/entry"
	"usher/hooks/hookstest"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
	"usher/hooks/settings"
	"usher/hooks/teams"
)

const from = "192.0.2.7"

// hall is a team with a session, and everybody who may come to its door.
type hall struct {
	*testing.T
	app     *core.BaseApp
	team    *teams.Team
	room    *rooms.Room
	session *sessions.Session
	by      map[string]*core.Record
}

// stage makes the hall. settings are words: the session's switches, what the room is ("team room", "open room"), and
// "no mail".
func stage(t *testing.T, settings string) *hall {
	t.Helper()
	config := hookstest.Config()
	if !strings.Contains(settings, "no mail") {
		config.ResendKey = "re_test" // letters are delivered; no worker runs here
	}
	app := hookstest.NewWith(t, config)
	owner := hookstest.Person(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "pro")
	h := &hall{T: t, app: app, team: team, by: map[string]*core.Record{
		"owner":    owner,
		"host":     hookstest.Member(t, app, team, "host@x.example", "organizer"),
		"cohost":   hookstest.Member(t, app, team, "cohost@x.example"),
		"asked":    hookstest.Member(t, app, team, "asked@x.example"),
		"member":   hookstest.Member(t, app, team, "member@x.example"),
		"guest":    hookstest.Guest(t, app, team, "guest@x.example"),
		"visitor":  hookstest.Guest(t, app, team, "visitor@x.example"),
		"outside":  hookstest.Person(t, app, "outside@x.example"),
		"stranger": hookstest.Person(t, app, "stranger@x.example"),
	}}
	form := sessions.Form{
		Guests: []string{"asked@x.example", "guest@x.example", "outside@x.example", "new@x.example"}, Cohosts: []string{h.by["cohost"].Id},
		Passwordless: strings.Contains(settings, "passwordless"), Lobby: strings.Contains(settings, "lobby"), Early: strings.Contains(settings, "before host"),
	}
	if strings.Contains(settings, "held elsewhere") {
		form.Elsewhere = "https://meet.example.com/x"
	}
	if strings.Contains(settings, "room") {
		h.room = h.makeRoom(settings)
		form.Room = h.room.Id
	}
	h.session = hookstest.Session(t, app, h.by["host"], team, form)
	return h
}

func (h *hall) makeRoom(settings string) *rooms.Room {
	h.Helper()
	name, who := "Blue room", rooms.Invited
	switch {
	case strings.Contains(settings, "team room"):
		who = rooms.Team
	case strings.Contains(settings, "open room"):
		who = rooms.Anyone
	}
	room, err := rooms.Create(h.app, hookstest.Actor(h.T, h.app, h.by["owner"], h.team), rooms.Profile{Name: &name, Entry: &who})
	if err != nil {
		h.Fatal(err)
	}
	return room
}

// moments are where a session can stand, by its start from now in minutes, its status, and what a run has.
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

// at moves the session to a moment, past every rule.
func (h *hall) at(moment string) *hall {
	h.Helper()
	m, known := moments[moment]
	if !known {
		h.Fatalf("no such moment: %s", moment)
	}
	starts, media := time.Now().Add(time.Duration(m.in)*time.Minute), ""
	if m.status == sessions.Running {
		media = "run-" + h.session.Id
	}
	hookstest.Exec(h.T, h.app, "UPDATE sessions SET starts = {:starts}, ends = {:ends}, status = {:status}, media = {:media} WHERE id = {:id}", dbx.Params{
		"id": h.session.Id, "status": m.status, "media": media, "starts": record.Stamp(starts), "ends": record.Stamp(starts.Add(time.Hour))})
	return h.read()
}

func (h *hall) read() *hall {
	h.Helper()
	session, err := sessions.ByID(h.app, h.session.Id)
	if err != nil {
		h.Fatal(err)
	}
	h.session = session
	return h
}

// loose is an app with the same people and the same session, and without a rule: for controls.
func (h *hall) loose(widened ...string) *hall {
	h.Helper()
	app := hookstest.Wired(h, func(app core.App) {
		settings.Set(app, *settings.Of(h.app))
		hookstest.Widen(app, widened...)
	})
	for _, collection := range []string{"users", "teams", "memberships", "rooms", "sessions", "participants", "personal_links", "personal_codes"} {
		rows, err := h.app.FindAllRecords(collection)
		if err != nil {
			h.Fatal(err)
		}
		hookstest.Copy(h, app, rows...)
	}
	other := *h
	other.app = app
	return &other
}

// code is the personal code of who was asked under that address.
func (h *hall) code(address string) string {
	h.Helper()
	code, err := sessions.PersonalCode(h.app, h.participant(address))
	if err != nil {
		h.Fatal(err)
	}
	return code
}

func (h *hall) participant(address string) *sessions.Participant {
	h.Helper()
	p, err := sessions.ParticipantBy(h.app, h.session.Id, address)
	if err != nil {
		h.Fatalf("%s: %v", address, err)
	}
	return p
}

// state is how far the address has come; empty: it is not on the list.
func (h *hall) state(address string) string {
	p, err := sessions.ParticipantBy(h.app, h.session.Id, address)
	if err != nil {
		return ""
	}
	return p.State()
}

func (h *hall) set(address, state string) {
	h.Helper()
	hookstest.Exec(h.T, h.app, "UPDATE participants SET state = {:state} WHERE session = {:session} AND email = {:email}",
		dbx.Params{"state": state, "session": h.session.Id, "email": address})
}

// kind is what the address is in the team; empty: nothing.
func (h *hall) kind(address string) string {
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

// visit stands somebody before the door: "outside" comes by the session's own link, signed in; "new's link" by the
// personal link, signed in as nobody; "guest by the link of guest" by both; "nobody" by the session's link.
func (h *hall) visit(who string) *entry.Visitor {
	h.Helper()
	account, code := h.by[strings.Split(who, " ")[0]], ""
	if name, found := strings.CutSuffix(who, "'s link"); found {
		code = h.code(name + "@x.example")
	}
	if _, of, found := strings.Cut(who, " by the link of "); found {
		code = h.code(of + "@x.example")
	}
	v, err := entry.At(h.app, account, code, h.session)
	if err != nil {
		h.Fatal(err)
	}
	return v
}

// join lets somebody join, and returns the code of the refusal.
func (h *hall) join(who, name string) (*entry.Visitor, string) {
	h.Helper()
	v := h.visit(who)
	err := entry.Join(h.app, v, name, from)
	if err != nil && record.Code(err) == "" {
		h.Fatal(err)
	}
	return v, record.Code(err)
}

func (h *hall) remove(who string) {
	h.Helper()
	if _, err := members.Remove(h.app, hookstest.Actor(h.T, h.app, h.by["owner"], h.team), h.by[who].Id); err != nil {
		h.Fatal(err)
	}
}

func sorted[K ~string, V any](m map[K]V) []K {
	var keys []K
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
