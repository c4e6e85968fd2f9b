package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/record"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
	"usher/views/viewstest"
)

// The form of a duplicate lists all invitees and the external link, so an invitee who can host other sessions doesn't
// get it.
func TestDuplicate_OnlyHostsSeeInvitees(t *testing.T) {
	w := newFixture(t)
	otto := hookstest.Member(t, w.App, w.team, "otto@halation.example", "organizer")
	carla := hookstest.Member(t, w.App, w.team, "carla@halation.example", "organizer")
	form := sessions.Form{Guests: []string{"nameless@studio.example"}, Cohosts: []string{carla.Id}, ExternalLink: "https://meet.example/secret"}
	id := w.newSession("Kestrel, reel 4", form, otto).Id
	again := appURL + "/sessions/new?from=" + id
	for name, may := range map[string]*core.Record{"the host": w.olga, "a co-host": carla} {
		assertPage(t, w.As(may).Get(appURL+"/sessions/"+id), 200, "Duplicate")
		if r := w.As(may).Get(again); !strings.Contains(r.Body, "nameless@studio.example") {
			t.Errorf("%s: %d, want it to contain %q", name, r.Status, "nameless@studio.example")
		}
	}
	asked := w.As(otto)
	assertNotContains(t, asked.Get(appURL+"/sessions/"+id), "Duplicate", "nameless@")
	r := asked.Get(again)
	assertPage(t, r, 403)
	assertNotContains(t, r, "nameless@", "meet.example")
}

func TestSchedule_CreateEditAndCancel(t *testing.T) {
	w := newFixture(t)
	olga := w.As(w.olga)
	assertPage(t, olga.Get(appURL+"/sessions/new?date=2030-02-03&time=14:30&zone=Asia/Tokyo"), 200, `value="2030-02-03"`, `value="14:30"`, `value="Asia/Tokyo"`)
	form := sessionForm("guests", "Dario Conti <dario@lantern.example>, paul@halation.example\nnew@lantern.example", "cohosts", w.admin.Email(), "lobby", "yes", "elsewhere", "")
	r := olga.Post(appURL+"/sessions/new", form)
	if r.Status != http.StatusSeeOther || !strings.HasPrefix(r.Location, appURL+"/sessions/") {
		t.Fatal(r.Status, r.Location, r.Body)
	}
	assertPage(t, olga.Get(r.Location), 200, "“Dailies” is scheduled. Email isn&#39;t set up: copy each personal link and share it yourself.", "Dario Conti", "new@lantern.example", "Co-host", "until the host admits them")

	assertPage(t, olga.Get(r.Location+"/edit"), 200, "Edit “Dailies” · Halation", "dario@lantern.example", w.admin.Email())
	changed := sessionForm("title", "Dailies, late", "time", "18:00", "guests", "paul@halation.example")
	if r := olga.Post(r.Location+"/edit", changed); r.Status != http.StatusSeeOther {
		t.Fatal(r.Status, r.Body)
	}
	r2 := olga.Get(r.Location)
	assertPage(t, r2, 200, "Dailies, late", "18:00 to 19:00")
	assertNotContains(t, r2, "dario@lantern.example")

	if r := w.As(w.admin).Post(r.Location+"/edit", sessionForm("title", "Dailies, late", "time", "18:00", "guests", "paul@halation.example")); r.Status != http.StatusSeeOther {
		t.Fatal("an Admin:", r.Status, r.Body)
	}
	id := strings.TrimPrefix(r.Location, appURL+"/sessions/")
	assertPage(t, olga.Get(appURL+"/sessions/new?from="+id), 200, `value="Dailies, late"`, "paul@halation.example")
	assertPage(t, olga.Get(r.Location+"/cancel"), 200, "Cancel “Dailies, late”?", "so tell the invitees yourself", " open")
	if n := hookstest.Count(t, w.App, "sessions", dbx.HashExp{"status": "cancelled"}); n != 0 {
		t.Fatal("a look cancelled the session")
	}
	if r := olga.Post(r.Location+"/cancel", nil); r.Status != http.StatusSeeOther {
		t.Fatal(r.Status, r.Body)
	}
	r2 = olga.Get(r.Location)
	assertPage(t, r2, 200, "Cancelled", "was cancelled. Email isn&#39;t set up, so tell the invitees yourself.")
	assertNotContains(t, r2, "Are you going?", id+"/edit", id+"/start")
	assertPage(t, olga.Post(r.Location+"/edit", changed), 422, "There is a problem", `value="Dailies, late"`)
}

