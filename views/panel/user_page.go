package panel

import (
	"fmt"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/invitations"
	"usher/hooks/mail"
	"usher/hooks/people"
	"usher/hooks/seats"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

func isFull(code string) bool { return code == seats.CodeFull }

func loadUserDetails(e *core.RequestEvent, row *people.Row, query people.Query, list UserListProps) (UserDetailsProps, error) {
	actor, path := web.Actor(e), userPath(e, row)
	self := row.User == actor.Account.Id
	props := UserDetailsProps{
		Name: row.DisplayName(), AvatarURL: accounts.AvatarPath(row.User, row.Avatar), Email: row.Email, You: self, State: row.Status, StatusLabel: statusLabel(row.Status),
		Guest: row.Kind == actors.Guest, Roles: roleLines(actor, row, path, self), PlanURL: settingsPath(e) + "#plan", PermissionsURL: permissionsPath(e),
		Drawer: ui.DrawerProps{Label: row.DisplayName(), CloseURL: queryHref(usersPath(e), query), CopyLink: true, Attrs: ui.OpenDrawer()},
	}
	for _, option := range list.TagOptions {
		if option.Value != "" {
			props.Tags.KnownTags = append(props.Tags.KnownTags, option.Value)
		}
	}
	props.Tags.Names, props.Tags.Path = row.Tags, path+"/tags"
	fillPosition(&props.Drawer, list, row.ID)
	var err error
	if props.Activity, err = loadActivity(e, row); err != nil {
		return props, err
	}
	if props.Sessions, err = loadUserSessions(e, row); err != nil {
		return props, err
	}
	fillRemoval(&props, actor, row, path, self)
	return props, fillInvitation(e.App, &props, actor, row, path)
}

// fillPosition says where in the list the person stands, and who stands before and behind.
func fillPosition(head *ui.DrawerProps, list UserListProps, id string) {
	for n, row := range list.Rows {
		if row.ID != id {
			continue
		}
		head.Position = ui.Number(list.From+n) + " of " + ui.Number(list.Total)
		if n > 0 {
			head.PreviousURL = list.Rows[n-1].Href
		}
		if n+1 < len(list.Rows) {
			head.NextURL = list.Rows[n+1].Href
		}
	}
}

// roleLines are the roles with the one verb that fits each (R58).
func roleLines(actor *actors.Actor, row *people.Row, path string, self bool) []RoleLine {
	var lines []RoleLine
	if row.Owner {
		lines = append(lines, RoleLine{Label: "Owner", Description: "Everything in the team, Admins included. Uses 1 Admin seat.",
			Note: "Can be neither removed nor demoted."})
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
			line.Note = "Only the Owner manages Admins in this team."
			break
		}
		line.ActionLabel, line.Href, line.IsRevoke = "Revoke role…", path+"/revoke-role?role="+role.Key, true
	case self && actor.CanTakeRoles(wanted):
		line.ActionLabel, line.Href = "Make yourself an "+role.Label+"…", path+"/take?role="+role.Key
	case wanted.Without(row.InvitedRoles()).None():
		line.Description = invitationStateText[invitationState(*row)]
		line.Chip = &ui.ChipProps{Label: role.Label, State: invitationState(*row), Note: invitationState(*row)}
	case row.User == "" && !row.Invited:
		line.Description = "Was not offered. Add users offers other roles."
	case !actor.CanInvite(wanted, row.Roles()):
		line.Note = "Only the Owner offers this in this team."
	default:
		line.ActionLabel, line.Href = "Ask to be "+role.Label+"…", path+"/ask?role="+role.Key
	}
	return line
}

var invitationStateText = map[string]string{
	invitations.Pending:  "Not yet: asked, waiting for an answer.",
	invitations.Declined: "Was asked and said no.",
	invitations.Revoked:  "Was asked; the invitation was revoked.",
	invitations.Expired:  "Was asked and did not answer in time.",
}

