package member

import (
	"net/http"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/limits"
	"usher/hooks/record"
	"usher/hooks/sessions"
	"usher/views/frame"
	"usher/views/web"
)

// feed is somebody's sessions as a calendar file, for whatever program holds the secret address (R99).
func feed(e *core.RequestEvent) error {
	wrong := limits.For(e.App, "feed", 20, time.Minute)
	network := limits.Network(e.RealIP())
	if wait, full := wrong.Full(network); full {
		return record.TooMany(wait, "Too many addresses that there are not. Try again in a moment.")
	}
	file, err := sessions.FeedFile(e.App, strings.TrimSuffix(e.Request.PathValue("secret"), ".ics"))
	if err != nil {
		wrong.Take(network)
		return err
	}
	e.Response.Header().Set("Content-Disposition", `inline; filename="sessions.ics"`)
	return e.Blob(http.StatusOK, "text/calendar; charset=utf-8", file)
}

// newFeed makes the address of the person's feed, or a new one in place of it.
func newFeed(e *core.RequestEvent) error {
	before, err := sessions.Feed(e.App, web.Actor(e))
	if err != nil {
		return err
	}
	if err := sessions.NewFeed(e.App, web.Actor(e)); err != nil {
		return err
	}
	text := "Your calendar feed has an address."
	if before != "" {
		text = "The address of your calendar feed is new. The one before is dead."
	}
	web.Toast(e, text)
	p := periodOf(e.Request.URL.Query(), time.Now().In(frame.ZoneOf(web.Actor(e))))
	return web.Go(e, calendarPath(e)+"?"+p.query(p.view, p.date)+"&feed=1")
}

// feedOf is the question about the feed over the page of the calendar at that address.
func feedOf(e *core.RequestEvent, page string) (feedForm, error) {
	address, err := sessions.Feed(e.App, web.Actor(e))
	_, query, _ := strings.Cut(page, "?")
	return feedForm{Address: address, Action: calendarPath(e) + "/feed?" + query, Close: page}, err
}
