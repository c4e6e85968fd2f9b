// Package layout fills the shell around a page for whoever is signed in: the teams to switch to, the ways to
// go, the person's menu, what the last page had to say, and what the panel must be warned of.
package layout

import (
	"strings"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/live"
	"usher/hooks/mail"
	"usher/hooks/members"
	"usher/hooks/people"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/hooks/tools/settings"
	"usher/static"
	"usher/views/ui"
	"usher/views/web"
)

// AppShell is the shell of the App for the actor's team. current is the key of the page in the navigation: "home", "calendar" or
// "sessions".
// The page adds its title, its crumbs and whatever stands at the right.
func AppShell(e *core.RequestEvent, actor *actors.Actor, current string) (ui.ShellProps, error) {
	places, err := members.TeamsOf(e.App, actor.Account, false)
	if err != nil {
		return ui.ShellProps{}, err
	}
	team := teams.Of(actor.Team)
	shell := baseShell(e, actor, places, "/app/", "App")
	shell.SearchURL = "/app/" + team.Slug() + "/find"
	shell.Page.Stylesheets, shell.Page.Scripts = []string{static.URL("app.css")}, static.ModulesOf("app")[:1]
	at := "/app/" + team.Slug()
	running, err := sessions.CountRunning(e.App, actor)
	if err != nil {
		return shell, err
	}
	meet := ui.NavItem{Label: "Sessions", Href: at + "/sessions", Icon: "video", CountNote: "running", Current: current == "sessions"}
	if running > 0 {
		meet.Count, meet.Live = ui.Number(running), true
	}
	shell.Nav = []ui.NavGroup{{Items: []ui.NavItem{
		{Label: "Home", Href: at, Icon: "house", Current: current == "home"},
		{Label: "Calendar", Href: at + "/calendar", Icon: "calendar", Current: current == "calendar"},
		meet,
	}}}
	if actor.CanSeeRooms() {
		shell.Nav[0].Items = append(shell.Nav[0].Items, ui.NavItem{Label: "Rooms", Href: "/app/" + team.Slug() + "/rooms", Icon: "door-open", Current: current == "rooms"})
	}
	if actor.CanUsePanel() {
		shell.FooterLink = &ui.NavItem{Label: "Admin Panel", Href: "/admin/" + team.Slug(), Icon: "shield", OtherArea: true}
	}
	return shell, nil
}

// PanelShell is the shell of the Admin Panel for the actor's team. current is the key of the page in the
// navigation: "users", "rooms", "settings" or "audit". It warns where letters do not leave.
func PanelShell(e *core.RequestEvent, actor *actors.Actor, current string) (ui.ShellProps, error) {
	places, err := members.TeamsOf(e.App, actor.Account, true)
	if err != nil {
		return ui.ShellProps{}, err
	}
	counts, err := people.Count(e.App, actor.Team.Id)
	if err != nil {
		return ui.ShellProps{}, err
	}
	at := "/admin/" + teams.Of(actor.Team).Slug()
	shell := baseShell(e, actor, places, "/admin/", "Admin Panel")
	shell.SearchURL = at + "/find"
	shell.Nav = []ui.NavGroup{
		{Title: "People", Items: []ui.NavItem{{Label: "Users", Href: at + "/users", Icon: "users",
			Count: ui.Number(counts.Accepted), CountNote: "members", Current: current == "users"}}},
		{Title: "Spaces", Items: []ui.NavItem{{Label: "Rooms", Href: at + "/rooms", Icon: "door-open", Current: current == "rooms"}}},
		{Title: "Team", Items: []ui.NavItem{
			{Label: "Settings", Href: at + "/settings", Icon: "settings", Current: current == "settings"},
			{Label: "Audit log", Href: at + "/audit", Icon: "scroll-text", Current: current == "audit"},
		}},
	}
	shell.FooterLink = &ui.NavItem{Label: "App", Href: "/app/" + teams.Of(actor.Team).Slug(), Icon: "layout-grid", OtherArea: true}
	shell.Notices = warnings(e.App)
	return shell, nil
}