// fillInvitation fills what stands about the row's invitation: how it fares, and what can be done with it.
func fillInvitation(app core.App, props *UserDetailsProps, actor *actors.Actor, row *people.Row, path string) error {
	if row.Invitation == "" {
		return nil
	}
	invitation, err := invitations.Find(app, row.Invitation)
	if err != nil {
		return err
	}
	may := actor.CanManageInvitation(row.InvitedRoles(), row.Roles())
	if !may {
		props.InvitationNote = "Only the Owner manages invitations of Admins in this team."
	}
	if row.Invited {
		props.Invitation, err = newInvitationProps(app, actor, row, invitation, path)
		if err == nil {
			props.Invitation.CanManage = may
		}
		return err
	}
	props.Reason = invitation.GetString("reason")
	switch row.Status {
	case invitations.Declined, invitations.Revoked, invitations.Expired:
		props.LinkText = invitations.StatusText(row.Status)
	}
	if may {
		props.ReinviteURL = path + "/again"
	}
	letter, err := deliveryOf(app, row)
	switch {
	case err != nil:
		return err
	case isCorrectable(row, letter):
		props.setUndelivered(newDeliveryProps(app, letter, layout.TimesFor(actor)), may, path)
	case letter.Status == mail.Dropped && row.Status != invitations.Accepted:
		dropped := newDeliveryProps(app, letter, layout.TimesFor(actor))
		props.Delivery = &dropped
	}
	return nil
}

// setUndelivered fills what stands about an invitation that has ended, and whose letter did not reach its person.
func (p *UserDetailsProps) setUndelivered(letter DeliveryProps, may bool, path string) {
	p.Delivery = &letter
	if strings.HasPrefix(letter.Error, strings.TrimSuffix(p.Reason, "…")) {
		p.Reason = "" // the letter tells it whole
	}
	if may {
		p.CorrectURL = path + "/correct"
	}
}

// newInvitationProps are an invitation that waits, and how its letter fares.
func newInvitationProps(app core.App, actor *actors.Actor, row *people.Row, invitation *invitations.Invitation, path string) (*InvitationProps, error) {
	by, times := "The server administrator", layout.TimesFor(actor)
	if inviter, err := app.FindRecordById("users", invitation.GetString("inviter")); err == nil {
		by = actors.DisplayName(inviter)
	}
	letter, err := deliveryOf(app, row)
	if err != nil {
		return nil, err
	}
	props := &InvitationProps{
		ID: invitation.Id, InvitedBy: by, InvitedAt: invitation.GetDateTime("created").Time(), Times: times,
		Delivery: newDeliveryProps(app, letter, times), Expires: invitation.Expires(), Seats: reservedText(row.InvitedRoles()),
		WaitsFor:  invitation.GetString("reason"),
		ResendURL: path + "/resend", RevokeURL: path + "/revoke",
	}
	if isCorrectable(row, letter) {
		props.CorrectURL = path + "/correct"
	}
	return props, nil
}

func reservedText(offered actors.Roles) string {
	if words := seatsText(offered); words != "" {
		return words + " reserved until then"
	}
	return "None: a plain member uses no seat"
}

// seatsText are the seats that roles use: "1 Admin seat and 1 Organizer seat".
func seatsText(roles actors.Roles) string {
	var words []string
	if roles.CanUsePanel() {
		words = append(words, "1 Admin seat")
	}
	if roles.Organizer {
		words = append(words, "1 Organizer seat")
	}
	return strings.Join(words, " and ")
}

// fillRemoval says what removing the person does, or why it cannot be done.
func fillRemoval(props *UserDetailsProps, actor *actors.Actor, row *people.Row, path string, self bool) {
	switch {
	case row.User == "":
	case self && row.Owner:
		props.RemoveText = "You are the Owner. A team has exactly one, who can be neither removed nor demoted."
	case row.Owner:
		props.RemoveText = "The Owner can't be removed or lose the Owner role."
	case self:
		props.LeaveURL = "/app/" + actor.Team.GetString("slug") + "?leave=1"
		props.RemoveText = "You cannot remove yourself, but you can leave the team."
	case !actor.CanRemove(row.HeldAndInvitedRoles(), self):
		props.RemoveText = "Only the Owner removes Admins in this team."
	default:
		props.RemoveURL = path + "/remove"
		props.RemoveText = "Ends access to this team at once" + freedText(row) + ". The account and other teams stay."
	}
}

// freedText is what a removal frees: ", frees 1 Organizer seat and the reserved 1 Admin seat".
func freedText(row *people.Row) string {
	text := ""
	if words := seatsText(row.Roles()); words != "" {
		text = ", frees " + words
	}
	if words := seatsText(row.InvitedRoles()); row.Invited && words != "" {
		text += fmt.Sprintf(", and what is reserved: %s", words)
	}
	return text
}
