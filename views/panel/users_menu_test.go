package panel_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/views/viewstest"
)

var actionPattern = regexp.MustCompile(`(?:href|action|formaction)="([^"]*(?:/(?:ask|take|again|correct|revoke|revoke-role|remove|resend)(?:\?[^"]*)?|\?leave=1))"`)

// actionsIn lists the addresses of actions on a user in a part of a page.
func actionsIn(part string) []string {
	var found []string
	for _, m := range actionPattern.FindAllStringSubmatch(part, -1) {
		address, _, _ := strings.Cut(html.UnescapeString(m[1]), "?invitation=")
		found = append(found, address)
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func TestRowMenu_OffersWhatTheDetailsOffer(t *testing.T) {
	s := newFixture(t, true)
	pending := hookstest.Invite(t, s.App, s.owner, s.team, "pending@halation.example", "organizer")
	admin := hookstest.Invite(t, s.App, s.owner, s.team, "adm@halation.example", "admin")
	declined := hookstest.Invite(t, s.App, s.owner, s.team, "declined@halation.example")
	hookstest.Exec(t, s.App, "UPDATE invitations SET status = 'declined' WHERE id = {:id}", dbx.Params{"id": declined.ID})
	bounced := hookstest.Invite(t, s.App, s.owner, s.team, "bounced@halation.example")
	hookstest.Exec(t, s.App, "UPDATE outbox SET status = 'failed' WHERE about = {:id}", dbx.Params{"id": bounced.ID})
	hookstest.Invite(t, s.App, s.owner, s.team, s.member.Email(), "organizer")
	hookstest.Exec(t, s.App, "UPDATE outbox SET created = '2026-01-01 00:00:00.000Z'", nil) // the details offer Resend some time after an email
	rows := []string{s.owner.Id, s.admin.Id, s.organizer.Id, s.member.Id, s.guest.Id, pending.ID, admin.ID, declined.ID, bounced.ID}

	kinds := map[string]bool{}
	for who, account := range map[string]*core.Record{"owner": s.owner, "admin": s.admin} {
		b := s.As(account)
		list := b.Get(s.path("/users"))
		assertPage(t, list, http.StatusOK)
		for _, id := range rows {
			_, row, _ := strings.Cut(list.Body, `<tr role="row" id="tr-`+id+`"`)
			menu, _, _ := strings.Cut(row, "</tr>")
			got, want := actionsIn(menu), actionsIn(detailsOf(b.Get(s.path("/users/"+id))).Body)
			if !slices.Equal(got, want) {
				t.Errorf("%s: the menu of %s has %q, the details %q", who, id, got, want)
			}
			for _, address := range got {
				action, _, _ := strings.Cut(address[strings.LastIndex(address, "/")+1:], "?")
				kinds[action] = true
			}
			if !strings.Contains(menu, `href="`+s.path("/users/"+id+"/tags")+`"`) || !strings.Contains(menu, `data-copy="`+s.path("/users/"+id)+`"`) {
				t.Errorf("%s: the menu of %s lacks its link or tags: %s", who, id, menu)
			}
		}
	}
	if len(kinds) < 7 {
		t.Errorf("got only the actions %v, want more kinds in this test", kinds)
	}
}

// sendTags posts the form of the dialog that changes all tags, as htmx does from the list.
func (s *fixture) sendTags(b *viewstest.Browser, account *core.Record, shown, tags string) viewstest.Reply {
	return s.act(b, s.path("/users?q=n"), s.userPath(account, "/tags"), url.Values{"edit": {"1"}, "shown": {shown}, "tags": {tags}})
}

func TestTagsDialog_ChangesAllTags(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.admin)
	assertPage(t, s.sendTags(b, s.member, "", "Vendor, Kestrel"), http.StatusOK, "Tags saved for Noor.", `<div id="details" hidden>`, ">Undo<", `name="drop" value="Vendor"`)
	assertPage(t, b.Get(s.userPath(s.member, "/tags")), http.StatusOK, "Tags of", `value="Kestrel, Vendor"`, `<option value="Kestrel">`)
	assertPage(t, s.sendTags(b, s.member, "Kestrel, Vendor", "Kestrel, Sound"), http.StatusOK, `name="add" value="Vendor"`, `name="drop" value="Sound"`)
	s.assertTags(s.member, "Kestrel", "Sound")

	// Another Admin's change since the dialog was opened stays.
	assertPage(t, s.sendTags(b, s.member, "Kestrel", ""), http.StatusOK)
	s.assertTags(s.member, "Sound")

	r := s.sendTags(b, s.member, "Sound", strings.Repeat("x", 41))
	assertPage(t, r, http.StatusUnprocessableEntity, `id="confirm"`, "at most 40 characters", strings.Repeat("x", 41))
	if target := r.Header.Get("HX-Retarget"); target != "#dialog" {
		t.Errorf("got the target %q of a refused form, want #dialog", target)
	}
	s.assertTags(s.member, "Sound")
}
