package search

import (
	"usher/hooks/invitations"
	"usher/hooks/paths"
	"usher/hooks/teams"
	"usher/views/ui"
)

// maxImports is how many of the latest imports are searched.
const maxImports = 100

// frequentActions suggests actions before anything is typed.
func frequentActions(q Query) (Group, error) {
	if q.Text != "" {
		return Group{}, nil
	}
	return actions(q), nil
}

// actionResults returns matching actions, after the pages: someone who types the name of a page wants to go there.
func actionResults(q Query) (Group, error) {
	if q.Text == "" {
		return Group{}, nil
	}
	return actions(q), nil
}

func actions(q Query) Group {
	group := Group{Title: "Actions"}
	team := slug(q)
	add := func(allowed, frequent bool, words string, item Item) {
		if allowed && (frequent || q.Text != "") && q.matches(item.Label+" "+words) {
			group.Items = append(group.Items, item)
		}
	}
	panel := q.Actor.CanUsePanel()
	add(panel, true, "invite new people members", Item{Label: "Add users", Href: paths.AddUsers(team), Icon: "user-plus"})
	add(q.Actor.CanHost(), true, "start instant meeting call", Item{Label: "Meet now", Subtitle: q.Actor.TeamName(), Href: paths.MeetNow(team), Icon: "video", Post: true})
	add(q.Actor.CanHost(), true, "schedule meeting plan create", Item{Label: "New session", Href: paths.NewSession(team), Icon: "calendar-plus"})
	add(q.Actor.CanEditRooms(), true, "make create add", Item{Label: "New room", Href: paths.NewRoom(team), Icon: "plus"})
	add(panel, true, "change logo picture brand", Item{Label: "Change logo", Href: paths.Settings(team) + "#logo-section", Icon: "settings"})
	add(panel, true, "stop long running meeting over time", Item{Label: "End a session", Href: paths.ActiveSessions(team), Icon: "circle-stop"})
	add(panel, false, "in use how many running limit", Item{Label: "Check licences", Href: paths.Licences(team), Icon: "ticket"})
	add(q.Actor.CanManageBilling(), true, "seats licences storage buy add more", Item{Label: "Upgrade plan", Href: paths.Billing(team), Icon: "receipt"})
	add(q.Actor.CanTransferOwnership(), false, "owner ownership hand over give", Item{Label: "Transfer team", Href: paths.Ownership(team), Icon: "crown"})
	add(panel, false, "users people list file invite", Item{Label: "Upload CSV", Href: paths.AddUsers(team) + "?csv=1", Icon: "upload"})
	add(panel, false, "download csv people members list", Item{Label: "Export users", Href: paths.UsersExport(team), Icon: "download", Download: true})
	add(panel, false, "download csv history", Item{Label: "Export audit log", Href: paths.AuditExport(team), Icon: "download", Download: true})
	add(true, false, "keys hotkeys help", Item{Label: "Keyboard shortcuts", Icon: "keyboard", Shortcuts: true})
	add(!q.Actor.Roles.Owner, false, "quit exit", Item{Label: "Leave team", Subtitle: q.Actor.TeamName(), Href: paths.LeaveTeam(team), Icon: "log-out"})
	add(true, false, "log out logout signout exit", Item{Label: "Sign out", Href: paths.SignOut, Icon: "log-out", Post: true})
	return group
}

// importResults returns the latest imports, by the name of the file, for readers of the list of users.
func importResults(q Query) (Group, error) {
	group := Group{Title: "Imports"}
	if q.Text == "" || !q.Actor.CanUsePanel() {
		return group, nil
	}
	all, err := invitations.ListImports(q.App, q.Actor.Team.Id, maxImports)
	if err != nil {
		return group, err
	}
	for _, one := range all {
		if len(group.Items) < maxResults && q.matches(one.Title()+" import report csv") {
			started := ui.FormatTime(one.Created(), q.now, teams.Of(q.Actor.Team).Zone(), ui.Short)
			group.Items = append(group.Items, Item{Label: one.Title(), Subtitle: ui.Count(one.Total(), "row", "rows") + " · " + started, Href: paths.Imports(slug(q)) + "/" + one.Id, Icon: "upload"})
		}
	}
	return group, nil
}
