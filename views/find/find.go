// Package find answers the one search of a team: whatever there is to go to, gathered from the sources of an area.
package find

import (
	"net/http"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/record"
	"usher/views/ui"
	"usher/views/web"
)

// maxWords is how long a question may be, in characters. The rest is cut off.
const maxWords = 200

// Question is what somebody looks for, and where he stands.
type Question struct {
	App   core.App
	Actor *actors.Actor
	Shell ui.ShellProps
	Words string // empty: nothing yet
}

// Source is one place to look in. It gives what matches the words, or without any what is worth offering at once.
// A source is asked for everybody: what the actor may not see is its own to leave out.
type Source func(Question) (Group, error)

// Group is what a source found.
type Group struct {
	Title   string
	Items   []Item
	Invites bool // nobody was found, and the only item invites the address
}

// Item is one thing to go to. A person has an avatar in place of an icon.
type Item struct {
	Label, Small, Href, Icon string
	Person, You              bool
	Picture                  string
}

// The sources of each area, in the order in which their groups stand.
var (
	Panel = []Source{tasks, pages, people, roomsToRun, meetings, otherTeams}
	App   = []Source{tasks, pages, meetings, people, roomsToBook, otherTeams}
)

// Answer shows what the sources find for the q of the address: the results alone to a part of the page, else a page.
func Answer(e *core.RequestEvent, shell ui.ShellProps, sources []Source) error {
	question := Question{App: e.App, Actor: web.Actor(e), Shell: shell,
		Words: strings.TrimSpace(record.Cut(e.Request.URL.Query().Get("q"), maxWords))}
	props := ResultsProps{Words: question.Words, People: question.Actor.SeesPanel()}
	for _, source := range sources {
		group, err := source(question)
		if err != nil {
			return err
		}
		if len(group.Items) > 0 {
			props.Groups = append(props.Groups, group)
		}
	}
	props.number()
	if web.IsFragment(e) {
		return web.Render(e, http.StatusOK, Results(props))
	}
	return web.Render(e, http.StatusOK, Page(PageProps{Shell: shell, Results: props}))
}

// matches reports whether every word of the question begins a word of the text.
func (q Question) matches(text string) bool {
	have := strings.Fields(strings.ToLower(text))
	for _, word := range strings.Fields(strings.ToLower(q.Words)) {
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
