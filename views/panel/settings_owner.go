package panel

import (
	"cmp"
	"fmt"
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/members"
	"usher/hooks/paths"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

func ownerRoutes(panel *web.Group) {
	panel.GET("/settings/owner", showOwnership)
	panel.POST("/settings/owner", offerOwnership)
	panel.POST("/settings/owner/withdraw", answerOwnership(members.WithdrawOwnership, "The offer was withdrawn."))
	panel.POST("/settings/owner/accept", answerOwnership(members.AcceptOwnership, "You're now the Owner of this team."))
	panel.POST("/settings/owner/decline", answerOwnership(members.DeclineOwnership, "You declined the offer. You're still an Admin."))
	for _, form := range ownerForms {
		panel.GET(form, func(e *core.RequestEvent) error { return web.Redirect(e, ownerPath(e)) })
	}
}

// ownerForms are the forms that have no page of their own.
var ownerForms = []string{"/settings/owner/withdraw", "/settings/owner/accept", "/settings/owner/decline"}

func ownerPath(e *core.RequestEvent) string { return paths.Ownership(e.Request.PathValue("team")) }

func showOwnership(e *core.RequestEvent) error {
	return renderOwnership(e, http.StatusOK, e.Request.URL.Query().Get("to"), nil)
}

// offerOwnership offers the team to an Admin (R29).
func offerOwnership(e *core.RequestEvent) error {
	to := e.Request.FormValue("user")
	_, err := members.OfferOwnership(e.App, web.Actor(e), to, e.Request.FormValue("password"))
	return afterOwnership(e, err, to, "The offer was sent. Nothing changes until it's accepted.")
}

func answerOwnership(answer func(core.App, *actors.Actor) error, done string) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		return afterOwnership(e, answer(e.App, web.Actor(e)), "", done)
	}
}

func afterOwnership(e *core.RequestEvent, err error, to, done string) error {
	if faults, ok := web.FormErrorsOf(err); ok {
		return renderOwnership(e, web.StatusCode(err), to, faults)
	}
	if err != nil {
		return err
	}
	web.SetToast(e, done)
	return web.Redirect(e, settingsPath(e))
}

func renderOwnership(e *core.RequestEvent, status int, to string, faults web.FormErrors) error {
	actor := web.Actor(e)
	pageShell, err := shell(e, "settings", ui.Breadcrumb{Label: "Settings", Href: settingsPath(e)}, ui.Breadcrumb{Label: "Transfer team"})
	if err != nil {
		return err
	}
	props := OwnershipProps{Shell: pageShell, Team: actor.TeamName(), Path: ownerPath(e), BackURL: settingsPath(e), InviteURL: paths.AddUsers(actor.TeamSlug()),
		To: to, Errors: faults, Times: layout.TimesFor(actor)}
	props.Offer, err = offerFor(e.App, actor)
	if err != nil {
		return err
	}
	if !actor.CanTransferOwnership() {
		if props.Offer == nil {
			return errs.Forbidden(cmp.Or(faults["base"], "Only the Owner can transfer the team."))
		}
		return web.Render(e, status, AnswerOwnership(props))
	}
	admins, err := members.ListAdmins(e.App, actor.Team.Id)
	if err != nil {
		return err
	}
	for _, admin := range admins {
		props.Admins = append(props.Admins, ui.Option{Value: admin.Id, Label: adminLabel(admin)})
	}
	return web.Render(e, status, TransferTeam(props))
}

func adminLabel(admin *core.Record) string {
	if name := accounts.StoredName(admin); name != "" {
		return fmt.Sprintf("%s (%s)", name, admin.Email())
	}
	return admin.Email()
}

// offerFor returns the newest offer from or to the actor; nil if there is none, or if someone else became the Owner in another way.
func offerFor(app core.App, actor *actors.Actor) (*OfferProps, error) {
	offer, err := members.FindNewestOffer(app, actor.Team.Id, actor.Account.Id)
	if err != nil {
		return nil, errs.IgnoreNotFound(err)
	}
	props := &OfferProps{ID: offer.Id, Status: offer.Status(time.Now()), Expires: offer.Expires(), Mine: offer.OwnerID() == actor.Account.Id}
	if props.Mine && !actor.CanTransferOwnership() && props.Status != members.OfferAccepted {
		return nil, nil
	}
	for id, name := range map[string]*string{offer.OwnerID(): &props.Owner, offer.AdminID(): &props.Admin} {
		account, err := app.FindRecordById("users", id)
		if err != nil {
			return nil, fmt.Errorf("find an account of an offer: %w", err)
		}
		*name = text.Isolate(actors.DisplayName(account))
	}
	return props, nil
}