func TestCancel_CanBeUndone(t *testing.T) {
	w := newFixture(t)
	olga, paul := w.As(w.olga), w.As(w.paul)
	session := w.newSession("Dailies", sessions.Form{}, w.paul)
	path, undo := appURL+"/sessions/"+session.Id, "Undo cancellation"
	assertPage(t, olga.Get(path+"/cancel"), 200, "You can undo this for 10 minutes.")
	assertNotContains(t, olga.Get(path), undo)
	olga.Post(path+"/cancel", nil)
	assertPage(t, olga.Get(path), 200, "was cancelled.", ">Undo<", undo, `action="`+path+`/undo-cancel"`)
	assertNotContains(t, olga.Get(path), ">Undo<")
	assertPage(t, olga.Get(path), 200, undo)
	assertNotContains(t, paul.Get(path), undo)
	assertPage(t, paul.Post(path+"/undo-cancel", nil), 403)
	if r := olga.Post(path+"/undo-cancel", nil); r.Status != http.StatusSeeOther || r.Location != path {
		t.Fatal(r.Status, r.Location, r.Body)
	}
	r := olga.Get(path)
	assertPage(t, r, 200, "“Dailies” is scheduled again. Email isn&#39;t set up, so tell the invitees yourself.", path+"/edit")
	assertNotContains(t, r, undo, "Email not sent:")
	assertPage(t, olga.Post(path+"/undo-cancel", nil), 422, "Nothing was changed.", "isn&#39;t cancelled")

	olga.Post(path+"/cancel", nil)
	hookstest.Exec(t, w.App, "UPDATE sessions SET cancelled = {:at}", dbx.Params{"at": record.FormatTime(time.Now().Add(-sessions.UndoWindow - time.Second))})
	assertNotContains(t, olga.Get(path), undo)
	assertPage(t, olga.Post(path+"/undo-cancel", nil), 422, "Nothing was changed.", "A cancellation can be undone for 10 minutes.")
}

// A session that was due to start can't be brought back, so its cancellation is offered no undo.
func TestCancel_AfterTheStart_OffersNoUndo(t *testing.T) {
	w := newFixture(t)
	olga := w.As(w.olga)
	for starts, note := range map[time.Duration]string{5 * time.Minute: "You can undo this until the start.", -time.Minute: "You can&#39;t undo this"} {
		session := w.newSession("Dailies", sessions.Form{Starts: time.Now().Add(starts)})
		path := appURL + "/sessions/" + session.Id
		assertPage(t, olga.Get(path+"/cancel"), 200, note)
		olga.Post(path+"/cancel", nil)
		if r := olga.Get(path); strings.Contains(r.Body, ">Undo<") != (starts > 0) || strings.Contains(r.Body, "Undo cancellation") != (starts > 0) {
			t.Errorf("starts in %s: Undo is offered %v, want %v", starts, strings.Contains(r.Body, ">Undo<"), starts > 0)
		}
	}
}

