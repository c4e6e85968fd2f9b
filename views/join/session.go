package join

import (
	"errors"
	"net/http"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/entry"
	"usher/hooks/record"
	"usher/hooks/sessions"
	"usher/views/frame"
	"usher/views/web"
)

// door shows what the link of a session leads to at this moment, for whoever opened it.
func door(e *core.RequestEvent) error {
	visitor, err := knock(e)
	if errors.Is(err, record.ErrNotFound) && !actors.Left(err) {
		return web.Render(e, http.StatusNotFound, unknown(unknownSession(e)))
	}
	if err != nil {
		return err
	}
	page, err := doorPage(e, visitor, nil)
	if err != nil {
		return err
	}
	return web.Render(e, doorStatus(visitor), page)
}

// knock reads who stands at the door of the link's session.
func knock(e *core.RequestEvent) (*entry.Visitor, error) {
	session, code, err := entry.Find(e.App, e.Request.PathValue("code"), e.RealIP())
	if err != nil {
		return nil, entry.GoneSession(e.App, e.Auth, e.Request.PathValue("code"), err)
	}
	if code == "" {
		code = web.Pass(e)
	}
	return entry.At(e.App, e.Auth, code, session)
}

// join lets who stands there in, or as near as he can come.
func join(e *core.RequestEvent) error {
	visitor, err := knock(e)
	if err != nil {
		return err
	}
	if visitor, err = signedInFirst(e, visitor); err != nil {
		return doorAgain(e, visitor, err)
	}
	name, from := e.Request.FormValue("name"), e.RealIP()
	if err := entry.Join(e.App, visitor, name, from); err != nil {
		return doorAgain(e, visitor, err)
	}
	if !visitor.SignedIn && visitor.Code != "" {
		web.GivePass(e, visitor.Code)
	}
	if visitor.Standing == entry.In {
		return web.Go(e, "/live/"+visitor.Session.Id)
	}
	return web.Go(e, doorPath(e))
}

// signedInFirst signs the account of a personal link in by its password, or makes it (R149), where the link alone
// is not enough.
func signedInFirst(e *core.RequestEvent, visitor *entry.Visitor) (*entry.Visitor, error) {
	password := e.Request.FormValue("password")
	if visitor.Standing != entry.SignIn || visitor.Participant == nil || !e.Request.Form.Has("password") {
		return visitor, nil
	}
	var account *core.Record
	var err error
	if visitor.MakesAccount() {
		account, err = entry.Enroll(e.App, visitor, entry.Newcomer{Name: e.Request.FormValue("name"), Password: password,
			Timezone: e.Request.FormValue("timezone"), From: e.RealIP()})
	} else {
		account, err = accounts.SignInOn(e.App, web.Device(e), visitor.Participant.Address(), password, e.RealIP())
	}
	if err != nil {
		return visitor, err
	}
	if err := web.SignIn(e, account); err != nil {
		return visitor, err
	}
	return entry.At(e.App, account, visitor.Code, visitor.Session)
}

func declineSession(e *core.RequestEvent) error {
	visitor, err := knock(e)
	if err != nil {
		return err
	}
	if err := entry.Decline(e.App, visitor, e.RealIP()); err != nil {
		return doorAgain(e, visitor, err)
	}
	return web.Go(e, doorPath(e))
}

// answerSession notes whether somebody who is asked will come. A personal link says who that is.
func answerSession(e *core.RequestEvent) error {
	visitor, err := knock(e)
	if err != nil {
		return err
	}
	if visitor.Participant == nil || visitor.Standing == entry.WrongAccount {
		return record.Forbid("Only who is asked to a session answers. Sign in with the address that was asked.")
	}
	if err := sessions.Answer(e.App, visitor.Participant.Id, e.Request.FormValue("answer"), e.RealIP()); err != nil {
		return doorAgain(e, visitor, err)
	}
	return web.Go(e, doorPath(e))
}

// startSession starts the session for who leads it, and goes in.
func startSession(e *core.RequestEvent) error {
	visitor, err := knock(e)
	if err != nil {
		return err
	}
	if visitor.Actor == nil || !visitor.SignedIn {
		return record.Forbid("The host and co-hosts start this session. Sign in first.")
	}
	visitor.Actor.From = e.RealIP()
	if _, err := sessions.Start(e.App, visitor.Actor, visitor.Session.Id); err != nil {
		return doorAgain(e, visitor, err)
	}
	if err := entry.Join(e.App, visitor, "", e.RealIP()); err != nil {
		return doorAgain(e, visitor, err)
	}
	if visitor.Standing == entry.In {
		return web.Go(e, "/live/"+visitor.Session.Id)
	}
	return web.Go(e, doorPath(e))
}

// doorAgain shows the door as it is now, with what was refused.
func doorAgain(e *core.RequestEvent, visitor *entry.Visitor, refused error) error {
	faults, ok := web.FaultsOf(refused)
	if !ok {
		return refused
	}
	visitor, err := entry.At(e.App, e.Auth, visitor.Code, visitor.Session)
	if err != nil {
		return err
	}
	left := doorStatus(visitor) == http.StatusForbidden
	if left { // that says it all
		faults = nil
	}
	page, err := doorPage(e, visitor, faults)
	if err != nil {
		return err
	}
	if left {
		return web.Render(e, http.StatusForbidden, page)
	}
	return frame.Again(e, refused, func(web.Faults) templ.Component { return page })
}

// toPage leads from the address of an action, which is no page, to the join page.
func toPage(e *core.RequestEvent) error { return web.Go(e, doorPath(e)) }

func doorPath(e *core.RequestEvent) string { return "/s/" + e.Request.PathValue("code") }

// doorStatus is 410 for a session that is over and for a link whose invitee was removed, and 403 for who is no longer in the team.
func doorStatus(v *entry.Visitor) int {
	switch v.Standing {
	case entry.Out:
		if v.Departed() {
			return http.StatusForbidden
		}
	case entry.Ended, entry.Off, entry.Missed, entry.Removed:
		return http.StatusGone
	}
	return http.StatusOK
}
