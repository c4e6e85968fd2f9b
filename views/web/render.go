package web

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"sync"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/paths"
	"usher/hooks/tools/settings"
	"usher/views/ui"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Render responds with a component. It is rendered completely before the first byte is sent, so that an error can still become an
// error page.
func Render(e *core.RequestEvent, status int, component templ.Component) error {
	buffer := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buffer)
	buffer.Reset()
	ctx := context.WithoutCancel(e.Request.Context()) // a closed connection isn't an error
	if err := component.Render(ctx, buffer); err != nil {
		return err
	}
	return e.Blob(status, "text/html; charset=utf-8", buffer.Bytes())
}

// Retarget makes htmx show the response inside another element of the page than the request asked for.
func Retarget(e *core.RequestEvent, selector string) {
	e.Response.Header().Set("HX-Retarget", selector)
	e.Response.Header().Set("HX-Reswap", "innerHTML")
}

// FullPageErrors shows the error of a request for a fragment as a full page, because it doesn't fit in the fragment.
func FullPageErrors(e *core.RequestEvent) error {
	err := e.Next()
	if err != nil && IsFragment(e) {
		Retarget(e, "body")
	}
	return err
}

// renderErrors renders the errors of a group as pages.
func renderErrors(e *core.RequestEvent) error {
	err := e.Next()
	if err == nil || e.Written() {
		return err
	}
	var former *actors.FormerMember
	if errors.As(err, &former) {
		return Render(e, http.StatusForbidden, ui.ErrorPage(formerMemberProps(e, former)))
	}
	var deleted *actors.DeletedTeam
	if errors.As(err, &deleted) { // the reader was in it; anyone else gets 404
		return Render(e, http.StatusGone, ui.ErrorPage(deletedTeamProps(e, deleted)))
	}
	var admin *actors.FormerAdmin
	if errors.As(err, &admin) {
		return Render(e, http.StatusForbidden, ui.ErrorPage(formerAdminProps(e, admin)))
	}
	problem := ProblemOf(e, err, http.StatusUnprocessableEntity)
	return Render(e, problem.Status, ui.ErrorPage(errorProps(e, problem)))
}

func errorProps(e *core.RequestEvent, problem Problem) ui.ErrorProps {
	props := ui.ErrorProps{
		Status: problem.Status, RequestID: problem.ID, Text: problem.Message,
		Action: "Go to home page", Href: "/", Support: settings.Of(e.App).Support, HelpHref: settings.Of(e.App).SupportLink(),
	}
	props.Title, props.Text = errorText(problem)
	return props
}

// formerMemberProps tells users that they are no longer in a team. It names no contacts, which only users of the team may see.
func formerMemberProps(e *core.RequestEvent, former *actors.FormerMember) ui.ErrorProps {
	config := settings.Of(e.App)
	return ui.ErrorProps{
		Title:  "You're no longer a member of " + former.Team,
		Text:   "You left the team or were removed from it, so its pages are no longer available to you. To come back, you need a new invitation.",
		Action: "Go to your teams", Href: paths.Teams, SignOutURL: paths.SignOut, Support: config.Support, HelpHref: config.SupportLink(),
	}
}

// deletedTeamProps tells users that a team they were in was deleted.
func deletedTeamProps(e *core.RequestEvent, deleted *actors.DeletedTeam) ui.ErrorProps {
	config := settings.Of(e.App)
	return ui.ErrorProps{
		Title:  deleted.Team + " was deleted",
		Text:   "The team was deleted with its rooms and sessions, so its pages and links no longer work. Your account and your other teams haven't changed.",
		Action: "Go to your teams", Href: paths.Teams, SignOutURL: paths.SignOut, Support: config.Support, HelpHref: config.SupportLink(),
	}
}

// formerAdminProps tells members that they lost access to the Admin Panel, and links to the App.
func formerAdminProps(e *core.RequestEvent, former *actors.FormerAdmin) ui.ErrorProps {
	config := settings.Of(e.App)
	props := ui.ErrorProps{
		Title:  "You're no longer an Admin of " + former.Actor.TeamName(),
		Text:   "Your Admin role has ended, so the Admin Panel is no longer available to you.",
		Action: "Go to the App", Href: paths.App(former.Actor.TeamSlug()), Support: config.Support, HelpHref: config.SupportLink(),
	}
	if who := actors.HelperNames(former.Helpers); who != "" {
		props.Text += " To get it back, ask " + who + " to invite you."
	}
	return props
}

func errorText(problem Problem) (title, text string) {
	switch problem.Status {
	case http.StatusNotFound:
		return "Page not found", "Check the address. The page may have been removed, or you may no longer have access to it."
	case http.StatusForbidden:
		return "You don't have access", problem.Message
	case http.StatusTooManyRequests:
		return "Too many requests", problem.Message
	case http.StatusInternalServerError:
		return "Something went wrong", "An error occurred on the server. Try again. If it keeps happening, send the reference below to your server administrator."
	case http.StatusServiceUnavailable:
		return "Service unavailable", problem.Message
	}
	return "Something went wrong", problem.Message
}
