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
	"usher/hooks/entry"
	"usher/hooks/mail"
	"usher/hooks/record"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
	"usher/views/frame"
	"usher/views/web"
)

// room shows what is held in a room now, and what is next.
func room(e *core.RequestEvent) error {
	place, err := placeOf(e)
	if errors.Is(err, record.ErrNotFound) && !actors.Left(err) {
		return web.Render(e, http.StatusNotFound, unknown(unknownRoom(e)))
	}
	if err != nil {
		return err
	}
	props, err := roomProps(e, place, nil)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if props.Dead {
		status = http.StatusGone
	}
	return web.Render(e, status, roomSheet(props))
}

func placeOf(e *core.RequestEvent) (*entry.Place, error) {
	return entry.Room(e.App, e.Auth, e.Request.PathValue("slug"), e.RealIP())
}

// startInRoom starts a session there on the spot.
func startInRoom(e *core.RequestEvent) error {
	place, err := placeOf(e)
	if err != nil {
		return err
	}
	session, err := entry.Meet(e.App, place, e.RealIP())
	if err != nil {
		return roomAgain(e, err)
	}
	visitor, err := entry.At(e.App, e.Auth, "", session)
	if err != nil {
		return err
	}
	if err := entry.Join(e.App, visitor, "", e.RealIP()); err != nil {
		return err
	}
	return web.Go(e, "/live/"+session.Id)
}

func roomAgain(e *core.RequestEvent, refused error) error {
	faults, ok := web.FaultsOf(refused)
	if !ok {
		return refused
	}
	place, err := placeOf(e)
	if err != nil {
		return err
	}
	props, err := roomProps(e, place, faults)
	if err != nil {
		return err
	}
	return frame.Again(e, refused, func(web.Faults) templ.Component { return roomSheet(props) })
}

func roomProps(e *core.RequestEvent, place *entry.Place, faults web.Faults) (placeProps, error) {
	p := placeProps{
		Page: doorHead(e, place.Room.Name()), Team: place.Team.Name(), Logo: place.Team.LogoPath(), Room: place.Room.Name(), At: roomPath(e),
		SignedIn: e.Auth != nil, Minutes: place.Minutes, Faults: faults, Help: frame.Support(e.App), Open: place.Room.Entry() == rooms.Anyone, Tells: place.Tells,
	}
	p.Page.Events, p.Due = roomEventsPath(e, place), roomDue(place, time.Now())
	switch {
	case place.Replaced:
		p.Dead, p.Title, p.Text = true, "This room has a new link", "The link you opened was replaced."
	case !place.Room.Archived().IsZero():
		p.Dead, p.Title, p.Text = true, place.Room.Name()+" is no longer in use", "This room was archived."
	case place.Tells:
		p.About, p.Now, p.Next = place.Room.Description(), meetingOf(e, place, place.Now), meetingOf(e, place, place.Next)
	default:
		p.Busy = place.Now != nil
	}
	if p.Dead || !place.Tells {
		return p, p.ask(e, place)
	}
	return p, nil
}

// ask names whom to ask, to members of the team alone: a room's link can be guessed. Who may change rooms is led there.
func (p *placeProps) ask(e *core.RequestEvent, place *entry.Place) (err error) {
	if place.Actor != nil && place.Actor.EditsRooms() {
		p.Manage = "/admin/" + place.Team.Slug() + "/rooms"
		return nil
	}
	p.Ask, err = frame.Helpers(e.App, place.Actor, (*actors.Actor).EditsRooms)
	return err
}

func meetingOf(e *core.RequestEvent, place *entry.Place, s *sessions.Session) *meeting {
	if s == nil {
		return nil
	}
	return &meeting{Code: s.Code(), Running: s.Status() == sessions.Running, Mine: e.Auth != nil && e.Auth.Id == s.HostID(),
		Facts: facts{Title: s.Title(), Host: s.GetString("host_name"), From: s.Starts(), To: s.Ends(), Times: accounts.Times(e.Auth, place.Team.Zone())}}
}

func unknownRoom(e *core.RequestEvent) endedProps {
	p := unknownSession(e)
	p.Text = "Check that you copied the whole link, or ask the person who sent it."
	return p
}

// roomAccount is the page on which somebody makes an account who came by the link of an open room (R149).
func roomAccount(e *core.RequestEvent) error {
	place, err := openPlace(e)
	if err != nil {
		return err
	}
	if e.Auth != nil {
		return web.Go(e, wayOf(e, place))
	}
	return web.Render(e, http.StatusOK, newcomerSheet(newcomerOf(e, place, nil)))
}

func signUpInRoom(e *core.RequestEvent) error {
	place, err := openPlace(e)
	if err != nil {
		return err
	}
	form := newcomerOf(e, place, nil)
	err = entry.SignUp(e.App, place.Room, entry.Newcomer{Email: form.Email, Name: form.Name, Password: e.Request.FormValue("password"),
		Timezone: form.Timezone, From: e.RealIP(), Next: form.Next})
	if err != nil {
		return frame.Again(e, err, func(faults web.Faults) templ.Component { return newcomerSheet(newcomerOf(e, place, faults)) })
	}
	return web.Render(e, http.StatusOK, frame.Look(frame.LookProps{
		Sheet: frame.SheetProps{Page: frame.Public(e, "Check your email"), Title: "Check your email", Lede: "We sent a link to " + form.Email + ".", Help: form.Help},
		Text:  []string{"Open it to confirm your address. You then continue to " + form.Room + ". Didn't get it? Check your spam folder."},
		Again: web.WithNext("/r/"+place.Room.Slug()+"/account", form.Next), Mail: mail.Works(e.App),
	}))
}

// openPlace is the room of the link, if anyone may enter it.
func openPlace(e *core.RequestEvent) (*entry.Place, error) {
	place, err := placeOf(e)
	if err == nil && (place.Replaced || !place.Room.Archived().IsZero() || place.Room.Entry() != rooms.Anyone) {
		err = record.ErrNotFound
	}
	return place, err
}

func newcomerOf(e *core.RequestEvent, place *entry.Place, faults web.Faults) newcomerProps {
	return newcomerProps{
		Page: frame.Public(e, "Create account"), Next: wayOf(e, place), Team: place.Team.Name(), Logo: place.Team.LogoPath(), Room: place.Room.Name(), At: "/r/" + place.Room.Slug(),
		Email: e.Request.FormValue("email"), Name: e.Request.FormValue("name"), Timezone: e.Request.FormValue("timezone"), Faults: faults, Help: frame.Support(e.App),
	}
}

// wayOf is where somebody goes on who makes an account by the link of an open room: the session they were about to
// join, else the room.
func wayOf(e *core.RequestEvent, place *entry.Place) string {
	if next := web.NextOf(e); strings.HasPrefix(next, "/s/") {
		return next
	}
	return "/r/" + place.Room.Slug()
}
