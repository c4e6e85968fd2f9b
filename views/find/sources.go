package find

import (
	"net/url"
	"time"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/members"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/views/ui"
)

// maxFound is how many people are listed: who looks for more goes to the list of users.
const maxFound = 8

// otherWords are what else people call a page.
var otherWords = map[string]string{
	"Users": "people members guests roles seats", "Settings": "profile logo name time zone mail plan",
	"Audit log": "history activity who did what", "Account": "profile password devices", "App": "home sessions",
	"Admin Panel": "users seats settings", "Home": "start", "Rooms": "spaces bookings free", "Calendar": "week month agenda feed schedule",
	"Sessions": "meetings schedule",
}

// pages are the ways of the shell: its navigation, the other area, and what hangs in the person's menu.
func pages(q Question) (Group, error) {
	group := Group{Title: "Pages"}
	add := func(label, href, icon string) {
		if href != "" && q.matches(label+" "+otherWords[label]) {
			group.Items = append(group.Items, Item{Label: label, Href: href, Icon: icon})
		}
	}
	for _, part := range q.Shell.Nav {
		for _, item := range part.Items {
			add(item.Label, item.Href, item.Icon)
		}
	}
	if foot := q.Shell.Foot; foot != nil {
		add(foot.Label, foot.Href, foot.Icon)
	}
	if q.Words != "" {
		for _, item := range q.Shell.Person.Items {
			add(item.Label, item.Href, item.Icon)
		}
	}
	return group, nil
}

// otherTeams are the teams to switch to.
func otherTeams(q Question) (Group, error) {
	group := Group{Title: "Switch team"}
	for _, entry := range q.Shell.Switcher.Entries {
		if !entry.Current && q.matches(entry.Name+" switch team") {
			group.Items = append(group.Items, Item{Label: entry.Name, Small: entry.Small, Href: entry.Href, Icon: "layers"})
		}
	}
	return group, nil
}

// tasks are what is done often.
func tasks(q Question) (Group, error) {
	group := Group{Title: "Do"}
	if q.Actor.SeesPanel() && q.matches("Add users invite new people") {
		group.Items = append(group.Items, Item{Label: "Add users", Href: panel(q) + "/users/add", Icon: "user-plus"})
	}
	if q.Actor.CanHost() && q.matches("New session schedule meeting") {
		group.Items = append(group.Items, Item{Label: "New session", Href: app(q) + "/sessions/new", Icon: "calendar-plus"})
	}
	if q.Actor.EditsRooms() && q.matches("New room make create") {
		group.Items = append(group.Items, Item{Label: "New room", Href: panel(q) + "/rooms/new", Icon: "plus"})
	}
	return group, nil
}

// meetings are the sessions that the actor holds or is asked to, by their title.
func meetings(q Question) (Group, error) {
	group := Group{Title: "Sessions"}
	if q.Words == "" {
		return group, nil
	}
	page, err := sessions.Mine(q.App, q.Actor, sessions.Query{Search: q.Words, Size: maxFound})
	if err != nil {
		return group, err
	}
	times := accounts.Times(q.Actor.Account, teams.Of(q.Actor.Team).Zone())
	for _, row := range page.Rows {
		small := ui.WhenFor(row.Starts(), time.Now(), times, ui.Short)
		if row.Status == sessions.Running {
			small = "Running now"
		}
		group.Items = append(group.Items, Item{Label: row.Title, Small: small, Href: app(q) + "/sessions/" + row.ID, Icon: "video"})
	}
	return group, nil
}

func app(q Question) string { return "/app/" + teams.Of(q.Actor.Team).Slug() }

// people are the people of the team by name or address, for those who see its list. Where an address is nobody's,
// it can be invited.
func people(q Question) (Group, error) {
	group := Group{Title: "People"}
	if q.Words == "" || !q.Actor.SeesPanel() {
		return group, nil
	}
	page, err := members.List(q.App, q.Actor.Team.Id, members.Query{Search: q.Words, Size: maxFound})
	if err != nil {
		return group, err
	}
	for _, row := range page.Rows {
		group.Items = append(group.Items, Item{
			Label: row.Called(), Small: small(row), Href: panel(q) + "/users/" + row.ID,
			Person: true, You: row.User == q.Actor.Account.Id, Picture: accounts.PicturePath(row.User, row.Avatar)})
	}
	if page.Total > len(page.Rows) {
		group.Items = append(group.Items, Item{Label: "Show all " + ui.Number(page.Total) + " users", Icon: "users",
			Href: panel(q) + "/users?q=" + url.QueryEscape(q.Words)})
	}
	if address, err := accounts.Canonical(q.Words); err == nil && page.Total == 0 && q.Actor.CanInvite(actors.Roles{}, actors.Roles{}) {
		group.Invites = true
		group.Items = append(group.Items, Item{Label: "Invite " + address, Icon: "send", Href: panel(q) + "/users/add?list=" + url.QueryEscape(address)})
	}
	return group, nil
}

// small is what stands under a person's name.
func small(row members.Row) string {
	text := row.Status
	switch {
	case row.Status == "accepted" && row.Kind == members.Guest:
		text = "guest"
	case row.Status == "accepted":
		text = row.Roles().Words()
	case !row.Offered().None():
		text = row.Offered().Words() + ", " + row.Status
	}
	if row.Name != "" {
		return row.Email + " · " + text
	}
	return text
}

func panel(q Question) string { return "/admin/" + teams.Of(q.Actor.Team).Slug() }
