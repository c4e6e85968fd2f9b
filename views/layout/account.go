package layout

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/members"
	"usher/hooks/paths"
	"usher/hooks/teams"
	"usher/static"
	"usher/views/ui"
)

// AccountShell returns the shell of the account pages, which don't belong to a team. The last of crumbs is the page itself.
func AccountShell(e *core.RequestEvent, account *core.Record, parts []ui.NavItem, crumbs ...ui.Breadcrumb) (ui.ShellProps, error) {
	places, err := members.TeamsOf(e.App, account, false)
	if err != nil {
		return ui.ShellProps{}, err
	}
	shell := ui.ShellProps{
		Page:        ui.PageProps{Title: crumbs[len(crumbs)-1].Label + " · Usher", NoIndex: true, Toast: TakeToast(e)},
		Breadcrumbs: crumbs, Nav: []ui.NavGroup{{Title: "Account", Items: parts}},
		FooterLink: &ui.NavItem{Label: "Back to team", Href: "/", Icon: "arrow-left"},
		UserMenu:   ui.UserMenu{Name: actors.DisplayName(account), Subtitle: account.Email(), AvatarURL: AvatarPath(account), Items: userMenuItems()},
		Switcher: ui.Switcher{Name: "Your account", Subtitle: "All teams", Logo: static.URL("icons/usher.svg"), Label: "Switch to a team",
			Items: []ui.MenuItem{{Label: "All teams", Href: paths.Teams, Icon: "layers"}}},
	}
	for _, place := range places {
		team := teams.Of(place.Team)
		shell.Switcher.Entries = append(shell.Switcher.Entries, ui.SwitcherEntry{
			Name: team.Name(), Subtitle: RoleLabel(place.Roles, place.Kind), Logo: team.LogoPath(), Href: TeamHome(team, place.Roles)})
	}
	if len(places) == 0 {
		shell.FooterLink = &ui.NavItem{Label: "Create or join a team", Href: paths.Teams, Icon: "arrow-left"}
	}
	return shell, nil
}