func TestSchedule_InvalidInput_KeepsTheForm(t *testing.T) {
	w := newFixture(t)
	olga := w.As(w.olga)
	for name, test := range map[string]struct {
		change []string
		words  []string
	}{
		"no title":        {[]string{"title", " "}, []string{`href="#title"`, "The title is required."}},
		"no time":         {[]string{"time", "25:99"}, []string{`href="#time"`}},
		"past":            {[]string{"date", "2020-01-01"}, []string{`href="#date"`, "The start is in the past."}},
		"too long":        {[]string{"minutes", "9999"}, []string{`href="#minutes"`}},
		"no such zone":    {[]string{"timezone", "Moon/Base", "repeat", "daily", "ends", "until", "until", "2030-01-01"}, []string{"There is a problem", `href="#timezone"`}},
		"over too soon":   {[]string{"repeat", "daily", "ends", "until", "until", "2020-01-01"}, []string{`href="#until"`, "before the first session"}},
		"no address":      {[]string{"guests", "not an address"}, []string{`href="#guests"`, "not an address"}},
		"stranger leads":  {[]string{"cohosts", "stranger@halation.example"}, []string{`href="#cohosts"`, "a member of the team. Only members can be co-hosts."}},
		"guest leads":     {[]string{"cohosts", "gus@lantern.example"}, []string{`href="#cohosts"`}},
		"own machine":     {[]string{"elsewhere", "http://localhost/x"}, []string{`href="#elsewhere"`}},
		"endless":         {[]string{"repeat", "weekly", "ends", "count", "count", "9999"}, []string{`href="#count"`}},
		"too many":        {[]string{"repeat", "daily", "ends", "count", "count", "201"}, []string{`href="#count"`, "from 1 to 200"}},
		"no such room":    {[]string{"room", "nosuchroom00000"}, []string{`href="#room"`}},
		"impossible rule": {[]string{"repeat", "rule", "rule", "FREQ=SECONDLY"}, []string{`href="#repeat"`}},
	} {
		form := sessionForm(append([]string{"description", "Bring the notes."}, test.change...)...)
		r := olga.Post(appURL+"/sessions/new", form)
		assertPage(t, r, 422, append(test.words, "Bring the notes.", "problem")...)
		if t.Failed() {
			t.Fatal(name)
		}
	}
	if n := hookstest.Count(t, w.App, "sessions"); n != 0 {
		t.Errorf("%d sessions, want 0", n)
	}
}

func TestPreview_DateChanged_MovesTheOnlyWeekday(t *testing.T) {
	w := newFixture(t)
	olga := w.As(w.olga)
	next := time.Now().UTC().AddDate(0, 0, 1)
	key := func(at time.Time) string { return strings.ToUpper(at.Weekday().String()[:2]) }
	before := key(next.AddDate(0, 0, -1))
	form := sessionForm("repeat", "weekly", "ends", "count", "count", "3", "weekday", before, "day", before)
	assertPage(t, olga.Post(appURL+"/sessions/preview", form), 200, "every week on "+next.Weekday().String()+", from", `id="preview-days"`,
		`name="weekday" value="`+key(next)+`"`, "Every month on day "+next.Format("2"))
	if r := olga.Post(appURL+"/sessions/new", form); r.Status != http.StatusSeeOther {
		t.Fatal(r.Status, r.Body)
	}
	form["day"] = []string{before, key(next)}
	r := olga.Post(appURL+"/sessions/preview", form)
	assertPage(t, r, 200, "every week on ", " and ")
	assertNotContains(t, r, `id="preview-days"`)
	form.Set("weekday", key(next))
	form["day"] = []string{before}
	assertPage(t, olga.Post(appURL+"/sessions/preview", form), 200, "match the recurrence rule")
}

func TestSessionForm_MarksInviteesWhoAreMembers(t *testing.T) {
	w := newFixture(t)
	id := w.newSession("Dailies", sessions.Form{}, w.paul, w.guest, w.stranger).Id
	r := w.As(w.olga).Get(appURL + "/sessions/" + id + "/edit")
	assertPage(t, r, 200, "gus@lantern.example", "stranger@halation.example", `{&#34;name&#34;:&#34;Paul&#34;,&#34;email&#34;:&#34;paul@halation.example&#34;,&#34;text&#34;:&#34;Paul \u003cpaul@halation.example\u003e&#34;,&#34;member&#34;:true}`)
	if n := strings.Count(r.Body, `&#34;member&#34;:true`); n != 1 {
		t.Errorf("%d members are on the list, want 1", n)
	}
}

