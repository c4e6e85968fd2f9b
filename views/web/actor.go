package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/paths"
	"usher/hooks/tools/errs"
)

const actorKey = "usher.actor"

// RequireSignIn redirects to sign-in unless the user is signed in, and back afterwards.
func RequireSignIn(e *core.RequestEvent) error {
	if e.Auth == nil {
		return Redirect(e, SignInURL(requestedPage(e)))
	}
	return e.Next()
}

// requestedPage returns the page that the user was on or wanted to open.
func requestedPage(e *core.RequestEvent) string {
	if e.Request.Method == http.MethodGet && !IsFragment(e) {
		return e.Request.URL.RequestURI()
	}
	if page, err := url.Parse(e.Request.Header.Get("HX-Current-URL")); err == nil && IsFragment(e) {
		return SafeNext(page.RequestURI(), "/")
	}
	return e.Request.URL.Path
}

// RequireTeam lets through users of the team in the URL, whatever their role. A page with a previous slug of the team redirects to
// the one with the current slug.
func RequireTeam(e *core.RequestEvent) error {
	if e.Auth == nil {
		return Redirect(e, SignInURL(requestedPage(e)))
	}
	ref := e.Request.PathValue("team")
	if err := loadActor(e); err != nil {
		return err
	}
	if to := movedTo(e, ref); to != "" {
		return Redirect(e, to)
	}
	if actor := Actor(e); actor.LacksTwoFactors && isAPI(e) {
		return requireTwoFactors(e, actor)
	}
	return e.Next()
}

// requireTwoFactors leads an Admin to the setup of two-factor authentication, which their team requires, and back to the page
// afterwards. The API refuses.
func requireTwoFactors(e *core.RequestEvent, actor *actors.Actor) error {
	if isAPI(e) {
		return actor.TwoFactorsError()
	}
	return Redirect(e, WithNext(paths.TwoFactors, requestedPage(e)))
}

// movedTo returns the address of a page that was requested with a previous slug of the team, or "".
func movedTo(e *core.RequestEvent, ref string) string {
	current := e.Request.PathValue("team")
	if ref == current || e.Request.Method != http.MethodGet || IsFragment(e) || isMachinePath(e.Request.URL.Path) {
		return ""
	}
	parts := strings.SplitN(e.Request.URL.Path, "/", 4) // "", area, team, rest
	parts[2] = current
	moved := url.URL{Path: strings.Join(parts, "/"), RawQuery: e.Request.URL.RawQuery}
	return moved.String()
}

// loadActor loads the actor for the signed-in account in the team in the URL, once per request. It returns errs.ErrNotFound for
// someone who isn't in the team; pages tell former members more. Links of the response use the team's current slug, also if the
// request used a previous one.
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
	if e.Request.PathValue("team") != actor.Team.Id {
		e.Request.SetPathValue("team", actor.TeamSlug())
	}
	if !isBackground(e) {
		if err := actors.RecordVisit(e.App, actor); err != nil {
			e.App.Logger().Warn("record a user's activity", "error", err)
		}
	}
	return nil
}

// RequireAdmin lets through the Owner and Admins of the team in the URL (R15), on pages and in the JSON API. On a page the login
// must have been used within accounts.IdlePanel. Other users of the team are refused, told who can help, and recorded in the audit
// log, at most once a minute each for pages and for the API. Anyone else gets 404.
func RequireAdmin(e *core.RequestEvent) error {
	if login := Login(e); e.Auth == nil || login != nil && !login.CanUsePanel() {
		return Redirect(e, SignInURL(requestedPage(e)))
	}
	ref := e.Request.PathValue("team")
	if err := loadActor(e); err != nil {
		return err
	}
	if to := movedTo(e, ref); to != "" {
		return Redirect(e, to)
	}
	actor := Actor(e)
	if actor.CanUsePanel() {
		return e.Next()
	}
	if actor.LacksTwoFactors {
		return requireTwoFactors(e, actor)
	}
	audit.RecordDenied(e.App, actor, "panel.enter", requestKind(e))
	return denyPanel(e, actor)
}

func isAPI(e *core.RequestEvent) bool { return strings.HasPrefix(e.Request.URL.Path, "/api/") }

func requestKind(e *core.RequestEvent) string {
	if isAPI(e) {
		return "a program"
	}
	return "a page"
}

// denyPanel returns the error for a user without access to the Admin Panel. It names members who can invite them.
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
		actor.TeamName(), actors.HelperNames(helpers))), helpers, err
}

// Actor returns the actor in the team in the URL. It is set behind RequireTeam and RequireAdmin.
func Actor(e *core.RequestEvent) *actors.Actor {
	actor, _ := e.Get(actorKey).(*actors.Actor)
	return actor
}
