package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/tools/errs"
)

const actorKey = "usher.actor"

// RequireSignIn lets through who is signed in; others sign in first and come back.
func RequireSignIn(e *core.RequestEvent) error {
	if e.Auth == nil {
		return Redirect(e, SignInURL(requestedPage(e)))
	}
	return e.Next()
}

// requestedPage is the page that somebody was on or wanted to see.
func requestedPage(e *core.RequestEvent) string {
	if e.Request.Method == http.MethodGet && !IsFragment(e) {
		return e.Request.URL.RequestURI()
	}
	if page, err := url.Parse(e.Request.Header.Get("HX-Current-URL")); err == nil && IsFragment(e) {
		return SafeNext(page.RequestURI(), "/")
	}
	return e.Request.URL.Path
}

// RequireTeam lets through who is in the team of the address, in whatever role.
func RequireTeam(e *core.RequestEvent) error {
	if e.Auth == nil {
		return Redirect(e, SignInURL(requestedPage(e)))
	}
	if err := loadActor(e); err != nil {
		return err
	}
	return e.Next()
}

// loadActor reads who the account of the request is in the team of the address, once a request. For someone who isn't
// in the team it is record.ErrNotFound; pages tell former members more.
func loadActor(e *core.RequestEvent) error {
	if Actor(e) != nil {
		return nil
	}
	actor, err := actors.FindForPage(e.App, e.Auth, e.Request.PathValue("team"))
	if err != nil {
		return err
	}
	actor.IP = e.RealIP()
	e.Set(actorKey, actor)
	if !isBackground(e) {
		if err := actors.RecordVisit(e.App, actor); err != nil {
			e.App.Logger().Warn("note that a person is active", "error", err)
		}
	}
	return nil
}

// RequireAdmin lets through the Owner and Admins of the team of the address (R15), on pages and in the JSON API alike.
// On a page the login must have been used within accounts.IdlePanel. Other users of the team are refused and told whom
// to ask, and the audit log gets at most one entry a minute for each of them on pages and one over the API; for a stranger
// there is no such team.
func RequireAdmin(e *core.RequestEvent) error {
	if login := Login(e); e.Auth == nil || login != nil && !login.CanUsePanel() {
		return Redirect(e, SignInURL(requestedPage(e)))
	}
	if err := loadActor(e); err != nil {
		return err
	}
	actor := Actor(e)
	if actor.CanUsePanel() {
		return e.Next()
	}
	audit.RecordDenied(e.App, actor, "panel.enter", requestKind(e))
	return denyPanel(e, actor)
}

func requestKind(e *core.RequestEvent) string {
	if strings.HasPrefix(e.Request.URL.Path, "/api/") {
		return "a program"
	}
	return "a page"
}

// denyPanel says what is missing, and names to a member who can give it.
func denyPanel(e *core.RequestEvent, actor *actors.Actor) error {
	refusal, helpers, err := panelDenial(e, actor)
	switch {
	case err != nil:
		return err
	case actor.FormerAdmin:
		return &actors.FormerAdmin{Actor: actor, Helpers: helpers, Refusal: refusal}
	}
	return refusal
}

func panelDenial(e *core.RequestEvent, actor *actors.Actor) (refusal error, helpers []actors.Helper, err error) {
	if actor.Kind != "member" {
		return errs.Forbidden("The Admin Panel is for the Owner and Admins of a team. You're a guest of this team."), nil, nil
	}
	helpers, err = actors.Helpers(e.App, actor, func(a *actors.Actor) bool {
		return a.CanInvite(actors.Roles{Admin: true}, actor.Roles)
	})
	return errs.Forbidden(fmt.Sprintf("The Admin Panel of %s is for its Owner and Admins, and you don't have the Admin role. Ask %s to invite you.",
		actor.Team.GetString("name"), actors.HelperNames(helpers))), helpers, err
}

// Actor is who acts in the team of the address. It is there behind InTeam and RequireAdmin.
func Actor(e *core.RequestEvent) *actors.Actor {
	actor, _ := e.Get(actorKey).(*actors.Actor)
	return actor
}
