package frame

import (
	"net/url"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/entry"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/teams"
)

// Chooser is Team Selection.
const Chooser = "/teams"

// Home is where somebody with the roles belongs in the team: its panel, or the App.
func Home(team *teams.Team, roles actors.Roles) string {
	if roles.Panel() {
		return "/admin/" + team.Slug()
	}
	return "/app/" + team.Slug()
}

// Onward is the page after next, prompts left aside: with exactly one panel to enter that one, with several
// or no team at all Team Selection, else the App. A next that names a page is that page.
func Onward(app core.App, account *core.Record, next string) (string, error) {
	if next != "/" && next != "/admin" {
		return next, nil
	}
	places, err := members.Places(app, account, false)
	if err != nil {
		return "", err
	}
	var panels []members.Place
	for _, place := range places {
		if place.Roles.Panel() {
			panels = append(panels, place)
		}
	}
	switch {
	case len(panels) == 1:
		return Home(teams.Of(panels[0].Team), panels[0].Roles), nil
	case len(panels) > 1 || len(places) == 0 || next == "/admin":
		return Chooser, nil
	}
	return Home(teams.Of(places[0].Team), places[0].Roles), nil
}

// prompts begin the addresses of pages that ask by themselves.
var prompts = []string{"/invite/", "/s/", "/r/", "/live/"}

// Past is the way after a sign-in or an answer: first what else waits for an answer, invitations and sessions whose
// guest prompt was not accepted, then on (R51, R56). The page of an invitation or a session is a prompt already.
func Past(app core.App, account *core.Record, next string) (string, error) {
	for _, page := range prompts {
		if strings.HasPrefix(next, page) {
			return next, nil
		}
	}
	waiting, err := invitations.Waiting(app, account)
	if err != nil {
		return "", err
	}
	sessions, err := entry.Waiting(app, account)
	if err != nil {
		return "", err
	}
	if len(waiting)+len(sessions) > 0 {
		return Chooser + "?next=" + url.QueryEscape(next), nil
	}
	return Onward(app, account, next)
}
