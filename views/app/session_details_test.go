package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
)

func TestDetails_VisibilityByRole(t *testing.T) {
	w := newFixture(t)
	asked := w.newSession("Kestrel, reel 4", sessions.Form{Guests: []string{"nameless@studio.example"}}, w.paul, w.guest)
	hidden := w.newSession("Salaries", sessions.Form{})
	const path = appURL + "/sessions/"

	r := w.As(w.olga).Get(path + asked.Id)
	assertPage(t, r, 200, "Kestrel, reel 4", "Hosting", "Edit", "Cancel session…", "Duplicate", "paul@halation.example", "gus@lantern.example", "/s/"+asked.Code(), "4 people", "nameless@studio.example")
	r = w.As(w.paul).Get(path + asked.Id)
	assertPage(t, r, 200, "Are you going?", "Hosted by Olga", "Gus", "Invitee (studio.example)")
	assertNotContains(t, r, "gus@lantern.example", "nameless@", "Cancel session…", asked.Id+"/edit", asked.Id+"/start", "from="+asked.Id)
	assertPage(t, w.As(w.paul).Get(path+hidden.Id), 404)

	guest := w.As(w.guest)
	r = guest.Get(path + asked.Id)
	assertPage(t, r, 200, "Are you going?", "Hosted by Olga", "As a guest, you see who is in the session when you join it.")
	assertNotContains(t, r, "paul@halation.example", "Paul", "olga@halation.example", asked.Id+"/edit")
	assertPage(t, guest.Get(path+hidden.Id), 404)
	r = guest.Get(appURL + "/sessions")
	assertPage(t, r, 200, "Kestrel, reel 4")
	assertNotContains(t, r, "Salaries", "/sessions/new")
	assertNotContains(t, guest.Get(appURL+"/calendar?view=agenda"), "Salaries")
	assertNotContains(t, guest.Get(appURL+"/find?q=sal"), "Salaries")
	assertPage(t, guest.Get(appURL+"/find?q=kestrel"), 200, "Kestrel, reel 4")

	assertPage(t, w.As(w.owner).Get(path+hidden.Id), 200, "Salaries")
	r = w.As(w.admin).Get(path + hidden.Id)
	assertPage(t, r, 200, "Salaries", hidden.Id+"/edit", hidden.Id+"/cancel")
	assertNotContains(t, r, hidden.Id+"/start", "Are you going?")
	for _, b := range []string{path + asked.Id, path + "nosuchsession00", appURL + "/sessions", appURL + "/calendar", appURL + "/sessions/new"} {
		assertPage(t, w.As(w.stranger).Get(b), 404)
		assertPage(t, w.As(w.foreign).Get(b), 404)
		if signedOut := w.Anonymous().Get(b); signedOut.Status != http.StatusSeeOther || !strings.HasPrefix(signedOut.Location, "/signin?next=") {
			t.Error(b, signedOut.Status, signedOut.Location)
		}
	}
	assertPage(t, w.As(w.foreign).Get("/app/northlight-docs/sessions/"+asked.Id), 404)
}

func TestDetails_LinkAccess_SaysWhoCanJoin(t *testing.T) {
	w := newFixture(t)
	olga := w.As(w.olga)
	place := func(entry, name string) string {
		t.Helper()
		room, err := rooms.Create(w.App, hookstest.Actor(t, w.App, w.owner, w.team), rooms.Profile{Name: &name, Access: &entry})
		if err != nil {
			t.Fatal(err)
		}
		return room.Id
	}
	for words, form := range map[string]sessions.Form{
		"Only invitees who sign in can join with this link.":                                     {},
		"Invitees who sign in can join with this link. Others can ask to join.":                  {Lobby: true},
		"Invitees and team members who sign in can join with this link. Others can ask to join.": {Room: place(rooms.AccessTeam, "Edit bay")},
		"Anyone who signs in or creates an account can join with this link.":                     {Room: place(rooms.AccessAnyone, "Client lounge")},
	} {
		assertPage(t, olga.Get(appURL+"/sessions/"+w.newSession("Dailies", form).Id), 200, words)
	}
}

