package search

import (
	"net/url"
	"time"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/paths"
	"usher/hooks/people"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/views/ui"
)

// maxResults is how many results a group lists.
const maxResults = 8

// synonyms lists other words by which pages are found.
var synonyms = map[string]string{
	"Users": "people members guests roles seats", "Settings": "profile logo name time zone email mail plan",
	"Audit log": "history activity who did what", "Account": "profile password devices", "App": "home sessions",
	"Admin Panel": "users seats settings", "Home": "start", "Rooms": "spaces bookings free", "Calendar": "week month agenda feed schedule",
	"Sessions": "meetings schedule",
}

// pageResults returns pages from the shell's navigation, its footer link and, with a query, its user menu.
func pageResults(q Query) (Group, error) {
	group := Group{Title: "Pages"}
	add := func(label, href, icon string) {
		if href != "" && q.matches(label+" "+synonyms[label]) {
			group.Items = append(group.Items, Item{Label: label, Href: href, Icon: icon})
		}
	}
	for _, part := range q.Shell.Nav {
		for _, item := range part.Items {
			add(item.Label, item.Href, item.Icon)
		}
	}
	if foot := q.Shell.FooterLink; foot != nil {
		add(foot.Label, foot.Href, foot.Icon)
	}
	if q.Text != "" {
		for _, item := range q.Shell.UserMenu.Items {
			add(item.Label, item.Href, item.Icon)
		}
	}
	return group, nil
}

// teamResults returns the teams to switch to.
func teamResults(q Query) (Group, error) {
	group := Group{Title: "Switch team"}
	for _, entry := range q.Shell.Switcher.Entries {
		if !entry.Current && q.matches(entry.Name+" switch team") {
			group.Items = append(group.Items, Item{Label: entry.Name, Subtitle: entry.Subtitle, Href: entry.Href, Icon: "layers"})
		}
	}
	return group, nil
}

// actionResults returns frequent actions.
func actionResults(q Query) (Group, error) {
	group := Group{Title: "Actions"}
	if q.Actor.CanUsePanel() && q.matches("Add users invite new people") {
		group.Items = append(group.Items, Item{Label: "Add users", Href: paths.AddUsers(slug(q)), Icon: "user-plus"})
	}
	if q.Actor.CanHost() && q.matches("New session schedule meeting") {
		group.Items = append(group.Items, Item{Label: "New session", Href: paths.NewSession(slug(q)), Icon: "calendar-plus"})
	}
	if q.Actor.CanEditRooms() && q.matches("New room make create") {
		group.Items = append(group.Items, Item{Label: "New room", Href: paths.PanelRooms(slug(q)) + "/new", Icon: "plus"})
	}
	return group, nil
}

// sessionResults returns the sessions that the actor hosts or is invited to, by title, description, room or host.
func sessionResults(q Query) (Group, error) {
	group := Group{Title: "Sessions"}
	if q.Text == "" {
		return group, nil
	}
	page, err := sessions.ListForUser(q.App, q.Actor, sessions.Query{Search: q.Text, Size: maxResults})
	if err != nil {
		return group, err
	}
	times := accounts.ReaderZone(q.Actor.Account, teams.Of(q.Actor.Team).Zone())
	for _, row := range page.Rows {
		subtitle := ui.FormatTimeFor(row.Starts(), time.Now(), times, ui.Short)
		if row.Status == sessions.Running {
			subtitle = "Running now"
		}
		group.Items = append(group.Items, Item{Label: row.Title, Subtitle: subtitle, Href: paths.Session(slug(q), row.ID), Icon: "video"})
	}
	return group, nil
}

// peopleResults returns users by name or address, for readers of the list of users. An address without a user can be invited.
func peopleResults(q Query) (Group, error) {
	group := Group{Title: "Users"}
	if q.Text == "" || !q.Actor.CanUsePanel() {
		return group, nil
	}
	page, err := people.List(q.App, q.Actor.Team.Id, people.Query{Search: q.Text, Size: maxResults})
	if err != nil {
		return group, err
	}
	for _, row := range page.Rows {
		group.Items = append(group.Items, Item{
			Label: row.DisplayName(), Subtitle: personSubtitle(row), Href: paths.User(slug(q), row.ID),
			Person: true, You: row.User == q.Actor.Account.Id, AvatarURL: accounts.AvatarPath(row.User, row.Avatar)})
	}
	if page.Total > len(page.Rows) {
		group.Items = append(group.Items, Item{Label: "Show all " + ui.Number(page.Total) + " users", Icon: "users",
			Href: paths.Users(slug(q)) + "?q=" + url.QueryEscape(q.Text)})
	}
	if address, err := accounts.CanonicalEmail(q.Text); err == nil && page.Total == 0 && q.Actor.CanInvite(actors.Roles{}, actors.Roles{}) {
		group.OffersInvitation = true
		group.Items = append(group.Items, Item{Label: "Invite " + address, Icon: "send", Href: paths.AddUsers(slug(q)) + "?list=" + url.QueryEscape(address)})
	}
	return group, nil
}

// personSubtitle returns the line below a user's name.
func personSubtitle(row people.Row) string {
	text := row.Status
	switch {
	case row.Status == "accepted" && row.Kind == actors.Guest:
		text = "guest"
	case row.Status == "accepted":
		text = row.Roles().Label()
	case !row.InvitedRoles().None():
		text = row.InvitedRoles().Label() + ", " + row.Status
	}
	if row.Name != "" {
		return row.Email + " · " + text
	}
	return text
}

func slug(q Query) string { return teams.Of(q.Actor.Team).Slug() }
