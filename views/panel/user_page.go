package panel

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/invitations"
	"usher/hooks/mail"
	"usher/hooks/paths"
	"usher/hooks/people"
	"usher/hooks/seats"
	"usher/hooks/tools/text"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

func isFull(code string) bool { return code == seats.CodeFull }

func loadUserDetails(e *core.RequestEvent, row *people.Row, query people.Query, list UserListProps) (UserDetailsProps, error) {
	actor, path := web.Actor(e), userPath(e, row)
	self := row.User == actor.Account.Id
	props := UserDetailsProps{
		Name: row.DisplayName(), AvatarURL: accounts.AvatarPath(row.User, row.Avatar), Email: accounts.AddressLabel(row.Email), You: self, State: row.Status, StatusLabel: statusLabel(row.Status),
		Guest: row.Kind == actors.Guest, Roles: roleLines(actor, row, path, self), PlanURL: billingPath(e), PermissionsURL: permissionsPath(e),
		Drawer: ui.DrawerProps{Label: row.DisplayName(), CloseURL: queryHref(usersPath(e), query), CopyLink: true, Attrs: ui.OpenDrawer()},
	}
	for _, option := range list.TagOptions {
		if option.Value != "" {
			props.Tags.KnownTags = append(props.Tags.KnownTags, option.Value)
		}
	}
	props.Tags.Names, props.Tags.Path = row.Tags, path+"/tags"
	err := fillPosition(e, &props.Drawer, list, query, row.ID)
	if err != nil {
		return props, err
	}
	if props.History, err = loadHistory(e, row, query); err != nil {
		return props, err
	}
	if props.Activity, err = loadActivity(e, row); err != nil {
		return props, err
	}
	if props.Sessions, err = loadUserSessions(e, row); err != nil {
		return props, err
	}
	fillRemoval(&props, actor, row, path, self)
	return props, fillInvitation(e.App, &props, actor, row, path)
}

// fillPosition sets the user's position in the list and the links to the previous and next user, who may be on another page of it.
func fillPosition(e *core.RequestEvent, head *ui.DrawerProps, list UserListProps, query people.Query, id string) error {
	n := slices.IndexFunc(list.Rows, func(row UserRowProps) bool { return row.ID == id })
	if n < 0 {
		return nil
	}
	head.Position = ui.Number(list.From+n) + " of " + ui.Number(list.Total)
	page := (list.From-1)/pageSize + 1
	var err error
	if n > 0 {
		head.PreviousURL = list.Rows[n-1].Href
	} else if list.From > 1 {
		if head.PreviousURL, err = neighbourHref(e, atPage(query, page-1, "", id)); err != nil {
			return err
		}
	}
	if n+1 < len(list.Rows) {
		head.NextURL = list.Rows[n+1].Href
	} else if list.To < list.Total {
		head.NextURL, err = neighbourHref(e, atPage(query, page+1, id, ""))
	}
	return err
}

// neighbourHref returns the link to the row directly after or before the one that the query names, on the page of the query.
func neighbourHref(e *core.RequestEvent, query people.Query) (string, error) {
	one := query
	one.Size = 1
	page, err := people.List(e.App, web.Actor(e).Team.Id, one)
	if err != nil || len(page.Rows) == 0 {
		return "", err
	}
	return queryHref(usersPath(e)+"/"+page.Rows[0].ID, query), nil
}

// roleLines returns the roles, each with the one action that fits it (R58).
func roleLines(actor *actors.Actor, row *people.Row, path string, self bool) []RoleLine {
	var lines []RoleLine
	if row.Owner {
		lines = append(lines, RoleLine{Label: "Owner", Description: "Manages everything in the team, including Admins. Uses 1 Admin seat.",
			Note: "Can't be removed or demoted."})
	}
	for _, role := range actors.AssignableRoles {
		if role.Key == "admin" && row.Owner {
			continue
		}
		lines = append(lines, roleLine(actor, row, role, path, self))
	}
	return lines
}

func roleLine(actor *actors.Actor, row *people.Row, role actors.Role, path string, self bool) RoleLine {
	wanted := singleRole(role.Key)
	line := RoleLine{Label: role.Label, Description: role.Description}
	switch {
	case wanted.Without(row.Roles()).None():
		line.Description = "Uses 1 " + role.Label + " seat."
		if !actor.CanRevoke(wanted, row.Roles(), self) {
			line.Note = "Only the Owner can manage Admins in this team."
			break
		}
		line.ActionLabel, line.Href, line.IsRevoke = "Revoke role…", path+"/revoke-role?role="+role.Key, true
	case self && actor.CanTakeRoles(wanted):
		line.ActionLabel, line.Href = "Make yourself an "+role.Label+"…", path+"/take?role="+role.Key
	case wanted.Without(row.InvitedRoles()).None():
		line.Description = invitationStateText[invitationState(*row)]
		line.Chip = &ui.ChipProps{Label: role.Label, State: invitationState(*row), Note: invitationState(*row)}
	case row.User == "" && !row.Invited:
		line.Description = "Not offered. To offer another role, use Add users."
	case !actor.CanInvite(wanted, row.Roles()):
		line.Note = "Only the Owner can offer this role in this team."
	default:
		line.ActionLabel, line.Href = "Invite as "+role.Label+"…", path+"/ask?role="+role.Key
	}
	return line
}

