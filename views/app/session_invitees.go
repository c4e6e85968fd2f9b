package app

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/addresslist"
	"usher/hooks/mail"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

// personalLink is a personal link, shown once.
type personalLink struct{ Name, URL string }

// inviteToSession invites more people, also while the session is running.
func inviteToSession(e *core.RequestEvent) error {
	session, err := findSession(e)
	if err != nil {
		return err
	}
	typed := postForm(e).Get("guests")
	added, err := sessions.Invite(e.App, web.Actor(e), session.Id, addresslist.Texts(typed))
	if err != nil {
		return renderInviteRefused(e, session, typed, err)
	}
	web.SetToast(e, layout.InvitedText(e.App, added))
	return web.Redirect(e, sessionsPath(e)+"/"+session.Id)
}

// renderInviteRefused shows the current details with what was typed and the reason beside it.
func renderInviteRefused(e *core.RequestEvent, session *sessions.Session, typed string, refused error) error {
	faults, ok := web.FormErrorsOf(refused)
	if !ok {
		return refused
	}
	now, err := reloadSession(e, session)
	if err != nil {
		return err
	}
	props, err := loadDetails(e, now)
	if err != nil {
		return err
	}
	if props.InviteTyped, props.InviteError = typed, faults["guests"]; props.InviteURL == "" || props.InviteError == "" {
		_, _, props.Error, _ = errs.Details(refused)
	}
	web.SetRetryAfter(e, refused)
	return renderDetails(e, web.StatusCode(refused), now, props, nil)
}

// resendInvitation emails an invitee the invitation again.
func resendInvitation(e *core.RequestEvent) error {
	session, err := findSession(e)
	if err != nil {
		return err
	}
	if err := sessions.Resend(e.App, web.Actor(e), session.Id, e.Request.PathValue("participant")); err != nil {
		return renderRefused(e, session, err)
	}
	web.SetToast(e, "Invitation sent.")
	return web.Redirect(e, sessionsPath(e)+"/"+session.Id)
}

// copyLink shows the personal link of an invitee once.
func copyLink(e *core.RequestEvent) error {
	session, err := findSession(e)
	if err != nil {
		return err
	}
	p, err := sessions.FindParticipant(e.App, e.Request.PathValue("participant"))
	if err != nil {
		return err
	}
	link, err := sessions.CopyLink(e.App, web.Actor(e), session.Id, p.Id)
	if err != nil {
		return renderRefused(e, session, err)
	}
	return showPersonalLink(e, http.StatusOK, session, personalLink{p.DisplayName(), link})
}

// redirectToDetails redirects a GET of a form's path to the session. A link that was shown is not shown again.
func redirectToDetails(e *core.RequestEvent) error {
	return web.Redirect(e, sessionsPath(e)+"/"+e.Request.PathValue("id"))
}

// loadDelivery adds the delivery status of each invitee's email, and the actions for it.
func (p *sessionDetailsProps) loadDelivery(e *core.RequestEvent, session *sessions.Session, all []*sessions.Participant) error {
	if sessions.CanContactInvitees(e.App, web.Actor(e), session) != nil || p.State == statePast || p.State == stateCancelled {
		return nil
	}
	states, err := sessions.Delivery(e.App, session)
	if err != nil {
		return err
	}
	works := mail.Enabled(e.App)
	if session.Status() == sessions.Running {
		p.InviteURL, p.InviteHelp = p.Path+"/people", "Separate several addresses with commas. Each invitee gets an email with their link."
		if !works {
			p.InviteHelp = "Separate several addresses with commas. Then copy each personal link and share it yourself."
		}
	}
	for n, line := range p.People {
		state, known := states[line.ID]
		if !known {
			continue
		}
		p.People[n].Delivery = emailStatusText(state)
		if state.Error != "" {
			p.People[n].Delivery += ". " + state.Error
		}
		if line.NoResponse && (state.Undelivered() || state.Status == sessions.NotSent) {
			p.People[n].State, p.People[n].StatusLabel = "revoked", emailStatusText(state)
			p.People[n].Delivery = state.Error
		}
		p.EmailOff = p.EmailOff || !works
	}
	for _, one := range all {
		if one.Role() == sessions.Host || one.Excluded() {
			continue
		}
		items := []ui.MenuItem{{Label: "Copy personal link", Icon: "link", Post: p.Path + "/people/" + one.Id + "/link"}}
		if works {
			items = append(items, ui.MenuItem{Label: "Resend invitation", Icon: "send", Post: p.Path + "/people/" + one.Id + "/resend"})
		}
		for n, line := range p.People {
			if line.ID == one.Id {
				p.People[n].Menu = items
			}
		}
	}
	return nil
}

// emailStatusText describes the delivery status of the email to an invitee.
func emailStatusText(state mail.State) string {
	words := map[string]string{
		mail.Queued: "Email queued", mail.Sending: "Email queued", mail.Sent: "Email sent", mail.Delayed: "Email delayed", mail.Returned: "Email returned",
		mail.Failed: "Email failed", mail.Delivered: "Email delivered", mail.Bounced: "Email bounced", mail.Complained: "Marked as spam",
		sessions.NotSent: "Email not sent",
	}
	if word, known := words[state.Status]; known {
		return word
	}
	return "Email not sent: " + mail.ReasonText(state.Reason)
}
