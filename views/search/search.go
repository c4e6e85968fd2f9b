// Package search answers the one search of a team: whatever there is to go to, gathered from the sources of an area.
package search

import (
	"net/http"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/tools/text"
	"usher/views/ui"
	"usher/views/web"
)

// maxQueryLength is how long a question may be, in characters. The rest is cut off.
const maxQueryLength = 200

// Query is what somebody looks for, and where he stands.
type Query struct {
	App   core.App
	Actor *actors.Actor
	Shell ui.ShellProps
	Text  string // empty: nothing yet
}

// Source is one place to look in. It gives what matches the words, or without any what is worth offering at once.
// A source is asked for everybody: what the actor may not see is its own to leave out.
type Source func(Query) (Group, error)

// Group is what a source found.
type Group struct {
	Title            string
	Items            []Item
	OffersInvitation bool // nobody was found, and the only item invites the address
}

// Item is one thing to go to. A person has an avatar in place of an icon.
type Item struct {
	Label, Subtitle, Href, Icon string
	Person, You                 bool
	AvatarURL                   string
}

// The sources of each area, in the order in which their groups stand.
var (
	PanelSources = []Source{actionResults, pageResults, peopleResults, panelRoomResults, sessionResults, teamResults}
	AppSources   = []Source{actionResults, pageResults, sessionResults, peopleResults, appRoomResults, teamResults}
)

// Serve shows what the sources find for the q of the address: the results alone to a part of the page, else a page.
func Serve(e *core.RequestEvent, shell ui.ShellProps, sources []Source) error {
	question := Query{App: e.App, Actor: web.Actor(e), Shell: shell,
		Text: strings.TrimSpace(text.Truncate(e.Request.URL.Query().Get("q"), maxQueryLength))}
	props := ResultsProps{Query: question.Text, IncludesPeople: question.Actor.CanUsePanel()}
	for _, source := range sources {
		group, err := source(question)
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

// matches reports whether every word of the question begins a word of the text.
func (q Query) matches(text string) bool {
	have := strings.Fields(strings.ToLower(text))
	for _, word := range strings.Fields(strings.ToLower(q.Text)) {
		found := false
		for _, h := range have {
			found = found || strings.HasPrefix(h, word)
		}
		if !found {
			return false
		}
	}
	return true
}
