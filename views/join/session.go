package join

import (
	"errors"
	"net/http"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/join"
	"usher/hooks/paths"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/views/layout"
	"usher/views/web"
)

// joinPage shows the join page of a session, as the reader can use it now.
func joinPage(e *core.RequestEvent) error {
	visitor, err := loadVisitor(e)
	if errors.Is(err, errs.ErrNotFound) && !actors.WasMember(err) {
		return web.Render(e, http.StatusNotFound, unknownView(unknownSession(e)))
	}
	if err != nil {
		return err
	}
	page, err := newJoinView(e, visitor, nil)
	if err != nil {
		return err
	}
	return web.Render(e, joinStatusCode(visitor), page)
}

// loadVisitor returns the reader of the join page: their session, account and access.
func loadVisitor(e *core.RequestEvent) (*join.Visitor, error) {
	session, code, err := join.FindSession(e.App, e.Request.PathValue("code"), e.RealIP())
	if err != nil {
		return nil, join.GoneSession(e.App, e.Auth, e.Request.PathValue("code"), err)
	}
	if code == "" {
		code = web.PersonalCode(e)
	}
	return join.ResolveDevice(e.App, e.Auth, code, web.GuestSecret(e), session)
}

// joinSession admits the visitor, or puts them in the waiting room.
func joinSession(e *core.RequestEvent) error {
	visitor, err := loadVisitor(e)
	if err != nil {
		return err
	}
	if visitor, err = signInVisitor(e, visitor); err != nil {
		return renderJoinInvalid(e, visitor, err)
	}
	if visitor == nil {
		return nil
	}
	if visitor.ByName() {
		visitor.Device = web.EnsureGuestSecret(e)
		if visitor, err = join.ResolveDevice(e.App, e.Auth, visitor.Code, visitor.Device, visitor.Session); err != nil {
			return err
		}
	}
	visitor.AccessCode = e.Request.FormValue("access_code")
	name, from := e.Request.FormValue("name"), e.RealIP()
	if err := join.Join(e.App, visitor, name, from); err != nil {
		return renderJoinInvalid(e, visitor, err)
	}
	if !visitor.SignedIn && visitor.Code != "" {
		web.SetPersonalCode(e, visitor.Code)
	}
	if visitor.Status == join.Admitted {
		return web.Redirect(e, paths.Live(visitor.Session.Id))
	}
	return web.Redirect(e, joinPath(e))
}

// signInVisitor signs in the account of a personal link with its password, or creates it (R149), if the link alone
// isn't enough. The visitor is nil if the sign-in took a second step and the response has been written.
func signInVisitor(e *core.RequestEvent, visitor *join.Visitor) (*join.Visitor, error) {
	password := e.Request.FormValue("password")
	if visitor.Status != join.SignIn || visitor.Participant == nil || !e.Request.Form.Has("password") {
		return visitor, nil
	}
	var account *core.Record
	var err error
	if visitor.CanSignUp() {
		account, err = join.SignUpInvitee(e.App, visitor, join.SignUpForm{Name: e.Request.FormValue("name"), Password: password,
			Timezone: e.Request.FormValue("timezone"), IP: e.RealIP()})
	} else {
		account, err = accounts.SignInFromDevice(e.App, web.DeviceToken(e), visitor.Participant.Address(), password, e.RealIP())
	}
	if err != nil {
		return visitor, err
	}
	if done, err := web.SignIn(e, account, joinPath(e)); err != nil {
		return visitor, err
	} else if !done {
		return nil, nil
	}
	return join.Resolve(e.App, account, visitor.Code, visitor.Session)
}

func declineSession(e *core.RequestEvent) error {
	visitor, err := loadVisitor(e)
	if err != nil {
		return err
	}
	if err := join.Decline(e.App, visitor, e.RealIP()); err != nil {
		return renderJoinInvalid(e, visitor, err)
	}
	return web.Redirect(e, joinPath(e))
}

// saveRSVP stores the answer of an invitee, who is signed in or has a personal link.
func saveRSVP(e *core.RequestEvent) error {
	visitor, err := loadVisitor(e)
	if err != nil {
		return err
	}
	if visitor.Participant == nil || visitor.Status == join.WrongAccount {
		return errs.Forbidden("Only invitees can respond. Sign in with the invited address.")
	}
	if err := sessions.Answer(e.App, visitor.Participant.Id, e.Request.FormValue("answer"), e.RealIP()); err != nil {
		return renderJoinInvalid(e, visitor, err)
	}
	return web.Redirect(e, joinPath(e))
}

// startSession starts the session for its host or a co-host, and joins it.
func startSession(e *core.RequestEvent) error {
	visitor, err := loadVisitor(e)
	if err != nil {
		return err
	}
	if err := join.Start(e.App, visitor, e.RealIP()); err != nil {
		return renderJoinInvalid(e, visitor, err)
	}
	if visitor.Status == join.Admitted {
		return web.Redirect(e, paths.Live(visitor.Session.Id))
	}
	return web.Redirect(e, joinPath(e))
}

// renderJoinInvalid shows the current join page with the errors of refused.
func renderJoinInvalid(e *core.RequestEvent, visitor *join.Visitor, refused error) error {
	faults, ok := web.FormErrorsOf(refused)
	if !ok {
		return refused
	}
	visitor, err := join.ResolveDevice(e.App, e.Auth, visitor.Code, visitor.Device, visitor.Session)
	if err != nil {
		return err
	}
	left := joinStatusCode(visitor) == http.StatusForbidden
	if left { // the page itself explains it
		faults = nil
	}
	page, err := newJoinView(e, visitor, faults)
	if err != nil {
		return err
	}
	if left {
		return web.Render(e, http.StatusForbidden, page)
	}
	return layout.RenderInvalid(e, refused, func(web.FormErrors) templ.Component { return page })
}

// redirectToNext redirects to the running or next session of the series that the reader is invited to, or else to the session
// of the link. Calendars have this link for a series. A reader who isn't signed in is asked to sign in if the session is over.
func redirectToNext(e *core.RequestEvent) error {
	visitor, err := loadVisitor(e)
	if errors.Is(err, errs.ErrNotFound) && !actors.WasMember(err) {
		return web.Redirect(e, joinPath(e))
	}
	if err != nil {
		return err
	}
	next, err := visitor.NextSession(e.App)
	switch {
	case err != nil:
		return err
	case next != nil:
		return web.Redirect(e, paths.Join(next.Code))
	case !visitor.SignedIn && visitor.Code == "" && joinStatusCode(visitor) == http.StatusGone:
		return web.Redirect(e, web.SignInURL(paths.JoinNext(e.Request.PathValue("code"))))
	}
	return web.Redirect(e, joinPath(e))
}

// redirectToJoin redirects a GET of an action's path to the join page.
func redirectToJoin(e *core.RequestEvent) error { return web.Redirect(e, joinPath(e)) }

// joinStatusCode is 410 if the session is over or the invitee was removed, and 403 if the reader has left the team.
func joinStatusCode(v *join.Visitor) int {
	switch v.Status {
	case join.Excluded:
		if v.Departed() {
			return http.StatusForbidden
		}
	case join.Ended, join.Cancelled, join.NeverStarted, join.Removed:
		return http.StatusGone
	}
	return http.StatusOK
}
