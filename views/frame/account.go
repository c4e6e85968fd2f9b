package frame

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/members"
	"usher/hooks/teams"
	"usher/static"
	"usher/views/ui"
)

// Account is the shell of the pages about the account itself, which belong to no team. crumbs are the way to the page.
func Account(e *core.RequestEvent, account *core.Record, parts []ui.NavItem, crumbs ...ui.Crumb) (ui.ShellProps, error) {
	places, err := members.Places(e.App, account, false)
	if err != nil {
		return ui.ShellProps{}, err
	}
	shell := ui.ShellProps{
		Page:   ui.PageProps{Title: crumbs[len(crumbs)-1].Label + " · Usher", NoIndex: true, Toast: Toast(e)},
		Crumbs: crumbs, Nav: []ui.NavGroup{{Title: "Account", Items: parts}},
		Foot:   &ui.NavItem{Label: "Back to your team", Href: "/", Icon: "arrow-left"},
		Person: ui.Person{Name: actors.DisplayName(account), Small: account.Email(), Picture: Picture(account), Items: menu()},
		Switcher: ui.Switcher{Name: "Your account", Small: "For every team", Logo: static.URL("icons/usher.svg"), Label: "Go to a team",
			Items: []ui.MenuItem{{Label: "All teams", Href: Chooser, Icon: "layers"}}},
	}
	for _, place := range places {
		team := teams.Of(place.Team)
		shell.Switcher.Entries = append(shell.Switcher.Entries, ui.SwitcherEntry{
			Name: team.Name(), Small: Standing(place.Roles, place.Kind), Logo: team.LogoPath(), Href: Home(team, place.Roles)})
	}
	if len(places) == 0 {
		shell.Foot = &ui.NavItem{Label: "Make or join a team", Href: Chooser, Icon: "arrow-left"}
	}
	return shell, nil
}
