package layout

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/members"
	"usher/hooks/teams"
	"usher/static"
	"usher/views/ui"
)

// AccountShell is the shell of the pages about the account itself, which belong to no team. crumbs are the way to the page.
func AccountShell(e *core.RequestEvent, account *core.Record, parts []ui.NavItem, crumbs ...ui.Breadcrumb) (ui.ShellProps, error) {
	places, err := members.TeamsOf(e.App, account, false)
	if err != nil {
		return ui.ShellProps{}, err
	}
	shell := ui.ShellProps{
		Page:        ui.PageProps{Title: crumbs[len(crumbs)-1].Label + " · Usher", NoIndex: true, Toast: TakeToast(e)},
		Breadcrumbs: crumbs, Nav: []ui.NavGroup{{Title: "Account", Items: parts}},
		FooterLink: &ui.NavItem{Label: "Back to your team", Href: "/", Icon: "arrow-left"},
		UserMenu:   ui.UserMenu{Name: actors.DisplayName(account), Subtitle: account.Email(), AvatarURL: AvatarPath(account), Items: userMenuItems()},
		Switcher: ui.Switcher{Name: "Your account", Subtitle: "For every team", Logo: static.URL("icons/usher.svg"), Label: "Go to a team",
			Items: []ui.MenuItem{{Label: "All teams", Href: TeamsPath, Icon: "layers"}}},
	}
	for _, place := range places {
		team := teams.Of(place.Team)
		shell.Switcher.Entries = append(shell.Switcher.Entries, ui.SwitcherEntry{
			Name: team.Name(), Subtitle: RoleLabel(place.Roles, place.Kind), Logo: team.LogoPath(), Href: TeamHome(team, place.Roles)})
	}
	if len(places) == 0 {
		shell.FooterLink = &ui.NavItem{Label: "Make or join a team", Href: TeamsPath, Icon: "arrow-left"}
	}
	return shell, nil
}
