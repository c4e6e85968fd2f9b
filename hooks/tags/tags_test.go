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
	"usher/hooks/people"
	"usher/hooks/tags"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
)

// fixture is a team with a user in every role and an invitee.
type fixture struct {
	*testing.T
	app      *core.BaseApp
	team     *teams.Team
	accounts map[string]*core.Record
	ids      map[string]string
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "unlimited")
	s := &fixture{t, app, team, map[string]*core.Record{
		"owner":     owner,
		"admin":     hookstest.Member(t, app, team, "admin@x.example", "admin"),
		"organizer": hookstest.Member(t, app, team, "organizer@x.example", "organizer"),
		"member":    hookstest.Member(t, app, team, "member@x.example"),
		"guest":     hookstest.Guest(t, app, team, "guest@x.example"),
	}, map[string]string{"unknown": "abcdefghijklmno"}}
	for name, account := range s.accounts {
		s.ids[name] = account.Id
	}
	s.ids["invited"] = hookstest.Invite(t, app, owner, team, "invited@x.example").ID
	rival := hookstest.Account(t, app, "rival@x.example")
	other := hookstest.Team(t, app, rival, "Other", "free")
	s.ids["theirs"] = hookstest.Member(t, app, other, "theirs@x.example").Id
	return s
}

func (s *fixture) actor(who string) *actors.Actor {
	s.Helper()
	return hookstest.Actor(s.T, s.app, s.accounts[who], s.team)
}

// setTags replaces a user's tags as the Owner.
func (s *fixture) setTags(who string, names ...string) {
	s.Helper()
	if err := tags.Set(s.app, s.actor("owner"), s.ids[who], names); err != nil {
		s.Fatal(err)
	}
}

// tagsOf returns the tags of a user in the list.
func (s *fixture) tagsOf(who string) []string {
	s.Helper()
	row, err := people.FindRow(s.app, s.team.Id, s.ids[who])
	if err != nil {
		s.Fatal(err)
	}
	return row.Tags
}

func (s *fixture) assertTags(who string, want ...string) {
	s.Helper()
	if got := s.tagsOf(who); !slices.Equal(got, want) {
		s.Errorf("%s is tagged %q, want %q", who, got, want)
	}
}

func (s *fixture) newTag(email, name string) *core.Record {
	s.Helper()
	return hookstest.NewRecord(s.T, s.app, "tags", map[string]any{"team": s.team.Id, "email": email, "name": name})
}

func TestChange_KeepsFirstSpelling(t *testing.T) {
	s := newFixture(t)
	s.setTags("member", "  Vendor  A ", "Ähnlich")
	s.setTags("invited", "VENDOR a", "äHNLICH", "vendor A")
	s.assertTags("member", "Vendor A", "Ähnlich")
	s.assertTags("invited", "Vendor A", "Ähnlich")
	changed, err := tags.Change(s.app, s.actor("admin"), s.ids["member"], []string{"vendor a"}, nil)
	if err != nil || changed {
		t.Errorf("the same again: %v %v", changed, err)
	}
	changed, err = tags.Change(s.app, s.actor("admin"), s.ids["member"], []string{"Kestrel"}, []string{"VENDOR A", "never had", "kestrel"})
	if err != nil || !changed {
		t.Errorf("%v %v", changed, err)
	}
	s.assertTags("member", "Kestrel", "Ähnlich")
	all, err := tags.Of(s.app, s.team.Id)
	if want := []tags.Count{{"Kestrel", 1}, {"Vendor A", 1}, {"Ähnlich", 2}}; err != nil || !slices.Equal(all, want) {
		t.Errorf("%v %v, want %v", all, err, want)
	}
	if n := hookstest.Count(t, s.app, "audit", dbx.HashExp{"action": "person.tag", "result": "ok"}); n != 3 {
		t.Errorf("%d rows in the audit log, want 3", n)
	}
}

func TestChange_Permissions(t *testing.T) {
	s := newFixture(t)
	for by, code := range map[string]string{"owner": "", "admin": "", "organizer": errs.CodeNotAllowed, "member": errs.CodeNotAllowed, "guest": errs.CodeNotAllowed} {
		for _, who := range []string{"owner", "admin", "member", "guest", "invited"} {
			_, err := tags.Change(s.app, s.actor(by), s.ids[who], []string{by}, nil)
			hookstest.AssertCode(t, by+" tags "+who, err, code)
		}
		for _, who := range []string{"theirs", "unknown"} {
			_, err := tags.Change(s.app, s.actor(by), s.ids[who], []string{by}, nil)
			if code == "" && !errors.Is(err, errs.ErrNotFound) {
				t.Errorf("%s tags %s: %v", by, who, err)
			}
		}
	}
	s.assertTags("guest", "admin", "owner")
	if n := hookstest.Count(t, s.app, "tags", dbx.Not(dbx.HashExp{"team": s.team.Id})); n != 0 {
		t.Errorf("%d tags in another team, want 0", n)
	}
}

