// Package search implements the search of an area (Admin Panel or App), with results from that area's sources.
package search

import (
	"net/http"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/paths"
	"usher/hooks/teams"
	"usher/hooks/tools/text"
	"usher/views/ui"
	"usher/views/web"
)

// maxQueryLength is the longest query in characters; longer ones are truncated.
const maxQueryLength = 200

// Query is a search by an actor in an area.
type Query struct {
	App   core.App
	Actor *actors.Actor
	Shell ui.ShellProps
	Text  string // empty before anything is typed

	inPanel bool // searched in the Admin Panel
	now     time.Time
}

// Source returns the results of one kind for a query, or suggestions for an empty query. It must leave out what the actor may not
// see.
type Source func(Query) (Group, error)

// Group holds the results of a source.
type Group struct {
	Title            string
	Items            []Item
	OffersInvitation bool // no user was found, and the only item invites the address
}

// Item is one result. A person has an avatar instead of an icon.
type Item struct {
	Label, Subtitle, Href, Icon string
	Person, You                 bool
	AvatarURL                   string
	Post, Download              bool // Href is a form to send, or a file
	Shortcuts                   bool // opens the list of keyboard shortcuts instead of Href
}

// Sources of each area, in display order.
var (
	PanelSources = []Source{frequentActions, pageResults, actionResults, peopleResults, panelRoomResults, sessionResults, panelRecordingResults, importResults, teamResults}
	AppSources   = []Source{frequentActions, pageResults, actionResults, sessionResults, appRecordingResults, peopleResults, appRoomResults, importResults, teamResults}
)

// Serve searches the sources for the query parameter q and renders the results, as a page or as a fragment.
func Serve(e *core.RequestEvent, shell ui.ShellProps, sources []Source) error {
	query := Query{App: e.App, Actor: web.Actor(e), Shell: shell, now: time.Now(),
		inPanel: shell.SearchURL == paths.PanelSearch(teams.Of(web.Actor(e).Team).Slug()),
		Text:    text.CleanSearch(text.Truncate(e.Request.URL.Query().Get("q"), maxQueryLength))}
	props := ResultsProps{Query: query.Text}
	for _, source := range sources {
		group, err := source(query)
		if err != nil {
			return err
		}
		if len(group.Items) > 0 {
			props.Groups = append(props.Groups, group)
		}
	}
	props.assignIDs()
	if web.IsFragment(e) {
		return web.Render(e, http.StatusOK, Results(props))
	}
	return web.Render(e, http.StatusOK, Page(PageProps{Shell: shell, Results: props}))
}

// matches reports whether every word of the query starts a word of the label.
func (q Query) matches(label string) bool {
	words := text.SearchWords(label)
	for _, prefix := range text.SearchWords(q.Text) {
		found := false
		for _, word := range words {
			found = found || strings.HasPrefix(word, prefix)
		}
		if !found {
			return false
		}
	}
	return true
}
