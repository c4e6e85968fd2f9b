package panel

import (
	"errors"
	"net/http"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/bulk"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/views/frame"
	"usher/views/ui"
	"usher/views/web"
)

// confirm asks before a deed, and says what it will do.
func confirm(e *core.RequestEvent) error {
	row, err := rowOf(e)
	if err != nil {
		return err
	}
	if e.Request.PathValue("deed") == "remove" && row.User != "" {
		return confirmRemoval(e, row, nil)
	}
	props, err := deedProps(e, row, e.Request.PathValue("deed"))
	if err != nil {
		return err
	}
	if !web.Aimed(e, "dialog") {
		props.Close = personPath(e, row)
	}
	return confirmOver(e, http.StatusOK, row, Deed(props))
}

// confirmRevokeRole asks again before a role is revoked, with what was wrong with the answer.
func confirmRevokeRole(e *core.RequestEvent, row *members.Row, refusal error) error {
	faults, ok := web.FaultsOf(refusal)
	if !ok {
		return refusal
	}
	props, err := deedProps(e, row, "revoke-role")
	if errors.Is(err, record.ErrNotFound) {
		return refused(e, row, refusal)
	}
	if err != nil {
		return err
	}
	if !props.Succession.Refuse(faults) {
		return refused(e, row, refusal)
	}
	props.Close = personPath(e, row)
	return confirmOver(e, web.Status(refusal), row, Deed(props))
}

// confirmOver shows a question over the details that are there, or with them under it.
func confirmOver(e *core.RequestEvent, status int, row *members.Row, question templ.Component) error {
	if web.Aimed(e, "dialog") {
		return web.Render(e, status, question)
	}
	return showDetails(e, status, row, members.Query{}, shown{dialog: question})
}

// confirmRemoval asks as for many, by the judgement that the removal itself will make. refusal is why an earlier answer
// was refused; nil if there was none.
func confirmRemoval(e *core.RequestEvent, row *members.Row, refusal error) error {
	faults, ok := web.FaultsOf(refusal)
	if refusal != nil && !ok {
		return refusal
	}
	foreseen, err := bulk.Preview(e.App, web.Actor(e), bulk.Deed{Kind: bulk.Remove}, []string{row.User})
	if err != nil {
		return err
	}
	if foreseen.Done() == 0 && refusal != nil {
		return refused(e, row, refusal)
	}
	if foreseen.Done() == 0 {
		return record.ErrNotFound
	}
	props := QuestionProps{Action: personPath(e, row) + "/remove", Deed: "remove"}
	if !web.Aimed(e, "dialog") {
		props.Close = personPath(e, row)
	}
	props.foretell(foreseen)
	props.Groups = nil
	if props.Succession, err = successionOf(e, foreseen); err != nil {
		return err
	}
	if props.Sent, err = sentBy(e, foreseen); err != nil {
		return err
	}
	if refusal == nil {
		return confirmOver(e, http.StatusOK, row, Question(props))
	}
	if !props.Succession.Refuse(faults) {
		return refused(e, row, refusal)
	}
	return confirmOver(e, web.Status(refusal), row, Question(props))
}

// deedProps is the question before an action. What does not fit the person's state is not found.
func deedProps(e *core.RequestEvent, row *members.Row, deed string) (*DeedProps, error) {
	actor := web.Actor(e)
	props := questionOf(e, row, deed)
	role, known := roleNamed(e.Request.FormValue("role"))
	self := row.User == actor.Account.Id
	switch {
	case deed == "ask" && known:
		props.ask(role)
		return props, props.forecast(e.App, actor, row, asked(row, only(role.Key)))
	case deed == "take" && known && self && actor.CanTake(only(role.Key)):
		return props, props.take(e.App, actor, role)
	case deed == "again" && row.User == "" && !row.Asked:
		props.again(row)
		return props, props.forecast(e.App, actor, row, row.Offered())
	case deed == "correct":
		may, err := mayCorrect(e.App, actor, row)
		if err != nil || !may {
			return nil, errors.Join(err, record.ErrNotFound)
		}
		props.correct(row)
	case deed == "revoke" && row.Asked:
		props.revoke(row)
	case deed == "revoke-role" && known && only(role.Key).Without(row.Roles()).None():
		props.revokeRole(role, self, actor.CanTake(only(role.Key)))
		props.AlsoRemove = actor.CanRemove(row.Carries(), self)
		var err error
		if props.Succession, err = successionForRole(e, row.User, only(role.Key)); err != nil {
			return nil, err
		}
		if role.Key != "admin" && !props.AlsoRemove {
			return props, nil
		}
		if props.Sent, err = frame.SentOf(e, row.User); props.Sent != nil {
			props.Sent.OnRemoval = role.Key != "admin"
		}
		return props, err
	default:
		return nil, record.ErrNotFound
	}
	return props, nil
}