func TestSet_InvalidNames_AreRefused(t *testing.T) {
	s := newFixture(t)
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
		{thousand, errs.CodeTooMany}, {thousand[:21], errs.CodeTooMany}, {thousand[:20], ""}, {nil, ""},
	} {
		err := tags.Set(s.app, s.actor("owner"), s.ids["member"], c.names)
		hookstest.AssertCode(t, fmt.Sprintf("%.40q", c.names), err, c.code)
		if field, _, _, ok := errs.Details(err); ok && field != "tags" {
			t.Errorf("%.40q is refused under %s", c.names, field)
		}
		if len(c.names) == 1 && len(c.names[0]) < 42 {
			hookstest.AssertCode(t, fmt.Sprintf("saved, %q", c.names), s.app.Save(s.newTag("guest@x.example", c.names[0])), c.code)
		}
	}
}

func TestSave_InvalidTag_IsRefused(t *testing.T) {
	s := newFixture(t)
	s.setTags("member", "Vendor")
	for _, c := range []struct{ email, name, code string }{
		{"nobody@x.example", "Vendor", tags.CodeNotListed}, {"theirs@x.example", "Vendor", tags.CodeNotListed},
		{"Member@X.example", "VENDOR", tags.CodeAlreadyTagged}, {"member", "Vendor", "bad_email"},
		{"Member@X.example", "Kestrel", ""},
	} {
		hookstest.AssertCode(t, c.email+" "+c.name, s.app.Save(s.newTag(c.email, c.name)), c.code)
	}
	s.assertTags("member", "Kestrel", "Vendor")
	row, err := s.app.FindFirstRecordByData("tags", "name", "Vendor")
	if err != nil {
		t.Fatal(err)
	}
	row.Set("name", "Other")
	hookstest.AssertCode(t, "another name", s.app.Save(row), "fixed")
}

func TestSet_TooManyTags_IsRefused(t *testing.T) {
	s := newFixture(t)
	names := func(from, n int) (all []string) {
		for i := range n {
			all = append(all, fmt.Sprintf("Tag %d", from+i))
		}
		return all
	}
	for n := range tags.MaxPerTeam/tags.MaxPerPerson - 1 {
		account := hookstest.Member(t, s.app, s.team, fmt.Sprintf("p%d@x.example", n))
		if err := tags.Set(s.app, s.actor("owner"), account.Id, names(n*tags.MaxPerPerson, tags.MaxPerPerson)); err != nil {
			t.Fatal(err)
		}
	}
	s.setTags("member", names(180, 19)...) // 199 different ones
	_, err := tags.Change(s.app, s.actor("owner"), s.ids["member"], []string{"Tag 0", "Tag 1"}, nil)
	hookstest.AssertCode(t, "the 21st of a person", err, errs.CodeTooMany)
	if n := len(s.tagsOf("member")); n != 19 {
		t.Errorf("%d tags: half of an action was applied, want 19", n)
	}
	hookstest.SlowWrites(s.app, "tags")
	rows := []*core.Record{s.newTag("guest@x.example", "New 1"), s.newTag("invited@x.example", "New 2"), s.newTag("organizer@x.example", "New 3")}
	if won := hookstest.CountSucceeded(t, hookstest.Race(3, func(i int) error { return s.app.Save(rows[i]) }), errs.CodeTooMany); won != 1 {
		t.Errorf("%d won the team's last tag, want 1", won)
	}
	s.setTags("admin", "tag 0", "tag 198")
	err = tags.Set(s.app, s.actor("owner"), s.ids["owner"], []string{"One more"})
	hookstest.AssertCode(t, "the 201st of a team", err, errs.CodeTooMany)
	if field, _, _, _ := errs.Details(err); field != "tags" {
		t.Errorf("refused under %s, want %q", field, "tags")
	}
}

func TestChange_Concurrent_KeepsAll(t *testing.T) {
	s := newFixture(t)
	hookstest.SlowWrites(s.app, "tags")
	spellings := []string{"Kestrel", "KESTREL", "kestrel", "Other"}
	results := hookstest.Race(len(spellings), func(i int) error {
		_, err := tags.Change(s.app, s.actor("owner"), s.ids["member"], spellings[i:i+1], nil)
		return err
	})
	hookstest.CountSucceeded(t, results)
	if got := s.tagsOf("member"); len(got) != 2 {
		t.Errorf("%v %v, want 2", got, results)
	}
}

func TestTags_KeptOnAcceptAndDeletedOnRemoval(t *testing.T) {
	s := newFixture(t)
	s.setTags("invited", "Vendor")
	account := hookstest.Account(t, s.app, "invited@x.example")
	if err := s.app.RunInTransaction(func(tx core.App) error {
		r := hookstest.FindRecord(t, tx, "invitations", s.ids["invited"])
		r.Set("status", "accepted")
		r.Set("user", account.Id)
		return tx.Save(r)
	}); err != nil {
		t.Fatal(err)
	}
	s.ids["invited"] = account.Id
	s.assertTags("invited", "Vendor")
	if _, err := members.Remove(s.app, s.actor("owner"), account.Id, members.Handover{}); err != nil {
		t.Fatal(err)
	}
	if n := hookstest.Count(t, s.app, "tags"); n != 0 {
		t.Errorf("%d tags without a user, want 0", n)
	}
	hookstest.AssertPeopleIndex(t, s.app)
}
