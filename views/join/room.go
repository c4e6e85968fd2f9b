package join

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/join"
	"usher/hooks/mail"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/views/layout"
	"usher/views/web"
)

// showRoom shows what is held in a room now, and what is next.
func showRoom(e *core.RequestEvent) error {
	place, err := findRoom(e)
	if errors.Is(err, errs.NotFound) && !actors.WasMember(err) {
		return web.Render(e, http.StatusNotFound, unknownView(unknownRoom(e)))
	}
	if err != nil {
		return err
	}
	props, err := roomProps(e, place, nil)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if props.Closed {
		status = http.StatusGone
	}
	return web.Render(e, status, roomView(props))
}

func findRoom(e *core.RequestEvent) (*join.RoomVisit, error) {
	return join.ResolveRoom(e.App, e.Auth, e.Request.PathValue("slug"), e.RealIP())
}

// startInRoom starts a session there on the spot.
func startInRoom(e *core.RequestEvent) error {
	place, err := findRoom(e)
	if err != nil {
		return err
	}
	session, err := join.StartInRoom(e.App, place, e.RealIP())
	if err != nil {
		return renderRoomInvalid(e, err)
	}
	visitor, err := join.Resolve(e.App, e.Auth, "", session)
	if err != nil {
		return err
	}
	if err := join.Join(e.App, visitor, "", e.RealIP()); err != nil {
		return err
	}
	return web.Redirect(e, "/live/"+session.Id)
}

func renderRoomInvalid(e *core.RequestEvent, refused error) error {
	faults, ok := web.FormErrorsOf(refused)
	if !ok {
		return refused
	}
	place, err := findRoom(e)
	if err != nil {
		return err
	}
	props, err := roomProps(e, place, faults)
	if err != nil {
		return err
	}
	return layout.RenderInvalid(e, refused, func(web.FormErrors) templ.Component { return roomView(props) })
}

func roomProps(e *core.RequestEvent, place *join.RoomVisit, faults web.FormErrors) (roomPageProps, error) {
	p := roomPageProps{
		Page: joinHead(e, place.Room.Name()), Team: place.Team.Name(), Logo: place.Team.LogoPath(), Room: place.Room.Name(), URL: roomPath(e),
		SignedIn: e.Auth != nil, FreeMinutes: place.FreeMinutes, Errors: faults, Help: layout.SupportContact(e.App), OpenToAnyone: place.Room.Access() == rooms.AccessAnyone, CanSeeSessions: place.ShowsDetails,
	}
	p.Page.Events, p.RefreshIn = roomEventsPath(e, place), roomRefreshDelay(place, time.Now())
	switch {
	case place.Replaced:
		p.Closed, p.Title, p.Text = true, "This room has a new link", "The link you opened was replaced."
	case !place.Room.Archived().IsZero():
		p.Closed, p.Title, p.Text = true, place.Room.Name()+" is no longer in use", "This room was archived."
	case place.ShowsDetails:
		p.Description, p.Current, p.Next = place.Room.Description(), roomSessionOf(e, place, place.Current), roomSessionOf(e, place, place.Upcoming)
	default:
		p.Occupied = place.Current != nil
	}
	if p.Closed || !place.ShowsDetails {
		return p, p.loadContacts(e, place)
	}
	return p, nil
}

// loadContacts names whom to ask, to members of the team alone: a room's link can be guessed. Who may change rooms is led there.
func (p *roomPageProps) loadContacts(e *core.RequestEvent, place *join.RoomVisit) (err error) {
	if place.Actor != nil && place.Actor.CanEditRooms() {
		p.ManageURL = "/admin/" + place.Team.Slug() + "/rooms"
		return nil
	}
	p.Contacts, err = layout.Helpers(e.App, place.Actor, (*actors.Actor).CanEditRooms)
	return err
}

func roomSessionOf(e *core.RequestEvent, place *join.RoomVisit, s *sessions.Session) *roomSession {
	if s == nil {
		return nil
	}
	return &roomSession{Code: s.Code(), Running: s.Status() == sessions.Running, IsHost: e.Auth != nil && e.Auth.Id == s.HostID(),
		Facts: sessionFacts{Title: s.Title(), Host: s.GetString("host_name"), From: s.Starts(), To: s.Ends(), Times: accounts.ReaderZone(e.Auth, place.Team.Zone())}}
}

func unknownRoom(e *core.RequestEvent) statusPageProps {
	p := unknownSession(e)
	p.Text = "Check that you copied the whole link, or ask the person who sent it."
	return p
}

// roomSignUpPage is the page on which somebody makes an account who came by the link of an open room (R149).
func roomSignUpPage(e *core.RequestEvent) error {
	place, err := findOpenRoom(e)
	if err != nil {
		return err
	}
	if e.Auth != nil {
		return web.Redirect(e, nextURL(e, place))
	}
	return web.Render(e, http.StatusOK, roomSignUpView(newRoomSignUpProps(e, place, nil)))
}

func signUpInRoom(e *core.RequestEvent) error {
	place, err := findOpenRoom(e)
	if err != nil {
		return err
	}
	form := newRoomSignUpProps(e, place, nil)
	err = join.SignUpInRoom(e.App, place.Room, join.SignUpForm{Email: form.Email, Name: form.Name, Password: e.Request.FormValue("password"),
		Timezone: form.Timezone, IP: e.RealIP(), NextURL: form.Next})
	if err != nil {
		return layout.RenderInvalid(e, err, func(faults web.FormErrors) templ.Component {
			return roomSignUpView(newRoomSignUpProps(e, place, faults))
		})
	}
	return web.Render(e, http.StatusOK, layout.CheckEmail(layout.CheckEmailProps{
		Card:     layout.CardPageProps{Page: layout.PublicPage(e, "Check your email"), Title: "Check your email", Intro: "We sent a link to " + form.Email + ".", Help: form.Help},
		Text:     []string{"Open it to confirm your address. You then continue to " + form.Room + ". Didn't get it? Check your spam folder."},
		RetryURL: web.WithNext("/r/"+place.Room.Slug()+"/account", form.Next), EmailEnabled: mail.Enabled(e.App),
	}))
}

// findOpenRoom is the room of the link, if anyone may enter it.
func findOpenRoom(e *core.RequestEvent) (*join.RoomVisit, error) {
	place, err := findRoom(e)
	if err == nil && (place.Replaced || !place.Room.Archived().IsZero() || place.Room.Access() != rooms.AccessAnyone) {
		err = errs.NotFound
	}
	return place, err
}

func newRoomSignUpProps(e *core.RequestEvent, place *join.RoomVisit, faults web.FormErrors) roomSignUpProps {
	return roomSignUpProps{
		Page: layout.PublicPage(e, "Create account"), Next: nextURL(e, place), Team: place.Team.Name(), Logo: place.Team.LogoPath(), Room: place.Room.Name(), RoomURL: "/r/" + place.Room.Slug(),
		Email: e.Request.FormValue("email"), Name: e.Request.FormValue("name"), Timezone: e.Request.FormValue("timezone"), Errors: faults, Help: layout.SupportContact(e.App),
	}
}

// nextURL is where somebody goes on who makes an account by the link of an open room: the session they were about to
// join, else the room.
func nextURL(e *core.RequestEvent, place *join.RoomVisit) string {
	if next := web.NextParam(e); strings.HasPrefix(next, "/s/") {
		return next
	}
	return "/r/" + place.Room.Slug()
}
