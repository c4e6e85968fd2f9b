package panel

import (
	"github.com/a-h/templ"

	"usher/hooks/actors"
	"usher/hooks/mail"
	"usher/hooks/people"
	"usher/views/ui"
)

// rowForm is the id of the form that sends the actions of row menus, because the list is a form itself.
const rowForm = "row-action"

// rowMenu returns the actions that a user's details offer, for the menu of their row. The items have no icons, which would make the
// page much larger.
func rowMenu(actor *actors.Actor, row *people.Row, path string, delivery mail.State) []ui.MenuItem {
	self := row.User == actor.Account.Id
	dangerous := removalItems(actor, row, path, self)
	items := []ui.MenuItem{{Label: "Copy link", Attrs: templ.Attributes{"data-copy": path, "data-copied": "Link copied."}}}
	if row.Invitation != "" && actor.CanManageInvitation(row.InvitedRoles(), row.Roles()) {
		if row.Invited {
			items = append(items, ui.MenuItem{Label: "Resend invitation", Post: path + "/resend?invitation=" + row.Invitation, Form: rowForm})
			dangerous = append([]ui.MenuItem{{Label: "Revoke invitation…", Href: path + "/revoke", Danger: true}}, dangerous...)
		} else if row.User == "" {
			items = append(items, ui.MenuItem{Label: "Invite again…", Href: path + "/again"})
		}
		if isCorrectable(row, delivery) {
			items = append(items, ui.MenuItem{Label: "Correct address…", Href: path + "/correct"})
		}
	}
	for _, line := range roleLines(actor, row, path, self) {
		if line.ActionLabel == "" {
			continue
		}
		label := line.ActionLabel
		if line.IsRevoke {
			label = "Revoke " + line.Label + " role…"
		}
		items = append(items, ui.MenuItem{Label: label, Href: line.Href})
	}
	items = append(items, ui.MenuItem{Label: "Edit tags…", Href: path + "/tags"})
	if len(dangerous) > 0 {
		dangerous[0].DividerAbove = true
	}
	return append(items, dangerous...)
}

// removalItems returns the action that removes a user, if the details offer one.
func removalItems(actor *actors.Actor, row *people.Row, path string, self bool) []ui.MenuItem {
	var props UserDetailsProps
	fillRemoval(&props, actor, row, path, self)
	switch {
	case props.RemoveURL != "":
		return []ui.MenuItem{{Label: "Remove user…", Href: props.RemoveURL, Danger: true}}
	case props.LeaveURL != "":
		return []ui.MenuItem{{Label: "Leave team…", Href: props.LeaveURL, Danger: true, Attrs: templ.Attributes{"hx-boost": "false"}}}
	}
	return nil
}
