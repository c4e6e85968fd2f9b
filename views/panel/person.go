package panel

import (
	"fmt"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/invitations"
	"usher/hooks/mail"
	"usher/hooks/members"
	"usher/hooks/seats"
	"usher/views/frame"
	"usher/views/ui"
	"usher/views/web"
)

func isFull(code string) bool { return code == seats.CodeFull }

func detailsProps(e *core.RequestEvent, row *members.Row, query members.Query, list ListProps) (PersonProps, error) {
	actor, path := web.Actor(e), personPath(e, row)
	self := row.User == actor.Account.Id
	props := PersonProps{
		Name: row.Called(), Picture: accounts.PicturePath(row.User, row.Avatar), Email: row.Email, You: self, State: row.Status, Word: stateWord(row.Status),
		Guest: row.Kind == members.Guest, Lines: roleLines(actor, row, path, self), Plan: settingsPath(e) + "#plan", Permissions: permissionsPath(e),
		Head: ui.DetailsProps{Label: row.Called(), Close: address(usersPath(e), query), Copy: true, Attrs: ui.OpenDetails()},
	}
	for _, option := range list.Tags {
		if option.Value != "" {
			props.Tags.Known = append(props.Tags.Known, option.Value)
		}
	}
	props.Tags.Names, props.Tags.Path = row.Tags, path+"/tags"
	place(&props.Head, list, row.ID)
	var err error
	if props.Activity, err = activity(e, row); err != nil {
		return props, err
	}
	if props.Sessions, err = personSessions(e, row); err != nil {
		return props, err
	}
	removal(&props, actor, row, path, self)
	return props, asking(e.App, &props, actor, row, path)
}

// place says where in the list the person stands, and who stands before and behind.
func place(head *ui.DetailsProps, list ListProps, id string) {
	for n, row := range list.Rows {
		if row.ID != id {
			continue
		}
		head.Place = ui.Number(list.From+n) + " of " + ui.Number(list.Total)
		if n > 0 {
			head.Back = list.Rows[n-1].Href
		}
		if n+1 < len(list.Rows) {
			head.Next = list.Rows[n+1].Href
		}
	}
}

// roleLines are the roles with the one verb that fits each (R58).
func roleLines(actor *actors.Actor, row *members.Row, path string, self bool) []RoleLine {
	var lines []RoleLine
	if row.Owner {
		lines = append(lines, RoleLine{Word: "Owner", Small: "Everything in the team, Admins included. Uses 1 Admin seat.",
			Why: "Can be neither removed nor demoted."})
	}
	for _, role := range actors.Catalogue {
		if role.Key == "admin" && row.Owner {
			continue
		}
		lines = append(lines, roleLine(actor, row, role, path, self))
	}
	return lines
}

func roleLine(actor *actors.Actor, row *members.Row, role actors.Role, path string, self bool) RoleLine {
	wanted := only(role.Key)
	line := RoleLine{Word: role.Word, Small: role.Does}
	switch {
	case wanted.Without(row.Roles()).None():
		line.Small = "Uses 1 " + role.Word + " seat."
		if !actor.CanRevoke(wanted, row.Roles(), self) {
			line.Why = "Only the Owner manages Admins in this team."
			break
		}
		line.Verb, line.Href, line.Revokes = "Revoke role…", path+"/revoke-role?role="+role.Key, true
	case self && actor.CanTake(wanted):
		line.Verb, line.Href = "Make yourself an "+role.Word+"…", path+"/take?role="+role.Key
	case wanted.Without(row.Offered()).None():
		line.Small = offerWords[offerState(*row)]
		line.Chip = &ui.ChipProps{Label: role.Word, State: offerState(*row), Note: offerState(*row)}
	case row.User == "" && !row.Asked:
		line.Small = "Was not offered. Add users offers other roles."
	case !actor.CanInvite(wanted, row.Roles()):
		line.Why = "Only the Owner offers this in this team."
	default:
		line.Verb, line.Href = "Ask to be "+role.Word+"…", path+"/ask?role="+role.Key
	}
	return line
}

var offerWords = map[string]string{
	invitations.Pending:  "Not yet: asked, waiting for an answer.",
	invitations.Declined: "Was asked and said no.",
	invitations.Revoked:  "Was asked; the invitation was revoked.",
	invitations.Expired:  "Was asked and did not answer in time.",
}

