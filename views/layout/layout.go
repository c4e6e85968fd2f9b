// Package layout fills the shell around pages for the signed-in user: team switcher, navigation, user menu, toasts and warnings. It
// also holds components that several areas share.
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
	"usher/hooks/paths"
	"usher/hooks/people"
	"usher/hooks/plans"
	"usher/hooks/seats"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/hooks/tools/settings"
	"usher/static"
	"usher/views/ui"
	"usher/views/web"
)

// AppShell returns the shell of the App for the actor's team. current is the key of the page in the navigation: "home", "calendar",
// "sessions", "recordings" or "rooms". The page adds its title, breadcrumbs and drawer.
func AppShell(e *core.RequestEvent, actor *actors.Actor, current string) (ui.ShellProps, error) {
	places, err := members.TeamsOf(e.App, actor.Account, false)
	if err != nil {
		return ui.ShellProps{}, err
	}
	slug := teams.Of(actor.Team).Slug()
	shell := baseShell(e, actor, places, paths.App, "App")
	shell.SearchURL = paths.AppSearch(slug)
	shell.Page.Stylesheets, shell.Page.Scripts = []string{static.URL("app.css")}, static.ModulesOf("app")
	running, err := sessions.CountRunning(e.App, actor)
	if err != nil {
		return shell, err
	}
	meet := ui.NavItem{Label: "Sessions", Href: paths.Sessions(slug), Icon: "video", CountNote: "running", Current: current == "sessions"}
	if running > 0 {
		meet.Count, meet.Live = ui.Number(running), true
	}
	shell.Nav = []ui.NavGroup{{Items: []ui.NavItem{
		{Label: "Home", Href: paths.App(slug), Icon: "house", Current: current == "home"},
		{Label: "Calendar", Href: paths.Calendar(slug), Icon: "calendar", Current: current == "calendar"},
		meet,
		{Label: "Recordings", Href: paths.AppRecordings(slug), Icon: "clapperboard", Current: current == "recordings"},
	}}}
	if actor.CanSeeRooms() {
		shell.Nav[0].Items = append(shell.Nav[0].Items, ui.NavItem{Label: "Rooms", Href: paths.AppRooms(slug), Icon: "door-open", Current: current == "rooms"})
	}
	if actor.Roles.CanUsePanel() {
		shell.FooterLink = &ui.NavItem{Label: "Admin Panel", Href: paths.Panel(slug), Icon: "shield", OtherArea: true}
	}
	return shell, nil
}

// PanelShell returns the shell of the Admin Panel for the actor's team. current is the key of the page in the navigation: "users",
// "rooms", "licences", "active", "recordings", "usage", "billing", "settings" or "audit". It warns if live media or email doesn't work, and if seats or licences run out.
func PanelShell(e *core.RequestEvent, actor *actors.Actor, current string) (ui.ShellProps, error) {
	places, err := members.TeamsOf(e.App, actor.Account, true)
	if err != nil {
		return ui.ShellProps{}, err
	}
	counts, err := people.Count(e.App, actor.Team.Id)
	if err != nil {
		return ui.ShellProps{}, err
	}
	now, err := seats.Of(e.App, actor.Team.Id)
	if err != nil {
		return ui.ShellProps{}, err
	}
	slug := teams.Of(actor.Team).Slug()
	shell := baseShell(e, actor, places, paths.Panel, "Admin Panel")
	shell.SearchURL = paths.PanelSearch(slug)
	shell.Nav = []ui.NavGroup{
		{Title: "People", Items: []ui.NavItem{{Label: "Users", Href: paths.Users(slug), Icon: "users",
			Count: ui.Number(counts.Accepted), CountNote: "members", Current: current == "users"}}},
		{Title: "Spaces", Items: []ui.NavItem{{Label: "Rooms", Href: paths.PanelRooms(slug), Icon: "door-open", Current: current == "rooms"}}},
		{Title: "Monitoring", Items: []ui.NavItem{
			licencesItem(slug, now, current == "licences"),
			{Label: "Active sessions", Href: paths.ActiveSessions(slug), Icon: "radio", Current: current == "active"},
			{Label: "Recordings", Href: paths.PanelRecordings(slug), Icon: "clapperboard", Current: current == "recordings"},
		}},
		{Title: "Insight", Items: []ui.NavItem{{Label: "Usage", Href: paths.Usage(slug), Icon: "chart-column", Current: current == "usage"}}},
		{Title: "Team", Items: []ui.NavItem{
			{Label: "Billing & plans", Href: paths.Billing(slug), Icon: "receipt", Current: current == "billing"},
			{Label: "Settings", Href: paths.Settings(slug), Icon: "settings", Current: current == "settings"},
			{Label: "Audit log", Href: paths.AuditLog(slug), Icon: "scroll-text", Current: current == "audit"},
		}},
	}
	shell.FooterLink = &ui.NavItem{Label: "App", Href: paths.App(slug), Icon: "layout-grid", OtherArea: true}
	if current == "licences" || current == "usage" {
		shell.Page.Stylesheets = []string{static.URL("charts.css")}
	}
	offered, err := ownershipNotice(e, actor)
	if err != nil {
		return shell, err
	}
	payment, err := paymentNotice(e, actor)
	shell.Notices = templ.Join(offered, warnings(e), payment, shortageNotice(e, current, now))
	return shell, err
}

func licencesItem(slug string, now seats.Seats, current bool) ui.NavItem {
	item := ui.NavItem{Label: "Licences", Href: paths.Licences(slug), Icon: "ticket", Count: ui.Number(now.Licences.Used), CountNote: "in use", Current: current}
	if now.Licences.Limit != plans.Unlimited {
		item.Count += " of " + ui.Number(now.Licences.Limit)
	}
	return item
}