func baseShell(e *core.RequestEvent, actor *actors.Actor, places []members.TeamRole, root, area string) ui.ShellProps {
	team := teams.Of(actor.Team)
	shell := ui.ShellProps{
		Page:     ui.PageProps{NoIndex: true, Toast: TakeToast(e), Events: web.EventsPath(team.Id)},
		UserMenu: ui.UserMenu{Name: actor.Name(), Subtitle: RoleLabel(actor.Roles, actor.Kind), AvatarURL: AvatarPath(actor.Account), Items: userMenuItems()},
		Switcher: ui.Switcher{Name: team.Name(), Subtitle: area, Logo: team.LogoPath(), Label: "Switch team",
			Items: []ui.MenuItem{{Label: "All teams", Href: "/teams", Icon: "layers"}}},
	}
	if settings.Of(e.App).Teams == "any" {
		shell.Switcher.Items = append(shell.Switcher.Items, ui.MenuItem{Label: "Make a new team", Href: "/teams?new=1", Icon: "plus"})
	}
	for _, place := range places {
		other := teams.Of(place.Team)
		shell.Switcher.Entries = append(shell.Switcher.Entries, ui.SwitcherEntry{
			Name: other.Name(), Subtitle: RoleLabel(place.Roles, place.Kind), Logo: other.LogoPath(),
			Href: root + other.Slug(), Current: other.Id == team.Id,
		})
	}
	return shell
}

// AvatarPath is the address of an account's picture, or empty.
func AvatarPath(account *core.Record) string {
	return accounts.AvatarPath(account.Id, account.GetString("avatar"))
}

func userMenuItems() []ui.MenuItem {
	return []ui.MenuItem{
		{Label: "Account", Href: "/account", Icon: "circle-user", DividerAbove: true},
		{Label: "Choose a team", Href: "/teams", Icon: "layers"},
		{Label: "Sign out", Post: "/signout", Icon: "log-out", DividerAbove: true},
	}
}

// RoleLabel is what somebody is in a team, in words that begin with a capital: "Owner and Organizer",
// "Member", "Guest".
func RoleLabel(roles actors.Roles, kind string) string {
	if !roles.None() {
		return roles.Label()
	}
	if kind == actors.Guest {
		return "Guest"
	}
	return "Member"
}

// TakeToast is what the page before has to say, once; nil if there is nothing.
func TakeToast(e *core.RequestEvent) *ui.ToastProps {
	if sentence := web.TakeToast(e); sentence != "" {
		return &ui.ToastProps{Text: sentence}
	}
	return nil
}

// warnings are what the panel must be told of; nil if there is nothing.
func warnings(app core.App) templ.Component {
	var all []templ.Component
	for _, warn := range []func(core.App) (ui.NoticeProps, bool){emailWarning, liveWarning} {
		if warning, ok := warn(app); ok {
			all = append(all, ui.Notice(warning))
		}
	}
	if len(all) == 0 {
		return nil
	}
	return templ.Join(all...)
}

// liveWarning is what the panel says while no session can be held.
func liveWarning(app core.App) (ui.NoticeProps, bool) {
	if !live.Enabled(app) {
		return ui.NoticeProps{}, false
	}
	why := live.Ready(app)
	if why == nil {
		return ui.NoticeProps{}, false
	}
	return ui.NoticeProps{Icon: "video-off", Title: "Live media is off.",
		Text: "Sessions cannot be held now, all else works. The reason, for whoever runs the server: " + why.Error() + ". It is tried again by itself."}, true
}

// emailWarning is what the panel says while letters do not leave (R160).
func emailWarning(app core.App) (ui.NoticeProps, bool) {
	if !mail.Enabled(app) {
		return ui.NoticeProps{Icon: "mail-x", Title: "Mail is off.",
			Text: "You are given each invitation's link once, to hand it on yourself.",
			More: "Letters are printed on the server's console. New people also need “usher user confirm ADDRESS” on the server. " +
				"Whoever runs it turns mail on by setting RESEND_API_KEY and USHER_MAIL_FROM."}, true
	}
	if trouble := strings.TrimSpace(mail.Problem(app)); trouble != "" {
		return ui.NoticeProps{Icon: "mail-warning", Title: "Emails are waiting.", Text: trouble}, true
	}
	return ui.NoticeProps{}, false
}
