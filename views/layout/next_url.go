package layout

import (
	"net/url"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/invitations"
	"usher/hooks/join"
	"usher/hooks/members"
	"usher/hooks/teams"
)

// TeamsPath is Team Selection.
const TeamsPath = "/teams"

// TeamHome is where somebody with the roles belongs in the team: its panel, or the App.
func TeamHome(team *teams.Team, roles actors.Roles) string {
	if roles.CanUsePanel() {
		return "/admin/" + team.Slug()
	}
	return "/app/" + team.Slug()
}

// NextURL is the page after next, prompts left aside: with exactly one panel to enter that one, with several
// or no team at all Team Selection, else the App. A next that names a page is that page.
func NextURL(app core.App, account *core.Record, next string) (string, error) {
	if next != "/" && next != "/admin" {
		return next, nil
	}
	places, err := members.TeamsOf(app, account, false)
	if err != nil {
		return "", err
	}
	var panels []members.TeamRole
	for _, place := range places {
		if place.Roles.CanUsePanel() {
			panels = append(panels, place)
		}
	}
	switch {
	case len(panels) == 1:
		return TeamHome(teams.Of(panels[0].Team), panels[0].Roles), nil
	case len(panels) > 1 || len(places) == 0 || next == "/admin":
		return TeamsPath, nil
	}
	return TeamHome(teams.Of(places[0].Team), places[0].Roles), nil
}

// promptPaths begin the addresses of pages that ask by themselves.
var promptPaths = []string{"/invite/", "/s/", "/r/", "/live/"}

// AfterSignIn is the way after a sign-in or an answer: first what else waits for an answer, invitations and sessions whose
// guest prompt was not accepted, then on (R51, R56). The page of an invitation or a session is a prompt already.
func AfterSignIn(app core.App, account *core.Record, next string) (string, error) {
	for _, page := range promptPaths {
		if strings.HasPrefix(next, page) {
			return next, nil
		}
	}
	waiting, err := invitations.ListPending(app, account)
	if err != nil {
		return "", err
	}
	sessions, err := join.PendingInvites(app, account)
	if err != nil {
		return "", err
	}
	if len(waiting)+len(sessions) > 0 {
		return TeamsPath + "?next=" + url.QueryEscape(next), nil
	}
	return NextURL(app, account, next)
}
