package join_test

import (
	"strings"
	"testing"
	"time"

	ical "github.com/emersion/go-ical"
	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/sessions"
	"usher/hooks/tools/settings"
)

// TestFeed_Series_EventsOpenTheirOwnSession covers a moved session, too.
func TestFeed_Series_EventsOpenTheirOwnSession(t *testing.T) {
	starts := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 1).Add(10 * time.Hour)
	d := newCalendarFixture(t, sessions.Form{Starts: starts, Rule: "FREQ=DAILY;COUNT=4"})
	all, err := sessions.ListInSeries(d.web.App, d.session.SeriesID())
	if err != nil {
		t.Fatal(err)
	}
	d.updateSession(all[2], sessions.ScopeSession, func(f *sessions.Form) { f.Starts = f.Starts.Add(3 * time.Hour) })
	feed := d.download(d.feedPath)
	for n, one := range all {
		day := one.GetDateTime("occurrence").Time().UTC().Format("20060102T150405Z")
		if got, want := eventProperty(feed, day, ical.PropURL), one.Link(d.web.App); got != want {
			t.Errorf("session %d: got %s, want %s", n, got, want)
		}
	}
	link := strings.TrimPrefix(eventProperty(feed, "", ical.PropURL), settings.Of(d.web.App).URL)
	if link != "/s/"+all[0].Code()+"/next" {
		t.Fatalf("the series: got %s, want the first session's link with /next", link)
	}
	guest := d.web.As(d.account("guest@x.example"))
	leads := func(what string, want string) {
		t.Helper()
		if r := guest.Get(link); r.Status != 303 || r.Location != want {
			t.Errorf("%s: got %d to %s, want 303 to %s", what, r.Status, r.Location, want)
		}
	}
	leads("before the first", "/s/"+all[0].Code())
	hookstest.Exec(t, d.web.App, "UPDATE sessions SET status = 'ended' WHERE id = {:id}", dbx.Params{"id": all[0].Id})
	leads("after the first", d.personalLink(all[1]))
	if r := d.web.Anonymous().Get(link); r.Location != "/signin?next=%2Fs%2F"+all[0].Code()+"%2Fnext" {
		t.Errorf("signed out: got %d to %s, want the sign-in page", r.Status, r.Location)
	}
	assertReply(t, "the personal link", d.web.Anonymous().Get(d.personalLink(all[0])), 200, all[1].Starts().Format("Monday 2 January"))
	hookstest.Exec(t, d.web.App, "UPDATE sessions SET status = 'ended' WHERE id = {:id}", dbx.Params{"id": all[1].Id})
	assertReply(t, "the personal link, next a moved one", d.web.Anonymous().Get(d.personalLink(all[0])), 200, all[2].Starts().Format("Monday 2 January"), "13:00")
	hookstest.Exec(t, d.web.App, "UPDATE sessions SET status = 'ended'", nil)
	leads("after the last", "/s/"+all[0].Code())
	if r := d.web.Anonymous().Get("/s/nonsense/next"); r.Location != "/s/nonsense" {
		t.Errorf("an unknown one: got %d to %s, want its join page", r.Status, r.Location)
	}
}
