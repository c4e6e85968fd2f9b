package layout

import (
	"fmt"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/invitations"
	"usher/hooks/mail"
	"usher/hooks/tools/text"
	"usher/views/ui"
	"usher/views/web"
)

// RevokeSentField is the name of the checkbox of SentInvitations.
const RevokeSentField = "revoke_sent"

// maxSentShown is how many addresses SentInvitations lists.
const maxSentShown = 10

// SentInvitationsProps offers to revoke pending invitations sent by users who are about to lose the right to invite.
type SentInvitationsProps struct {
	Count     int
	Addresses []string // of the first of them
	Self      bool     // the user decides about their own
	OnRemoval bool     // they are revoked only if the users are removed, too
}

// NewSentInvitations returns the pending invitations that the users sent for the actor's team; nil if there are none.
func NewSentInvitations(e *core.RequestEvent, users ...string) (*SentInvitationsProps, error) {
	actor := web.Actor(e)
	sent, err := invitations.SentBy(e.App, actor.Team.Id, users...)
	if err != nil || len(sent) == 0 {
		return nil, err
	}
	props := &SentInvitationsProps{Count: len(sent), Self: len(users) == 1 && users[0] == actor.Account.Id}
	for _, i := range sent[:min(maxSentShown, len(sent))] {
		props.Addresses = append(props.Addresses, i.Address())
	}
	return props, nil
}

func (p SentInvitationsProps) checkRow() ui.CheckRowProps {
	who := "they"
	if p.Self {
		who = "you"
	}
	label := fmt.Sprintf("Also revoke the %s pending invitations %s sent", ui.Number(p.Count), who)
	if p.Count == 1 {
		label = fmt.Sprintf("Also revoke the pending invitation %s sent", who)
	}
	text := strings.Join(p.Addresses, ", ")
	if more := p.Count - len(p.Addresses); more > 0 {
		text += " and " + ui.Number(more) + " more"
	}
	text += ". Their links stop working immediately. You can send new invitations later."
	if p.Self {
		text = strings.Replace(text, "You can", "Admins can", 1)
	}
	if p.OnRemoval {
		text += " Applies only if you also remove them from the team."
	}
	return ui.CheckRowProps{ID: RevokeSentField, Name: RevokeSentField, Value: "1", Label: label, Text: text, Checked: true}
}

// RevokedText returns a sentence that follows another one and says how many invitations were revoked; "" for none.
func RevokedText(revoked int) string {
	if revoked == 0 {
		return ""
	}
	return " Revoked: " + ui.Count(revoked, "invitation", "invitations") + " they had sent."
}

// InvitedText says that n people were invited to a session.
func InvitedText(app core.App, n int) string {
	if !mail.Enabled(app) {
		return "Invited " + text.Count(n, "person", "people") + ". Email isn't set up, so copy their personal links and share them."
	}
	return text.Count(n, "invitation", "invitations") + " sent."
}