func TestSessionList_ClearSearch_KeepsFilters(t *testing.T) {
	w := newFixture(t)
	assertNotContains(t, w.As(w.olga).Get(appURL+"/sessions?show=past&q=---"), "Clear search", "No sessions match")
	assertPage(t, w.As(w.olga).Get(appURL+"/sessions?show=past&by=me&q=nothing"), 200, "Clear search", `href="`+appURL+`/sessions?by=me&amp;show=past"`)
}

func TestNewSession_CannotHost_SaysWhyAndWhomToAsk(t *testing.T) {
	w := newFixture(t)
	r := w.As(w.paul).Get(appURL + "/sessions/new")
	assertPage(t, r, 403, "You can&#39;t schedule sessions in this team yet", "You need the Organizer role to host sessions", "Marta</a> (Owner)", "Adam</a> (Admin)")
	assertNotContains(t, r, "<textarea", `name="title"`)
	r = w.As(w.guest).Get(appURL + "/sessions/new")
	assertPage(t, r, 403, "You&#39;re a guest of Halation Post, and guests can&#39;t host sessions.")
	assertNotContains(t, r, "Marta", "Adam")
	for _, b := range []struct{ path string }{{"/sessions/new"}, {"/sessions/preview"}} {
		assertPage(t, w.As(w.paul).Post(appURL+b.path, sessionForm()), 403)
		assertPage(t, w.As(w.guest).Post(appURL+b.path, sessionForm()), 403)
		assertPage(t, w.As(w.foreign).Post(appURL+b.path, sessionForm()), 404)
	}
	assertPage(t, w.As(w.paul).Get(appURL+"/people?q=o"), 403)
	if n := hookstest.Count(t, w.App, "sessions"); n != 0 {
		t.Errorf("%d sessions, want 0", n)
	}
	session := w.newSession("Dailies", sessions.Form{}, w.paul)
	for _, action := range []string{"edit", "cancel"} {
		assertPage(t, w.As(w.paul).Get(appURL+"/sessions/"+session.Id+"/"+action), 403)
		assertPage(t, w.As(w.paul).Post(appURL+"/sessions/"+session.Id+"/"+action, sessionForm()), 403)
		assertPage(t, w.As(w.foreign).Post(appURL+"/sessions/"+session.Id+"/"+action, sessionForm()), 404)
	}
}

func TestSearchPeople_OnlyFindsMembersOfTheTeam(t *testing.T) {
	w := newFixture(t)
	olga := w.As(w.olga)
	r := olga.Get(appURL + "/people?q=halation")
	assertPage(t, r, 200, "paul@halation.example", "adam@halation.example")
	assertNotContains(t, r, "stranger@halation.example", "olga@halation.example", "gus@lantern.example", "nora@")
	assertNotContains(t, olga.Get(appURL+"/people?q=gus"), "gus@")
	assertPage(t, olga.Get(appURL+"/people?q="), 200, `{"people":[]}`)
	assertPage(t, olga.Get(appURL+"/people?q=---"), 200, `{"people":[]}`)
	assertPage(t, w.As(w.foreign).Get(appURL+"/people?q=paul"), 404)
}

func TestRSVP_FromPages_IsSaved(t *testing.T) {
	w := newFixture(t)
	session := w.newSession("Dailies", sessions.Form{}, w.paul)
	path := appURL + "/sessions/" + session.Id + "/answer"
	paul := w.As(w.paul)
	assertPage(t, paul.Get(appURL), 200, "Awaiting your answer", "Dailies", path)
	r := paul.Post(path, url.Values{"answer": {"yes"}, "back": {appURL}})
	if r.Status != http.StatusSeeOther || r.Location != appURL {
		t.Fatal(r.Status, r.Location, r.Body)
	}
	r = paul.Get(appURL)
	assertPage(t, r, 200, "You&#39;re going to “Dailies”.", "Upcoming")
	assertNotContains(t, r, "Waiting for your answer")
	assertPage(t, paul.Get(appURL+"/sessions/"+session.Id), 200, `value="yes" aria-pressed="true"`)
	assertPage(t, paul.Post(path, url.Values{"answer": {"never"}}), 422, "Answer yes, maybe or no.")
	if r := paul.Post(path, url.Values{"answer": {"no"}, "back": {"https://evil.example"}}); strings.Contains(r.Location, "evil") {
		t.Error(r.Location)
	}
	assertPage(t, w.As(w.admin).Post(path, url.Values{"answer": {"yes"}}), 404)
	assertPage(t, w.As(w.foreign).Post(path, url.Values{"answer": {"yes"}}), 404)
}