func baseShell(e *core.RequestEvent, actor *actors.Actor, places []members.TeamRole, home func(slug string) string, area string) ui.ShellProps {
	team := teams.Of(actor.Team)
	shell := ui.ShellProps{
		Page:     ui.PageProps{NoIndex: true, Toast: TakeToast(e), Events: web.EventsPath(team.Id)},
		UserMenu: ui.UserMenu{Name: actor.Name(), Subtitle: RoleLabel(actor.Roles, actor.Kind), AvatarURL: AvatarPath(actor.Account), Items: userMenuItems()},
		Switcher: ui.Switcher{Name: team.Name(), Subtitle: area, Logo: team.LogoPath(), Label: "Switch team",
			Items: []ui.MenuItem{{Label: "All teams", Href: paths.Teams, Icon: "layers"}}},
	}
	if settings.Of(e.App).Teams == "any" {
		shell.Switcher.Items = append(shell.Switcher.Items, ui.MenuItem{Label: "Create team", Href: paths.CreateTeam, Icon: "plus"})
	}
	for _, place := range places {
		other := teams.Of(place.Team)
		shell.Switcher.Entries = append(shell.Switcher.Entries, ui.SwitcherEntry{
			Name: other.Name(), Subtitle: RoleLabel(place.Roles, place.Kind), Logo: other.LogoPath(),
			Href: home(other.Slug()), Current: other.Id == team.Id,
		})
	}
	return shell
}

// PageTitle is the title of the document of a page about something in the team: "Rooms · Halation".
func PageTitle(e *core.RequestEvent, about string) string {
	return about + " · " + web.Actor(e).TeamName()
}

// AvatarPath returns the path of an account's picture, or "".
func AvatarPath(account *core.Record) string {
	return accounts.AvatarPath(account.Id, accounts.AvatarFile(account))
}

func userMenuItems() []ui.MenuItem {
	return []ui.MenuItem{
		{Label: "Account", Href: paths.Account, Icon: "circle-user", DividerAbove: true},
		{Label: "Choose a team", Href: paths.Teams, Icon: "layers"},
		{Label: "Help", Href: paths.Help, Icon: "circle-question-mark"},
		{Label: "Sign out", Post: paths.SignOut, Icon: "log-out", DividerAbove: true},
	}
}

// RoleLabel names the roles or the kind of a user in a team, starting with a capital: "Owner and Organizer", "Member", "Guest".
func RoleLabel(roles actors.Roles, kind string) string {
	if !roles.None() {
		return roles.Label()
	}
	if kind == actors.Guest {
		return "Guest"
	}
	return "Member"
}

// RoleNoun is RoleLabel within a sentence: "an Admin", "an Admin and Organizer", "a member".
func RoleNoun(roles actors.Roles, kind string) string {
	if roles.None() {
		return "a " + strings.ToLower(RoleLabel(roles, kind))
	}
	if roles.Owner {
		return "the " + roles.Label()
	}
	return "an " + roles.Label()
}

// TakeToast returns the toast that the previous request left, once; nil if there is none.
func TakeToast(e *core.RequestEvent) *ui.ToastProps {
	return ToastProps(web.TakeToast(e))
}

// ToastProps returns the toast to show; nil if there is none.
func ToastProps(toast web.Toast) *ui.ToastProps {
	if toast.Text == "" {
		return nil
	}
	props := &ui.ToastProps{Text: toast.Text}
	if toast.UndoPath != "" {
		props.Action, props.Post, props.Fields = "Undo", toast.UndoPath, toast.UndoFields
	} else if toast.LinkPath != "" {
		props.Action, props.Href = toast.Link, toast.LinkPath
	}
	return props
}

// warnings returns the warnings shown in the Admin Panel.
func warnings(e *core.RequestEvent) templ.Component {
	var all []templ.Component
	for _, warn := range []func(core.App) (ui.NoticeProps, bool){emailWarning, liveWarning} {
		if warning, ok := warn(e.App); ok {
			warning.Folded = warning.Fold != "" && web.IsFolded(e, warning.Fold)
			all = append(all, ui.Notice(warning))
		}
	}
	return templ.Join(all...)
}

// liveWarning is shown in the Admin Panel while no session can be held.
func liveWarning(app core.App) (ui.NoticeProps, bool) {
	if !live.Enabled(app) {
		return ui.NoticeProps{}, false
	}
	why := live.Ready(app)
	if why == nil {
		return ui.NoticeProps{}, false
	}
	return ui.NoticeProps{Icon: "video-off", Title: "Live media isn't working.",
		Text: "Sessions can't be held right now. Everything else works. Usher keeps trying; contact your server administrator with this reason: " + why.Error() + "."}, true
}

// emailWarning is shown in the Admin Panel while no emails are sent (R160).
func emailWarning(app core.App) (ui.NoticeProps, bool) {
	if !mail.Enabled(app) {
		return ui.NoticeProps{Icon: "mail-x", Title: "Email isn't set up.", Fold: "email",
			Text: "Copy each invitation link and share it yourself. It's shown only once.",
			More: "Emails are printed on the server's console. For each new user, the server administrator also runs “usher user confirm ADDRESS”. " +
				"To set up email, they set USHER_MAIL_FROM and RESEND_API_KEY or USHER_SMTP_URL."}, true
	}
	if trouble := strings.TrimSpace(mail.Problem(app)); trouble != "" {
		return ui.NoticeProps{Icon: "mail-warning", Title: "Emails are waiting.", Text: trouble}, true
	}
	return ui.NoticeProps{}, false
}
