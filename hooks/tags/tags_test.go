package tags_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/tags"
	"usher/hooks/teams"
)

// studio is a team with somebody in every role, and somebody who is only invited.
type studio struct {
	*testing.T
	app  *core.BaseApp
	team *teams.Team
	by   map[string]*core.Record
	ids  map[string]string
}

func open(t *testing.T) *studio {
	t.Helper()
	app := hookstest.New(t)
	owner := hookstest.Person(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "unlimited")
	s := &studio{t, app, team, map[string]*core.Record{
		"owner":     owner,
		"admin":     hookstest.Member(t, app, team, "admin@x.example", "admin"),
		"organizer": hookstest.Member(t, app, team, "organizer@x.example", "organizer"),
		"member":    hookstest.Member(t, app, team, "member@x.example"),
		"guest":     hookstest.Guest(t, app, team, "guest@x.example"),
	}, map[string]string{"unknown": "abcdefghijklmno"}}
	for name, account := range s.by {
		s.ids[name] = account.Id
	}
	s.ids["invited"] = hookstest.Invite(t, app, owner, team, "invited@x.example").ID
	rival := hookstest.Person(t, app, "rival@x.example")
	other := hookstest.Team(t, app, rival, "Other", "free")
	s.ids["theirs"] = hookstest.Member(t, app, other, "theirs@x.example").Id
	return s
}

func (s *studio) actor(who string) *actors.Actor {
	s.Helper()
	return hookstest.Actor(s.T, s.app, s.by[who], s.team)
}

// set gives somebody exactly these tags, in the Owner's name.
func (s *studio) set(who string, names ...string) {
	s.Helper()
	if err := tags.Set(s.app, s.actor("owner"), s.ids[who], names); err != nil {
		s.Fatal(err)
	}
}

// of is the tags that the list shows of somebody.
func (s *studio) of(who string) []string {
	s.Helper()
	row, err := members.FindRow(s.app, s.team.Id, s.ids[who])
	if err != nil {
		s.Fatal(err)
	}
	return row.Tags
}

func (s *studio) is(who string, want ...string) {
	s.Helper()
	if got := s.of(who); !slices.Equal(got, want) {
		s.Errorf("%s is tagged %q, want %q", who, got, want)
	}
}

func (s *studio) blank(email, name string) *core.Record {
	s.Helper()
	return hookstest.Blank(s.T, s.app, "tags", map[string]any{"team": s.team.Id, "email": email, "name": name})
}

func TestTheFirstSpellingOfATagIsTheTeams(t *testing.T) {
	s := open(t)
	s.set("member", "  Vendor  A ", "Ähnlich")
	s.set("invited", "VENDOR a", "äHNLICH", "vendor A")
	s.is("member", "Vendor A", "Ähnlich")
	s.is("invited", "Vendor A", "Ähnlich")
	changed, err := tags.Change(s.app, s.actor("admin"), s.ids["member"], []string{"vendor a"}, nil)
	if err != nil || changed {
		t.Errorf("the same again: %v %v", changed, err)
	}
	changed, err = tags.Change(s.app, s.actor("admin"), s.ids["member"], []string{"Kestrel"}, []string{"VENDOR A", "never had", "kestrel"})
	if err != nil || !changed {
		t.Errorf("%v %v", changed, err)
	}
	s.is("member", "Kestrel", "Ähnlich")
	all, err := tags.Of(s.app, s.team.Id)
	if want := []tags.Count{{"Kestrel", 1}, {"Vendor A", 1}, {"Ähnlich", 2}}; err != nil || !slices.Equal(all, want) {
		t.Errorf("%v %v", all, err)
	}
	if n := hookstest.Count(t, s.app, "audit", dbx.HashExp{"action": "person.tag", "result": "ok"}); n != 3 {
		t.Errorf("%d rows in the audit log", n)
	}
}

func TestWhoMayTagWhom(t *testing.T) {
	s := open(t)
	for by, code := range map[string]string{"owner": "", "admin": "", "organizer": record.CodeNotAllowed, "member": record.CodeNotAllowed, "guest": record.CodeNotAllowed} {
		for _, who := range []string{"owner", "admin", "member", "guest", "invited"} {
			_, err := tags.Change(s.app, s.actor(by), s.ids[who], []string{by}, nil)
			hookstest.Refused(t, by+" tags "+who, err, code)
		}
		for _, who := range []string{"theirs", "unknown"} {
			_, err := tags.Change(s.app, s.actor(by), s.ids[who], []string{by}, nil)
			if code == "" && !errors.Is(err, record.ErrNotFound) {
				t.Errorf("%s tags %s: %v", by, who, err)
			}
		}
	}
	s.is("guest", "admin", "owner")
	if n := hookstest.Count(t, s.app, "tags", dbx.Not(dbx.HashExp{"team": s.team.Id})); n != 0 {
		t.Errorf("%d tags in another team", n)
	}
}