// questionOf is what every question has: whom it is about, and where its answer goes.
func questionOf(e *core.RequestEvent, row *members.Row, deed string) *DeedProps {
	return &DeedProps{Name: row.Called(), Action: personPath(e, row) + "/" + deed, Plan: settingsPath(e) + "#plan",
		Fields: []ui.Hidden{{Name: "role", Value: e.Request.FormValue("role")}, {Name: "invitation", Value: row.Invitation}}}
}

// forecast says why an invitation would be refused now, if it would.
func (p *DeedProps) forecast(app core.App, actor *actors.Actor, row *members.Row, roles actors.Roles) error {
	forecast, err := invitations.Preview(app, actor, invitations.Offer{
		Lines: invitations.Addresses([]string{row.Email}), Roles: roles})
	if err != nil {
		return err
	}
	if fate := forecast.Fates[0]; fate.Status == invitations.Refused {
		p.Refused, p.Full = fate.Message, isFull(fate.Code)
	}
	return nil
}

func (p *DeedProps) ask(role actors.Role) {
	p.Title, p.Yes = "Ask "+p.Name+" to be "+role.Word+"?", "Send the invitation"
	p.What = []string{role.Does,
		"1 " + role.Word + " seat is reserved until the answer, for 7 days.",
		"A mail and a prompt after signing in ask. Nothing changes before the person accepts."}
}

// take asks before the actor takes a role, or says why that would be refused now.
func (p *DeedProps) take(app core.App, actor *actors.Actor, role actors.Role) error {
	p.Title, p.Yes = "Make yourself an "+role.Word+"?", "Become an "+role.Word
	p.What = []string{role.Does, "You get the role immediately. It uses 1 " + role.Word + " seat."}
	err := invitations.PreviewTake(app, actor, only(role.Key))
	_, code, sentence, ok := record.Refusal(err)
	if !ok {
		return err
	}
	p.Refused, p.Full = sentence, isFull(code)
	return nil
}

func (p *DeedProps) again(row *members.Row) {
	p.Title, p.Yes = "Invite "+p.Name+" again?", "Send the invitation"
	p.What = []string{"The same is offered: " + row.Offered().Words() + ".",
		"A new link is mailed, good for 7 days. The old one stays dead."}
	if words := seatWords(row.Offered()); words != "" {
		p.What = append(p.What, "Reserved until the answer: "+words+".")
	}
}

func (p *DeedProps) revoke(row *members.Row) {
	p.Title, p.Yes, p.Danger = "Revoke the invitation of "+p.Name+"?", "Revoke invitation", true
	p.What = []string{"The link in the mail dies at once. On a page that is open it can no longer be accepted."}
	if words := seatWords(row.Offered()); words != "" {
		p.What = append(p.What, "Free again: "+words+".")
	}
	if row.User != "" {
		p.What = append(p.What, "What the person has in the team stays.")
	}
}

func (p *DeedProps) revokeRole(role actors.Role, self, retakes bool) {
	p.Title, p.Yes, p.Danger = "Revoke the role "+role.Word+" of "+p.Name+"?", "Revoke role", true
	p.What = []string{"It ends at once, on open pages too. 1 " + role.Word + " seat is free again.",
		"The person stays in the team, and gets a mail. To get the role back they have to be asked and to accept."}
	if !self {
		return
	}
	p.Title = "Give up your role " + role.Word + "?"
	p.What = []string{"It ends immediately and frees 1 " + role.Word + " seat. You stay in the team.",
		"To get it back, you need a new invitation."}
	if retakes {
		p.What[1] = "You can take it again as long as a seat is free."
	}
	if role.Key == "admin" {
		p.What = append(p.What, "This page closes, and you land in the App.")
	}
}
