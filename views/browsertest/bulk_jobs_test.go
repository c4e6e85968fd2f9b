package browsertest

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/bulk"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
)

// stopWorkers stops the background work of the app, so that a test does it step by step.
func (h *fixture) stopWorkers(t *testing.T) {
	t.Helper()
	if err := h.App.OnTerminate().Trigger(&core.TerminateEvent{App: h.App}); err != nil {
		t.Fatal(err)
	}
}

// steps calls step until there is nothing left to do, at most n times.
func steps(t *testing.T, n int, step func() (worked bool, err error)) {
	t.Helper()
	for range n {
		worked, err := step()
		if err != nil {
			t.Fatal(err)
		}
		if !worked {
			return
		}
	}
}

// All of more than 1,000 users are selected, and their invitations revoked in the background: progress and result appear without
// a reload, and the bar on the Users page leads to them.
func TestBulk_MoreThanAThousandUsers_ShowProgressAndResult(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	h.stopWorkers(t)
	hookstest.SeedUsers(t, h.App, h.Team.Id, 1_100)
	worker := bulk.NewWorker(h.App)
	b := h.signIn(t, h.Owner.Email())
	users := "/admin/" + h.Team.Slug() + "/users"
	b.visit(users)
	b.waitForStream()
	b.sendKeys("j")
	b.sendKeys("x")
	all := eval[string](b, `document.querySelector("[data-select-everything]").dataset.selectEverything`)
	b.do(chromedp.Click("[data-select-everything]"))
	b.waitForText(all + " selected")
	b.press("Revoke…")
	b.waitForText("What do you want to revoke?")
	b.press("Pending invitations: revoke 4")
	b.waitForText("Revoke 4 invitations?")
	b.waitForText("This runs in the background.")
	b.press("Revoke invitations")
	b.waitForText("Queued")
	b.waitForStream()
	eval[bool](b, `window.stayed = true`)
	steps(t, 2, worker.Step)
	b.waitForText("40 of " + all)
	b.waitForText("You can leave this page.")
	b.assertAccessible("a running bulk action")
	if !eval[bool](b, `window.stayed === true`) {
		t.Error("the page was reloaded")
	}

	b.visit(users)
	b.waitForStream()
	b.waitForText("Revoke invitations: 40 of " + all)
	steps(t, 2, worker.Step)
	b.waitForText("Revoke invitations: 80 of " + all)
	b.press("Revoke invitations: 80")
	b.waitForURL("/jobs/")
	b.waitForStream()
	steps(t, 1_000, worker.Step)
	b.waitForText("Done")
	b.waitForText("4 invitations were revoked.")
	b.waitForText("Has no pending invitation.")
	for _, width := range []int64{1440, 390} {
		b.resize(width, 844)
		b.assertAccessible("the result of a bulk action")
	}
	b.visit(users + "/import")
	b.waitForText(all + " of " + all)
	b.assertInReach("the list of bulk actions")
	b.assertAccessible("the list of bulk actions")
}

// The pending invitations of an import are revoked from its page, after a question. The action is stopped half-way.
func TestImport_Revoke_AsksAndCanBeStopped(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	h.stopWorkers(t)
	list := make([]string, 60)
	for n := range list {
		list[n] = fmt.Sprintf("row%d@halation.example", n)
	}
	started, err := invitations.StartImport(h.App, hookstest.Actor(t, h.App, h.Owner, h.Team), invitations.Request{Lines: invitations.ParseLines(list)}, "people.csv")
	must(t, err)
	steps(t, 100, invitations.NewImporter(h.App).Step)
	b := h.signIn(t, h.Owner.Email())
	page := "/admin/" + h.Team.Slug() + "/users/import/" + started.Id
	b.visit(page)
	b.press("Revoke 60 pending invitations")
	b.waitForText("Revoke 60 pending invitations?")
	b.waitForFocus("Cancel")
	b.assertAccessible("the question before an import is revoked")
	b.press("Cancel")
	b.waitForText("Download report")
	b.press("Revoke 60 pending invitations")
	b.press("Revoke invitations")
	b.waitForText("Revoke imported invitations")
	b.waitForStream()
	steps(t, 1, bulk.NewWorker(h.App).Step)
	b.waitForText("20 of 60")
	b.press("Stop action")
	b.waitForText("40 users weren't processed.")
	b.waitForText("20 invitations were revoked")
	b.assertAccessible("a stopped bulk action")
	b.press("Show import")
	b.waitForText("Revoke 40 pending invitations")
}