func TestNamesThatAreNone(t *testing.T) {
	s := open(t)
	thousand := make([]string, 1000)
	for n := range thousand {
		thousand[n] = fmt.Sprint("tag ", n)
	}
	for _, c := range []struct {
		names []string
		code  string
	}{
		{[]string{""}, "required"}, {[]string{" \t"}, "required"}, {[]string{strings.Repeat("x", 500)}, "too_long"},
		{[]string{strings.Repeat("é", 41)}, "too_long"}, {[]string{strings.Repeat("é", 40)}, ""},
		{[]string{"a\u202eb"}, "bad_text"}, {[]string{"a\x00b"}, "bad_text"}, {[]string{"\xff"}, "bad_text"}, {[]string{"https://evil.example"}, "bad_text"},
		{thousand, record.CodeTooMany}, {thousand[:21], record.CodeTooMany}, {thousand[:20], ""}, {nil, ""},
	} {
		err := tags.Set(s.app, s.actor("owner"), s.ids["member"], c.names)
		hookstest.Refused(t, fmt.Sprintf("%.40q", c.names), err, c.code)
		if field, _, _, ok := record.Refusal(err); ok && field != "tags" {
			t.Errorf("%.40q is refused under %s", c.names, field)
		}
		if len(c.names) == 1 && len(c.names[0]) < 42 {
			hookstest.Refused(t, fmt.Sprintf("saved, %q", c.names), s.app.Save(s.blank("guest@x.example", c.names[0])), c.code)
		}
	}
}

func TestWhatHoldsForEveryWriterOfATag(t *testing.T) {
	s := open(t)
	s.set("member", "Vendor")
	for _, c := range []struct{ email, name, code string }{
		{"nobody@x.example", "Vendor", tags.CodeNobody}, {"theirs@x.example", "Vendor", tags.CodeNobody},
		{"Member@X.example", "VENDOR", tags.CodeTwice}, {"member", "Vendor", "bad_email"},
		{"Member@X.example", "Kestrel", ""},
	} {
		hookstest.Refused(t, c.email+" "+c.name, s.app.Save(s.blank(c.email, c.name)), c.code)
	}
	s.is("member", "Kestrel", "Vendor")
	row, err := s.app.FindFirstRecordByData("tags", "name", "Vendor")
	if err != nil {
		t.Fatal(err)
	}
	row.Set("name", "Other")
	hookstest.Refused(t, "another name", s.app.Save(row), "fixed")
}

func TestThereAreNotTooManyTags(t *testing.T) {
	s := open(t)
	names := func(from, n int) (all []string) {
		for i := range n {
			all = append(all, fmt.Sprintf("Tag %d", from+i))
		}
		return all
	}
	for n := range tags.MaxTeam/tags.MaxPerson - 1 {
		account := hookstest.Member(t, s.app, s.team, fmt.Sprintf("p%d@x.example", n))
		if err := tags.Set(s.app, s.actor("owner"), account.Id, names(n*tags.MaxPerson, tags.MaxPerson)); err != nil {
			t.Fatal(err)
		}
	}
	s.set("member", names(180, 19)...) // 199 different ones
	_, err := tags.Change(s.app, s.actor("owner"), s.ids["member"], []string{"Tag 0", "Tag 1"}, nil)
	hookstest.Refused(t, "the 21st of a person", err, record.CodeTooMany)
	if n := len(s.of("member")); n != 19 {
		t.Errorf("%d tags: half of a deed was done", n)
	}
	hookstest.Widen(s.app, "tags")
	rows := []*core.Record{s.blank("guest@x.example", "New 1"), s.blank("invited@x.example", "New 2"), s.blank("organizer@x.example", "New 3")}
	if won := hookstest.Won(t, hookstest.Race(3, func(i int) error { return s.app.Save(rows[i]) }), record.CodeTooMany); won != 1 {
		t.Errorf("%d won the team's last tag", won)
	}
	s.set("admin", "tag 0", "tag 198")
	err = tags.Set(s.app, s.actor("owner"), s.ids["owner"], []string{"One more"})
	hookstest.Refused(t, "the 201st of a team", err, record.CodeTooMany)
	if field, _, _, _ := record.Refusal(err); field != "tags" {
		t.Errorf("refused under %s", field)
	}
}

func TestOfTwoWhoTagAtOnceBothAreHeard(t *testing.T) {
	s := open(t)
	hookstest.Widen(s.app, "tags")
	spellings := []string{"Kestrel", "KESTREL", "kestrel", "Other"}
	results := hookstest.Race(len(spellings), func(i int) error {
		_, err := tags.Change(s.app, s.actor("owner"), s.ids["member"], spellings[i:i+1], nil)
		return err
	})
	hookstest.Won(t, results)
	if got := s.of("member"); len(got) != 2 {
		t.Errorf("%v %v", got, results)
	}
}

func TestTagsGoWithWhoTheyAreOnAndStayWithWhoComesIn(t *testing.T) {
	s := open(t)
	s.set("invited", "Vendor")
	account := hookstest.Person(t, s.app, "invited@x.example")
	if err := s.app.RunInTransaction(func(tx core.App) error {
		r := hookstest.Stored(t, tx, "invitations", s.ids["invited"])
		r.Set("status", "accepted")
		r.Set("user", account.Id)
		return tx.Save(r)
	}); err != nil {
		t.Fatal(err)
	}
	s.ids["invited"] = account.Id
	s.is("invited", "Vendor")
	if _, err := members.Remove(s.app, s.actor("owner"), account.Id); err != nil {
		t.Fatal(err)
	}
	if n := hookstest.Count(t, s.app, "tags"); n != 0 {
		t.Errorf("%d tags on nobody", n)
	}
	hookstest.ListsAgree(t, s.app)
}