func TestStart_LeadsTheHostIntoTheLiveSession(t *testing.T) {
	w := newFixture(t)
	soon := sessions.Form{Starts: time.Now().Add(10 * time.Minute)}
	session := w.newSession("Dailies", soon, w.paul)
	path := appURL + "/sessions/" + session.Id + "/start"
	assertPage(t, w.As(w.paul).Post(path, nil), 403)
	olga := w.As(w.olga)
	if r := olga.Post(path, nil); r.Location != "/live/"+session.Id {
		t.Fatalf("start: %d to %q, want the live session", r.Status, r.Location)
	}
	assertPage(t, olga.Get("/live/"+session.Id), 200, "Dailies")
	if r := olga.Post(path, nil); r.Location != "/live/"+session.Id {
		t.Errorf("a second press: %d to %q, want the live session", r.Status, r.Location)
	}
	soon.ExternalLink = "https://meet.example.com/x"
	external := w.newSession("Review", soon)
	if r := olga.Post(appURL+"/sessions/"+external.Id+"/start", nil); r.Location != "/s/"+external.Code() {
		t.Errorf("start in another tool: %d to %q, want the join page", r.Status, r.Location)
	}
}

func TestStart_TooEarly_IsDisabled(t *testing.T) {
	w := newFixture(t)
	session := w.newSession("Dailies", sessions.Form{Starts: time.Now().Add(3 * time.Hour)}, w.paul)
	r := w.As(w.olga).Get(appURL + "/sessions/" + session.Id)
	assertPage(t, r, 200, "You can start from", `aria-disabled="true"`)
	assertNotContains(t, r, session.Id+"/start")
	hookstest.Exec(t, w.App, "UPDATE sessions SET starts = {:at}", dbx.Params{"at": time.Now().Add(10 * time.Minute).UTC().Format("2006-01-02 15:04:05.000Z")})
	assertPage(t, w.As(w.olga).Get(appURL+"/sessions/"+session.Id), 200, session.Id+"/start")
	assertPage(t, w.As(w.olga).Get(appURL), 200, session.Id+"/start")
	r = w.As(w.paul).Get(appURL)
	assertPage(t, r, 200, "Open join page", "/s/"+session.Code())
	assertNotContains(t, r, "Waiting for your answer")
	r = w.As(w.paul).Get(appURL + "/sessions/" + session.Id)
	assertPage(t, r, 200, "Open join page", "/s/"+session.Code())
	assertNotContains(t, r, session.Id+"/start")
	hookstest.Exec(t, w.App, "UPDATE sessions SET status = 'running', media = 'm', started = starts", nil)
	assertPage(t, w.As(w.paul).Get(appURL), 200, "Running now", "Join", `data-live`)
	assertNotContains(t, w.As(w.admin).Get(appURL), "Running now", "Dailies", "data-live")
}