func TestDetails_Series_CancelledSessionsDoNotCount(t *testing.T) {
	w := newFixture(t)
	olga := w.As(w.olga)
	first := w.newSession("Dailies", sessions.Form{Rule: "FREQ=DAILY;COUNT=3"})
	page := appURL + "/sessions/" + first.Id
	assertPage(t, olga.Get(page), 200, "Session 1 of 3")
	all, err := sessions.ListInSeries(w.App, first.SeriesID())
	if err != nil {
		t.Fatal(err)
	}
	hookstest.Exec(t, w.App, "UPDATE sessions SET status = 'cancelled' WHERE id = {:id}", dbx.Params{"id": all[2].Id})
	assertPage(t, olga.Get(page), 200, "Session 1 of 2", "The last one is on "+all[1].Starts().Format("Mon 2 Jan 2006"))
	assertPage(t, olga.Get(appURL+"/sessions/"+all[2].Id), 200, "Session 3 of 3")
}

func TestDetails_SessionOver_HidesTheLink(t *testing.T) {
	w := newFixture(t)
	session := w.newSession("Dailies", sessions.Form{Starts: time.Now().Add(3 * time.Hour)}, w.paul)
	page := appURL + "/sessions/" + session.Id
	assertPage(t, w.As(w.olga).Get(page), 200, "Session link")
	hookstest.Exec(t, w.App, "UPDATE sessions SET starts = '2026-01-05 10:00:00.000Z', ends = '2026-01-05 11:00:00.000Z'", nil)
	assertPage(t, w.As(w.olga).Get(page), 200, "Never started")
	assertNotContains(t, w.As(w.olga).Get(page), "Session link")
}

func TestDetails_EndedSession_ShowsRecap(t *testing.T) {
	w := newFixture(t)
	late := hookstest.Member(t, w.App, w.team, "late@halation.example")
	session := w.newSession("Dailies", sessions.Form{}, w.paul, w.guest, late)
	hookstest.Exec(t, w.App, "UPDATE participants SET answer = 'yes' WHERE user = {:id}", dbx.Params{"id": late.Id})
	hookstest.Exec(t, w.App, "UPDATE sessions SET status = 'ended', started = '2026-11-20 10:02:00.000Z', ended = '2026-11-20 11:10:00.000Z', end_reason = 'host', starts = '2026-11-20 10:00:00.000Z', ends = '2026-11-20 11:00:00.000Z'", nil)
	for n, name := range []string{"Paul", "Gus"} {
		user := []string{w.paul.Id, w.guest.Id}[n]
		hookstest.Exec(t, w.App, "INSERT INTO attendances (id, team, session, participant, user, name, sid, joined, `left`) VALUES ({:id}, {:team}, {:session}, '', {:user}, {:name}, {:name}, '2026-11-20 10:05:00.000Z', '2026-11-20 11:00:00.000Z')",
			dbx.Params{"id": "att" + name, "team": w.team.Id, "session": session.Id, "user": user, "name": name})
	}
	r := w.As(w.olga).Get(appURL + "/sessions/" + session.Id)
	assertPage(t, r, 200, "Summary", "10:00 to 11:00, 1 hour", "10:02 to 11:10, 1 hour 8 minutes", "Ended by the host.", "10:05 to 11:00", "Paul", "Gus", "4 people, 2 joined, 2 didn&#39;t join", "Joined 10:05 to 11:00", "Didn&#39;t join")
	assertNotContains(t, r, "No answer", "Going")
	guest := w.As(w.guest).Get(appURL + "/sessions/" + session.Id)
	assertPage(t, guest, 200, "10:05 to 11:00", "Joined 10:05 to 11:00")
	assertNotContains(t, guest, "Paul", "Didn&#39;t join")
}

