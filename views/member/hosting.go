package member

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/views/frame"
	"usher/views/ui"
	"usher/views/web"
)

// organizer is the role that hosting needs.
var organizer = actors.Roles{Organizer: true}

// notHosting answers with the page that says why the actor may not host, and what to do about it (D2).
func notHosting(e *core.RequestEvent, status int) error {
	actor := web.Actor(e)
	around, err := shell(e, "sessions", ui.Crumb{Label: "Sessions", Href: sessionsPath(e)}, ui.Crumb{Label: "New session"})
	if err != nil {
		return err
	}
	props := homeForm{Shell: around, Team: actor.Team.GetString("name"), Slug: actor.Team.GetString("slug"),
		Guest: actor.Kind == members.Guest}
	if props.Ask, err = frame.Helpers(e.App, actor, givesOrganizer(actor)); err != nil {
		return err
	}
	if err := props.hosting(e.App, actor); err != nil {
		return err
	}
	return web.Render(e, status, notHostingPage(props))
}

// givesOrganizer is the right to offer the Organizer role to the actor.
func givesOrganizer(actor *actors.Actor) func(*actors.Actor) bool {
	return func(a *actors.Actor) bool { return a.CanInvite(organizer, actor.Roles) }
}

// hosting fills in whether the actor may take the role that hosting needs, and why it can't be taken now.
func (f *homeForm) hosting(app core.App, actor *actors.Actor) error {
	if f.Takes = !actor.CanHost() && actor.CanTake(organizer); !f.Takes {
		return nil
	}
	err := invitations.PreviewTake(app, actor, organizer)
	_, _, sentence, refused := record.Refusal(err)
	if !refused {
		return err
	}
	f.NoSeat = sentence
	return nil
}

// becomeOrganizer gives the actor the Organizer role immediately (D1), and goes on to the form.
func becomeOrganizer(e *core.RequestEvent) error {
	err := invitations.TakeRoles(e.App, web.Actor(e), organizer)
	if _, refused := web.FaultsOf(err); refused && record.Code(err) != invitations.CodeAlreadyMember {
		return notHosting(e, http.StatusUnprocessableEntity)
	} else if err != nil && !refused {
		return err
	}
	web.Toast(e, "You are now an Organizer.")
	return web.Go(e, sessionsPath(e)+"/new")
}