var invitationStateText = map[string]string{
	invitations.Pending:  "Invited. No answer yet.",
	invitations.Declined: "Declined the invitation.",
	invitations.Revoked:  "The invitation was revoked.",
	invitations.Expired:  "The invitation expired.",
}

// fillInvitation fills in the row's invitation: its state, its email delivery and the available actions.
func fillInvitation(app core.App, props *UserDetailsProps, actor *actors.Actor, row *people.Row, path string) error {
	if row.Invitation == "" {
		return nil
	}
	invitation, err := invitations.Find(app, row.Invitation)
	if err != nil {
		return err
	}
	canManage := actor.CanManageInvitation(row.InvitedRoles(), row.Roles())
	if !canManage {
		props.InvitationNote = "Only the Owner can manage Admin invitations in this team."
	}
	if row.Invited {
		props.Invitation, err = newInvitationProps(app, actor, row, invitation, path)
		if err == nil {
			props.Invitation.CanManage = canManage
		}
		return err
	}
	props.Reason = invitation.Reason()
	switch row.Status {
	case invitations.Declined, invitations.Revoked, invitations.Expired:
		props.LinkText = invitations.StatusText(row.Status)
	}
	if canManage {
		props.ReinviteURL = path + "/again"
	}
	delivery, err := deliveryOf(app, row)
	switch {
	case err != nil:
		return err
	case isCorrectable(row, delivery):
		props.setUndelivered(newDeliveryProps(app, delivery, layout.TimesFor(actor)), canManage, path)
	case delivery.Status == mail.Dropped && row.Status != invitations.Accepted:
		dropped := newDeliveryProps(app, delivery, layout.TimesFor(actor))
		props.Delivery = &dropped
	}
	return nil
}

// setUndelivered shows the delivery of an ended invitation whose email was not delivered.
func (p *UserDetailsProps) setUndelivered(delivery DeliveryProps, canManage bool, path string) {
	p.Delivery = &delivery
	if strings.HasPrefix(delivery.Error, strings.TrimSuffix(p.Reason, "…")) {
		p.Reason = "" // a shortened copy of the delivery error
	}
	if canManage {
		p.CorrectURL = path + "/correct"
	}
}

// newInvitationProps describes a pending invitation and its email delivery.
func newInvitationProps(app core.App, actor *actors.Actor, row *people.Row, invitation *invitations.Invitation, path string) (*InvitationProps, error) {
	times := layout.TimesFor(actor)
	inviter, err := people.FindInviter(app, invitation.TeamID(), invitation.Id)
	if err != nil {
		return nil, err
	}
	delivery, err := deliveryOf(app, row)
	if err != nil {
		return nil, err
	}
	wait, err := invitations.ResendWait(app, invitation)
	if err != nil {
		return nil, err
	}
	props := &InvitationProps{
		ResendIn: int(math.Ceil(wait.Seconds())),
		ID:       invitation.Id, InvitedBy: cmp.Or(inviter, audit.Administrator), InvitedAt: invitation.Created(), Times: times,
		Delivery: newDeliveryProps(app, delivery, times), Expires: invitation.Expires(), Seats: reservedText(row.InvitedRoles()),
		WaitsFor:  invitation.Reason(),
		ResendURL: path + "/resend", RevokeURL: path + "/revoke",
	}
	if isCorrectable(row, delivery) {
		props.CorrectURL = path + "/correct"
	}
	return props, nil
}

func reservedText(offered actors.Roles) string {
	if words := seatsText(offered); words != "" {
		return words + " reserved"
	}
	return "None. Members without a role don't use a seat."
}

// seatsText lists the seats that roles use: "1 Admin seat and 1 Organizer seat"; empty if none.
func seatsText(roles actors.Roles) string {
	var words []string
	if roles.CanUsePanel() {
		words = append(words, "1 Admin seat")
	}
	if roles.Organizer {
		words = append(words, "1 Organizer seat")
	}
	return text.JoinList(words)
}

// fillRemoval says what removing the user does, or why it isn't possible.
func fillRemoval(props *UserDetailsProps, actor *actors.Actor, row *people.Row, path string, self bool) {
	switch {
	case row.User == "":
	case self && row.Owner:
		props.RemoveText = "You're the Owner. A team has exactly one Owner, who can't be removed or demoted."
	case row.Owner:
		props.RemoveText = "The Owner can't be removed or lose the Owner role."
	case self:
		props.LeaveURL = paths.LeaveTeam(actor.TeamSlug())
		props.RemoveText = "You can't remove yourself, but you can leave the team."
	case !actor.CanRemove(row.HeldAndInvitedRoles(), self):
		props.RemoveText = "Only the Owner can remove Admins from this team."
	default:
		props.RemoveURL = path + "/remove"
		props.RemoveText = "They lose access to this team immediately, but keep their account and other teams." + freedText(row)
	}
}

// freedText says what a removal frees: " Frees 1 Organizer seat. Cancels the reservation of 1 Admin seat."
func freedText(row *people.Row) string {
	text := ""
	if words := seatsText(row.Roles()); words != "" {
		text = " Frees " + words + "."
	}
	if words := seatsText(row.InvitedRoles()); row.Invited && words != "" {
		text += " Cancels the reservation of " + words + "."
	}
	return text
}