func TestDetails_ExtendedSession_ShowsActualLength(t *testing.T) {
	w := newFixture(t)
	session := w.newSession("Dailies", sessions.Form{}, w.paul)
	hookstest.Exec(t, w.App, "UPDATE sessions SET status = 'running', started = '2026-11-20 10:00:00.000Z', starts = '2026-11-20 10:00:00.000Z', ends = '2026-11-20 11:15:00.000Z'", nil)
	assertPage(t, w.As(w.olga).Get(appURL+"/sessions/"+session.Id), 200, "10:00 to 11:15", "1 hour 15 minutes", "10:00 to 11:00, 1 hour")
}

func TestDetails_Attendance_IsShownAfterTheEnd(t *testing.T) {
	w := newFixture(t)
	session := w.newSession("Dailies", sessions.Form{}, w.paul, w.guest)
	set := func(fields string) {
		hookstest.Exec(t, w.App, "UPDATE sessions SET "+fields+", starts = '2026-11-20 10:00:00.000Z', ends = '2026-11-20 11:00:00.000Z'", nil)
	}
	olga := w.As(w.olga)
	page := appURL + "/sessions/" + session.Id
	assertPage(t, olga.Get(page), 200, "Email not sent", "3 people, 1 going, 2 no answer")
	set("status = 'ended', started = starts, ended = ends")
	r := olga.Get(page)
	assertPage(t, r, 200, "No one joined this session.", "Didn&#39;t join", "3 people, 3 didn&#39;t join")
	assertNotContains(t, r, "No answer")
	hookstest.Exec(t, w.App, "UPDATE participants SET state = 'waiting' WHERE user = {:user}", dbx.Params{"user": w.guest.Id})
	r = olga.Get(page)
	assertPage(t, r, 200, "Waited, not admitted", "3 people, 1 not admitted, 2 didn&#39;t join")
	assertNotContains(t, r, "Waiting")
	hookstest.Exec(t, w.App, "UPDATE participants SET state = 'invited' WHERE user = {:user}", dbx.Params{"user": w.guest.Id})
	set("elsewhere = 'https://meet.example.org/1'") // whose tool has reported nothing
	assertNotContains(t, olga.Get(page), "Didn&#39;t join")
	set("status = 'scheduled', started = '', ended = ''")
	assertPage(t, olga.Get(page), 200, "Never started", "2 no answer")
	assertNotContains(t, olga.Get(page), "Didn&#39;t join")
}

// TestDetails_GuestJoinedBeforeStart_IsGoing: joining is the acceptance (R67), and signedOut was in a session that has not started.
func TestDetails_GuestJoinedBeforeStart_IsGoing(t *testing.T) {
	w := newFixture(t)
	session := w.newSession("Dailies", sessions.Form{}, w.paul, w.guest)
	page := appURL + "/sessions/" + session.Id
	for _, c := range []struct{ answer, state, shows string }{
		{"", "admitted", "3 people, 2 going, 1 no answer"},
		{"yes", "admitted", "3 people, 2 going, 1 no answer"},
		{"yes", "invited", "3 people, 2 going, 1 no answer"},
		{"maybe", "admitted", "3 people, 2 going, 1 no answer"},
		{"no", "invited", "3 people, 1 going, 1 not going, 1 no answer"},
		{"yes", "declined", "3 people, 1 going, 1 not going, 1 no answer"},
		{"", "waiting", "3 people, 1 waiting, 1 going, 1 no answer"},
		{"yes", "refused", "3 people, 1 going, 1 no answer, 1 denied"},
		{"yes", "out", "3 people, 1 going, 1 no answer, 1 removed"},
	} {
		hookstest.Exec(t, w.App, "UPDATE participants SET answer = {:answer}, state = {:state} WHERE user = {:user}",
			dbx.Params{"answer": c.answer, "state": c.state, "user": w.guest.Id})
		r := w.As(w.olga).Get(page)
		assertPage(t, r, 200, c.shows)
		assertNotContains(t, r, "Was let in", "silent")
		if c.state == "admitted" {
			assertPage(t, w.As(w.guest).Get(appURL+"/sessions"), 200, "Going")
		}
	}
}
