package layout

import (
	"net/url"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/invitations"
	"usher/hooks/join"
	"usher/hooks/members"
	"usher/hooks/paths"
	"usher/hooks/teams"
)

// TeamHome returns the start page of a team for a user with the roles: the Admin Panel or the App.
func TeamHome(team *teams.Team, roles actors.Roles) string {
	if roles.CanUsePanel() {
		return paths.Panel(team.Slug())
	}
	return paths.App(team.Slug())
}

// NextURL returns the page to open after sign-in, leaving prompts aside. It is next if that names a page. Otherwise it is the Admin
// Panel if there is exactly one, Team Selection with several or with no team, and else the App.
func NextURL(app core.App, account *core.Record, next string) (string, error) {
	if next != "/" && next != paths.AdminPanels {
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
	case len(panels) > 1 || len(places) == 0 || next == paths.AdminPanels:
		return paths.Teams, nil
	}
	return TeamHome(teams.Of(places[0].Team), places[0].Roles), nil
}

// promptPaths are prefixes of pages that are prompts themselves.
var promptPaths = []string{paths.InvitationPrefix, paths.JoinPrefix, paths.RoomPrefix, paths.LivePrefix}

// AfterSignIn returns the page to open after a sign-in or an answer: first Team Selection if there are pending invitations or guest
// prompts, then NextURL (R51, R56). If next is an invitation or a session, it goes there directly.
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
		return paths.Teams + "?next=" + url.QueryEscape(next), nil
	}
	return NextURL(app, account, next)
}