// asking fills what stands about the row's invitation: how it fares, and what can be done with it.
func asking(app core.App, props *PersonProps, actor *actors.Actor, row *members.Row, path string) error {
	if row.Invitation == "" {
		return nil
	}
	invitation, err := invitations.Find(app, row.Invitation)
	if err != nil {
		return err
	}
	may := actor.CanAnswerFor(row.Offered(), row.Roles())
	if !may {
		props.AskWhy = "Only the Owner manages invitations of Admins in this team."
	}
	if row.Asked {
		props.Ask, err = askProps(app, actor, row, invitation, path)
		if err == nil {
			props.Ask.May = may
		}
		return err
	}
	props.Reason = invitation.GetString("reason")
	switch row.Status {
	case invitations.Declined, invitations.Revoked, invitations.Expired:
		props.Seen = invitations.Sentence(row.Status)
	}
	if may {
		props.Again = path + "/again"
	}
	letter, err := letterOf(app, row)
	switch {
	case err != nil:
		return err
	case correctable(row, letter):
		props.undelivered(mailProps(app, letter, frame.TimesOf(actor)), may, path)
	case letter.Status == mail.Dropped && row.Status != invitations.Accepted:
		dropped := mailProps(app, letter, frame.TimesOf(actor))
		props.Letter = &dropped
	}
	return nil
}

// undelivered fills what stands about an invitation that has ended, and whose letter did not reach its person.
func (p *PersonProps) undelivered(letter MailProps, may bool, path string) {
	p.Letter = &letter
	if strings.HasPrefix(letter.Error, strings.TrimSuffix(p.Reason, "…")) {
		p.Reason = "" // the letter tells it whole
	}
	if may {
		p.Correct = path + "/correct"
	}
}

// askProps are an invitation that waits, and how its letter fares.
func askProps(app core.App, actor *actors.Actor, row *members.Row, invitation *invitations.Invitation, path string) (*AskProps, error) {
	by, times := "The server administrator", frame.TimesOf(actor)
	if inviter, err := app.FindRecordById("users", invitation.GetString("inviter")); err == nil {
		by = actors.DisplayName(inviter)
	}
	letter, err := letterOf(app, row)
	if err != nil {
		return nil, err
	}
	props := &AskProps{
		Invitation: invitation.Id, By: by, At: invitation.GetDateTime("created").Time(), Times: times,
		Mail: mailProps(app, letter, times), Expires: invitation.Expires(), Seats: reserved(row.Offered()),
		Waits:  invitation.GetString("reason"),
		Resend: path + "/resend", Revoke: path + "/revoke",
	}
	if correctable(row, letter) {
		props.Correct = path + "/correct"
	}
	return props, nil
}

func reserved(offered actors.Roles) string {
	if words := seatWords(offered); words != "" {
		return words + " reserved until then"
	}
	return "None: a plain member uses no seat"
}

// seatWords are the seats that roles use: "1 Admin seat and 1 Organizer seat".
func seatWords(roles actors.Roles) string {
	var words []string
	if roles.Panel() {
		words = append(words, "1 Admin seat")
	}
	if roles.Organizer {
		words = append(words, "1 Organizer seat")
	}
	return strings.Join(words, " and ")
}

// removal says what removing the person does, or why it cannot be done.
func removal(props *PersonProps, actor *actors.Actor, row *members.Row, path string, self bool) {
	switch {
	case row.User == "":
	case self && row.Owner:
		props.RemoveText = "You are the Owner. A team has exactly one, who can be neither removed nor demoted."
	case row.Owner:
		props.RemoveText = "The Owner can't be removed or lose the Owner role."
	case self:
		props.Leave = "/app/" + actor.Team.GetString("slug") + "?leave=1"
		props.RemoveText = "You cannot remove yourself, but you can leave the team."
	case !actor.CanRemove(row.Carries(), self):
		props.RemoveText = "Only the Owner removes Admins in this team."
	default:
		props.Remove = path + "/remove"
		props.RemoveText = "Ends access to this team at once" + freed(row) + ". The account and other teams stay."
	}
}

// freed is what a removal frees: ", frees 1 Organizer seat and the reserved 1 Admin seat".
func freed(row *members.Row) string {
	text := ""
	if words := seatWords(row.Roles()); words != "" {
		text = ", frees " + words
	}
	if words := seatWords(row.Offered()); row.Asked && words != "" {
		text += fmt.Sprintf(", and what is reserved: %s", words)
	}
	return text
}
