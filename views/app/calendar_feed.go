package app

import (
	"net/http"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/sessions"
	"usher/views/layout"
	"usher/views/web"
)

// serveFeed serves the sessions of a user as a calendar file to anyone with the secret address (R99).
func serveFeed(e *core.RequestEvent) error {
	file, err := sessions.FeedFile(e.App, strings.TrimSuffix(e.Request.PathValue("secret"), ".ics"), e.RealIP())
	if err != nil {
		return err
	}
	e.Response.Header().Set("Content-Disposition", `inline; filename="sessions.ics"`)
	return e.Blob(http.StatusOK, "text/calendar; charset=utf-8", file)
}

// resetFeed creates or replaces the address of the user's feed.
func resetFeed(e *core.RequestEvent) error {
	before, err := sessions.FeedURL(e.App, web.Actor(e))
	if err != nil {
		return err
	}
	if err := sessions.ResetFeed(e.App, web.Actor(e)); err != nil {
		return err
	}
	text := "Calendar feed created."
	if before != "" {
		text = "Feed address replaced. The old address no longer works."
	}
	web.SetToast(e, text)
	p := parsePeriod(e.Request.URL.Query(), time.Now().In(layout.ZoneFor(web.Actor(e))))
	return web.Redirect(e, calendarPath(e)+"?"+p.query(p.view, p.date)+"&feed=1")
}

// loadFeedDialog returns the dialog about the feed. Closing it leads to page.
func loadFeedDialog(e *core.RequestEvent, page string) (feedDialogProps, error) {
	address, err := sessions.FeedURL(e.App, web.Actor(e))
	_, query, _ := strings.Cut(page, "?")
	return feedDialogProps{URL: address, Action: calendarPath(e) + "/feed?" + query, CloseURL: page}, err
}
