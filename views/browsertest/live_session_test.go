package browsertest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/join"
	"usher/hooks/live/livetest"
	"usher/hooks/mail/resendtest"
	"usher/hooks/record"
	"usher/hooks/runs"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/views/viewstest"
)

// liveFixture is a running session on a server with its own media server.
type liveFixture struct {
	*viewstest.Server
	t         *testing.T
	resend    *resendtest.Server
	team      *teams.Team
	host      *core.Record
	session   *sessions.Session
	stopMedia func() // stops the media server
}

// newLiveFixture starts a session hosted by marta@halation.example, with the participants of the form.
func newLiveFixture(t *testing.T, form sessions.Form) *liveFixture {
	t.Helper()
	server, post := newServerWithEmail(t)
	m := &liveFixture{Server: server, t: t, resend: post}
	m.stopMedia = livetest.Start(t, server.App)
	m.host = hookstest.Account(t, server.App, "marta@halation.example")
	m.team = hookstest.Team(t, server.App, m.host, "Halation Post", "pro")
	form.Title, form.Starts = "Reel 4 grade review", time.Now().Add(time.Minute)
	if form.Resolution == "" {
		form.Resolution, form.FPS, form.Codec, form.Audio = "360p", 15, "vp8", "speech"
	}
	m.session = hookstest.ScheduleSession(t, server.App, m.host, m.team, form)
	_, err := runs.Start(server.App, m.actor(), m.session.Id)
	must(t, err)
	return m
}

func (m *liveFixture) actor() *actors.Actor { return hookstest.Actor(m.t, m.App, m.host, m.team) }

// path returns the path of the session's page.
func (m *liveFixture) path() string { return "/live/" + m.session.Id }

// join admits an account as the join page does.
func (m *liveFixture) join(account *core.Record) {
	m.t.Helper()
	visitor, err := join.Resolve(m.App, account, "", m.session)
	must(m.t, err)
	must(m.t, join.Join(m.App, visitor, "", "192.0.2.1"))
}

// openLivePage signs an account in and opens the session's page. The account becomes a member of the team if it isn't
// one.
func (m *liveFixture) openLivePage(email string) *tab {
	m.t.Helper()
	b := m.signInJoined(defaultBrowser, email)
	b.visit(m.path())
	return b
}

// signInJoined is openLivePage in the given browser, up to the point where the session's page is opened.
func (m *liveFixture) signInJoined(with *browser, email string) *tab {
	m.t.Helper()
	account, err := m.App.FindAuthRecordByEmail("users", email)
	if err != nil {
		account = hookstest.Member(m.t, m.App, m.team, email)
	}
	m.join(account)
	b := with.open(m.t, m.URL)
	b.signIn(email, hookstest.Password)
	return b
}

// participantID returns a participant's identity on the media server.
func (m *liveFixture) participantID(email string) string {
	m.t.Helper()
	p, err := sessions.FindParticipantByEmail(m.App, m.session.Id, email)
	must(m.t, err)
	return p.Id
}

// waitForVideo waits until the page shows moving video of that person.
func (b *tab) waitForVideo(person string) {
	b.t.Helper()
	b.waitUntil("video of "+person, fmt.Sprintf(`(() => { const v = document.querySelector('[data-person="%s"][data-kind=camera] video');
		return v && v.videoWidth > 0 && v.getVideoPlaybackQuality().totalVideoFrames > 5 })()`, person))
}

// captureRoomScript keeps the media room of a page in window.mediaRoom when the page listens to it.
const captureRoomScript = `document.addEventListener("load", ({ target }) => {
	if (!target.src?.includes("livekit-client")) return;
	const { prototype } = LivekitClient.Room, { on } = prototype;
	prototype.on = function (...handler) { window.mediaRoom = this; return on.apply(this, handler) };
}, true)`

// roomScript runs JavaScript in which room is the page's media room; it is the body of an async function.
func roomScript(body string) string {
	return `(async () => { while (!window.mediaRoom) await new Promise(done => setTimeout(done, 50));
		const room = window.mediaRoom; ` + body + ` })()`
}

// waitForAudio waits until audio of that person is received and isn't silent.
func (b *tab) waitForAudio(person string) {
	b.t.Helper()
	energy := roomScript(fmt.Sprintf(`let heard = 0;
		for (const p of room.remoteParticipants.get(%q)?.audioTrackPublications.values() ?? []) {
			(await p.track?.getRTCStatsReport())?.forEach(s => { if (s.type === "inbound-rtp") heard += s.totalAudioEnergy ?? 0 }) }
		return heard`, person))
	first := eval[float64](b, energy)
	for deadline := time.Now().Add(waitTimeout); time.Now().Before(deadline); {
		if eval[float64](b, energy) > first {
			return
		}
	}
	b.fatalf("no sound of %s", person)
}

// waitForReconnect waits until the page is connected again and shows new video of that person.
func (b *tab) waitForReconnect(person string) {
	b.t.Helper()
	b.waitUntil("the connection", `document.getElementById("banner").hidden`)
	frames := fmt.Sprintf(`(document.querySelector('[data-person="%s"][data-kind=camera] video')?.getVideoPlaybackQuality().totalVideoFrames ?? 0)`, person)
	eval[bool](b, `(window.framesThen = `+frames+`, true)`)
	b.waitUntil("new video of "+person, `(`+frames+` > window.framesThen + 5 || `+frames+` < window.framesThen && `+frames+` > 5)`)
}

// invite adds a participant to the session, who becomes a member of the team.
func (m *liveFixture) invite(email string) {
	m.t.Helper()
	account := hookstest.Member(m.t, m.App, m.team, email)
	collection, err := m.App.FindCollectionByNameOrId("participants")
	must(m.t, err)
	p := core.NewRecord(collection)
	p.Load(map[string]any{"team": m.team.Id, "session": m.session.Id, "user": account.Id, "email": email, "part": sessions.Attendee, "state": sessions.StateInvited})
	must(m.t, m.App.Save(p))
}

// setEndIn moves the scheduled times as if the session had run for a while: it ends after that duration, less a few
// seconds.
func (m *liveFixture) setEndIn(left time.Duration) {
	m.t.Helper()
	ends := time.Now().Add(left).Truncate(time.Minute)
	hookstest.Exec(m.t, m.App, "UPDATE sessions SET starts = {:starts}, started = {:starts}, ends = {:ends}", dbx.Params{
		"starts": record.FormatTime(ends.Add(-time.Duration(m.session.Minutes()) * time.Minute)), "ends": record.FormatTime(ends)})
}

// addInitScript runs JavaScript on every page of the tab before the page's own.
func (b *tab) addInitScript(script string) {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
		return err
	}))
}