func TestPreview_ChangedSession_DoesNotClashWithItself(t *testing.T) {
	w := newFixture(t)
	olga, name := w.As(w.olga), "Edit bay"
	room, err := rooms.Create(w.App, hookstest.Actor(t, w.App, w.owner, w.team), rooms.Profile{Name: &name})
	if err != nil {
		t.Fatal(err)
	}
	r := olga.Post(appURL+"/sessions/new", sessionForm("room", room.Id))
	if r.Status != http.StatusSeeOther {
		t.Fatal(r.Status, r.Body)
	}
	id := strings.TrimPrefix(r.Location, appURL+"/sessions/")
	longer := sessionForm("room", room.Id, "minutes", "90", "scope", "this")
	assertPage(t, olga.Get(r.Location+"/edit"), 200, "/sessions/preview?change="+id)
	assertNotContains(t, olga.Post(appURL+"/sessions/preview?change="+id, longer), "is taken")
	assertPage(t, olga.Post(appURL+"/sessions/preview", longer), 200, "is taken")
	assertPage(t, olga.Post(appURL+"/sessions/preview?change=missing", longer), 404)
}

// TestPreview_MovedSeries_DoesNotClashWithItself moves it by a day: each session takes the place of the next.
func TestPreview_MovedSeries_DoesNotClashWithItself(t *testing.T) {
	w := newFixture(t)
	olga, name := w.As(w.olga), "Edit bay"
	room, err := rooms.Create(w.App, hookstest.Actor(t, w.App, w.owner, w.team), rooms.Profile{Name: &name})
	if err != nil {
		t.Fatal(err)
	}
	first := hookstest.ScheduleSession(t, w.App, w.olga, w.team, sessions.Form{Room: room.Id, Rule: "FREQ=DAILY;COUNT=3"})
	next := first.Starts().AddDate(0, 0, 1)
	preview := func(scope string) viewstest.Reply {
		return olga.Post(appURL+"/sessions/preview?change="+first.Id, sessionForm("room", room.Id, "scope", scope, "minutes", "60",
			"date", next.Format(time.DateOnly), "time", next.Format("15:04"), "timezone", "UTC", "zone", "UTC"))
	}
	assertNotContains(t, preview("series"), "is taken", "(taken")
	assertPage(t, preview("this"), 200, "is taken")
	hookstest.ScheduleSession(t, w.App, w.owner, w.team, sessions.Form{Title: "Another", Room: room.Id, Starts: next.Add(time.Hour)})
	next = next.Add(30 * time.Minute)
	assertPage(t, preview("series"), 200, "is taken", "Another")
}

func TestEndSession_HostEndsTheirOwn_OthersAreRefused(t *testing.T) {
	w := newFixture(t)
	session := hookstest.StartSession(t, w.App, w.olga, w.team, sessions.Form{Title: "Dailies", Guests: []string{w.paul.Email()}})
	path, olga, paul := appURL+"/sessions/"+session.Id, w.As(w.olga), w.As(w.paul)
	assertNotContains(t, paul.Get(path), "End session")
	if r := paul.Get(path + "/end"); r.Status != http.StatusSeeOther || r.Location != path {
		t.Errorf("an invitee's dialog: got %d %s, want a redirect to the details", r.Status, r.Location)
	}
	assertPage(t, paul.Post(path+"/end", nil), 403)
	assertPage(t, w.As(w.stranger).Post(path+"/end", nil), 404)

	assertPage(t, olga.Get(path), 200, "End session…", path+"/end")
	r := olga.Get(path + "/end")
	assertPage(t, r, 200, "End “Dailies”?", "No one is in the session now.", "Its licence becomes free.")
	assertNotContains(t, r, "gets an email", "tell Olga")
	assertPage(t, w.As(w.admin).Get(path+"/end"), 200, "Email isn&#39;t set up, so tell")
	if n := hookstest.Count(t, w.App, "sessions", dbx.HashExp{"status": "running"}); n != 1 {
		t.Fatal("a look ended the session")
	}
	if r := olga.Post(path+"/end", nil); r.Status != http.StatusSeeOther || r.Location != path {
		t.Fatal(r.Status, r.Location, r.Body)
	}
	r = olga.Get(path)
	assertPage(t, r, 200, "“Dailies” has ended.")
	assertNotContains(t, r, "End session…")
	if r := olga.Get(path + "/end"); r.Status != http.StatusSeeOther || r.Location != path {
		t.Errorf("the dialog after the end: got %d %s, want a redirect to the details", r.Status, r.Location)
	}
}
