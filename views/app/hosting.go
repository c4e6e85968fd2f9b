package app

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/invitations"
	"usher/hooks/tools/errs"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

// organizerRole is the role that hosting requires.
var organizerRole = actors.Roles{Organizer: true}

// renderNotHosting shows why the actor can't host and what to do about it (D2).
func renderNotHosting(e *core.RequestEvent, status int) error {
	actor := web.Actor(e)
	around, err := shell(e, "sessions", ui.Breadcrumb{Label: "Sessions", Href: sessionsPath(e)}, ui.Breadcrumb{Label: "New session"})
	if err != nil {
		return err
	}
	props := homePageProps{Shell: around, Team: actor.TeamName(), Slug: actor.TeamSlug(),
		Guest: actor.Kind == actors.Guest}
	if props.Contacts, err = layout.Helpers(e.App, actor, canGiveOrganizer(actor)); err != nil {
		return err
	}
	if err := props.loadHosting(e.App, actor); err != nil {
		return err
	}
	return web.Render(e, status, notHostingPage(props))
}

// canGiveOrganizer returns a check for the right to give the Organizer role to the actor.
func canGiveOrganizer(actor *actors.Actor) func(*actors.Actor) bool {
	return func(a *actors.Actor) bool { return a.CanInvite(organizerRole, actor.Roles) }
}

// loadHosting sets whether the actor may take the Organizer role, and what prevents it now.
func (f *homePageProps) loadHosting(app core.App, actor *actors.Actor) error {
	if f.CanTakeOrganizer = !actor.CanHost() && actor.CanTakeRoles(organizerRole); !f.CanTakeOrganizer {
		return nil
	}
	err := invitations.PreviewTakeRoles(app, actor, organizerRole)
	_, _, sentence, refused := errs.Details(err)
	if !refused {
		return err
	}
	f.NoSeatReason = sentence
	return nil
}

// becomeOrganizer gives the actor the Organizer role (D1) and continues to the session form.
func becomeOrganizer(e *core.RequestEvent) error {
	err := invitations.TakeRoles(e.App, web.Actor(e), organizerRole)
	if _, refused := web.FormErrorsOf(err); refused && errs.Code(err) != invitations.CodeAlreadyMember {
		return renderNotHosting(e, http.StatusUnprocessableEntity)
	} else if err != nil && !refused {
		return err
	}
	web.SetToast(e, "You're now an Organizer.")
	return web.Redirect(e, sessionsPath(e)+"/new")
}
