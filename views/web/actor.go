package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/record"
)

const actorKey = "usher.actor"

// SignedIn lets through who is signed in; others sign in first and come back.
func SignedIn(e *core.RequestEvent) error {
	if e.Auth == nil {
		return Go(e, SignInTo(wanted(e)))
	}
	return e.Next()
}

// wanted is the page that somebody was on or wanted to see.
func wanted(e *core.RequestEvent) string {
	if e.Request.Method == http.MethodGet && !IsFragment(e) {
		return e.Request.URL.RequestURI()
	}
	if page, err := url.Parse(e.Request.Header.Get("HX-Current-URL")); err == nil && IsFragment(e) {
		return Next(page.RequestURI(), "/")
	}
	return e.Request.URL.Path
}

// InTeam lets through who is in the team of the address, in whatever role.
func InTeam(e *core.RequestEvent) error {
	if e.Auth == nil {
		return Go(e, SignInTo(wanted(e)))
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
	actor, err := actors.FindOnPage(e.App, e.Auth, e.Request.PathValue("team"))
	if err != nil {
		return err
	}
	actor.From = e.RealIP()
	e.Set(actorKey, actor)
	if !byItself(e) {
		if err := actors.Visit(e.App, actor); err != nil {
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
	if login := Login(e); e.Auth == nil || login != nil && !login.OpensPanel() {
		return Go(e, SignInTo(wanted(e)))
	}
	if err := loadActor(e); err != nil {
		return err
	}
	actor := Actor(e)
	if actor.SeesPanel() {
		return e.Next()
	}
	audit.TurnedAway(e.App, actor, "panel.enter", areaOf(e))
	return refusePanel(e, actor)
}

func areaOf(e *core.RequestEvent) string {
	if strings.HasPrefix(e.Request.URL.Path, "/api/") {
		return "a program"
	}
	return "a page"
}

// refusePanel says what is missing, and names to a member who can give it.
func refusePanel(e *core.RequestEvent, actor *actors.Actor) error {
	refusal, helpers, err := panelRefusal(e, actor)
	switch {
	case err != nil:
		return err
	case actor.FormerAdmin:
		return &actors.FormerAdmin{Actor: actor, Helpers: helpers, Refusal: refusal}
	}
	return refusal
}

func panelRefusal(e *core.RequestEvent, actor *actors.Actor) (refusal error, helpers []actors.Helper, err error) {
	if actor.Kind != "member" {
		return record.Forbid("The Admin Panel is for the Owner and Admins of a team. You're a guest of this team."), nil, nil
	}
	helpers, err = actors.Helpers(e.App, actor, func(a *actors.Actor) bool {
		return a.CanInvite(actors.Roles{Admin: true}, actor.Roles)
	})
	return record.Forbid(fmt.Sprintf("The Admin Panel of %s is for its Owner and Admins, and you don't have the Admin role. Ask %s to invite you.",
		actor.Team.GetString("name"), actors.Names(helpers))), helpers, err
}

// Actor is who acts in the team of the address. It is there behind InTeam and RequireAdmin.
func Actor(e *core.RequestEvent) *actors.Actor {
	actor, _ := e.Get(actorKey).(*actors.Actor)
	return actor
}
