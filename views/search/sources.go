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
