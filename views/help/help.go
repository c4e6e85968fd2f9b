package help

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/paths"
	"usher/hooks/tools/errs"
	"usher/static"
	"usher/views/answers"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

// maxQuery is the length of a search, in characters.
const maxQuery = 100

// readers are the pages, in order.
var readers = []readerLink{
	{answers.Guests, "For guests", "Join a session you're invited to.", "ticket"},
	{answers.Organizers, "For Organizers", "Schedule and host sessions.", "calendar"},
	{answers.Admins, "For Admins", "Manage users, seats, rooms and the plan.", "shield"},
}

// indexPage lists the pages, or what a search finds.
func indexPage(e *core.RequestEvent) error {
	query := []rune(strings.TrimSpace(e.Request.URL.Query().Get("q")))
	props := pageProps(e, "Help")
	props.Query = string(query[:min(maxQuery, len(query))])
	if props.Query == "" {
		props.Readers = readers
		return web.Render(e, http.StatusOK, indexView(props))
	}
	props.Page.NoIndex = true
	found, err := answerProps(e, answers.Search(props.Query), true)
	if err != nil {
		return err
	}
	props.Answers = found
	return web.Render(e, http.StatusOK, searchView(props))
}

// readerPage shows the answers for Admins, Organizers or guests.
func readerPage(e *core.RequestEvent) error {
	for _, reader := range readers {
		if reader.Key != e.Request.PathValue("reader") {
			continue
		}
		props := pageProps(e, "Help "+strings.ToLower(reader.Label[:1])+reader.Label[1:])
		props.Reader, props.Readers = reader.Key, readers
		own, err := answerProps(e, answers.Of(reader.Key), false)
		if err != nil {
			return err
		}
		props.Answers = own
		return web.Render(e, http.StatusOK, readerView(props))
	}
	return errs.ErrNotFound
}

func pageProps(e *core.RequestEvent, title string) helpPage {
	props := helpPage{Page: ui.PageProps{Title: title + " · Usher", Stylesheets: []string{static.URL("help.css")}, Toast: layout.TakeToast(e)}, Title: title, HomeURL: paths.SignIn, HomeLabel: "Sign in"}
	if e.Auth != nil {
		props.HomeURL, props.HomeLabel = "/", "Back to team"
	}
	return props
}

// answerProps are the answers as shown. With links, each leads to its page.
func answerProps(e *core.RequestEvent, all []answers.Answer, links bool) ([]answerItem, error) {
	var items []answerItem
	for _, a := range all {
		item := answerItem{Answer: a}
		if links {
			item.URL = paths.HelpFor(a.For[0]) + "#" + a.ID
		}
		if a.Permission {
			table, err := permissions(e.App)
			if err != nil {
				return nil, err
			}
			item.Permissions = table
		}
		items = append(items, item)
	}
	return items, nil
}

// permissions is the table for a team with default settings and limited seats.
func permissions(app core.App) ([]actors.Permission, error) {
	collection, err := app.FindCachedCollectionByNameOrId("teams")
	if err != nil {
		return nil, fmt.Errorf("find teams: %w", err)
	}
	return actors.Permissions(core.NewRecord(collection)), nil
}
