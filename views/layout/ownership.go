package layout

import (
	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/members"
	"usher/hooks/paths"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
	"usher/views/ui"
)

// ownershipNotice tells an Admin in the Admin Panel that the team is offered to them (R29).
func ownershipNotice(e *core.RequestEvent, actor *actors.Actor) (templ.Component, error) {
	app, page := e.App, paths.Ownership(actor.TeamSlug())
	none := liveNotice("offered", ui.NoticeProps{})
	if !actor.Roles.Admin || actor.Roles.Owner || e.Request.URL.Path == page {
		return none, nil
	}
	offer, err := members.FindOffer(app, actor.Team.Id)
	if err != nil || offer.AdminID() != actor.Account.Id {
		return none, errs.IgnoreNotFound(err)
	}
	owner, err := app.FindRecordById("users", offer.OwnerID())
	if err != nil {
		return nil, err
	}
	return liveNotice("offered", ui.NoticeProps{Kind: "info", Icon: "crown", Title: text.Isolate(actors.DisplayName(owner)) + " wants to transfer this team to you.",
		Text:    "Nothing changes until you accept.",
		Actions: ui.ButtonLink(page, ui.ButtonProps{Label: "Review offer", Variant: "outline", Size: "sm"})}), nil
}
