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
	"usher/hooks/paths"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
	"usher/views/layout"
	"usher/views/web"
)

// showRoom shows the current and the next session of a room.
func showRoom(e *core.RequestEvent) error {
	visit, err := findRoom(e)
	if errors.Is(err, errs.ErrNotFound) && !actors.WasMember(err) {
		return web.Render(e, http.StatusNotFound, unknownView(unknownRoom(e)))
	}
	if err != nil {
		return err
	}
	props, err := roomProps(e, visit, nil)
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

// startInRoom starts an unscheduled session in the room and joins it.
func startInRoom(e *core.RequestEvent) error {
	visit, err := findRoom(e)
	if err != nil {
		return err
	}
	session, err := join.StartInRoom(e.App, visit, e.RealIP())
	if err != nil {
		return renderRoomInvalid(e, err)
	}
	return web.Redirect(e, paths.Live(session.Id))
}

func renderRoomInvalid(e *core.RequestEvent, refused error) error {
	faults, ok := web.FormErrorsOf(refused)
	if !ok {
		return refused
	}
	visit, err := findRoom(e)
	if err != nil {
		return err
	}
	props, err := roomProps(e, visit, faults)
	if err != nil {
		return err
	}
	return layout.RenderInvalid(e, refused, func(web.FormErrors) templ.Component { return roomView(props) })
}

func roomProps(e *core.RequestEvent, visit *join.RoomVisit, faults web.FormErrors) (roomPageProps, error) {
	p := roomPageProps{
		Page: joinHead(e, visit.Room.Name()), Team: visit.Team.Name(), Logo: visit.Team.LogoPath(), Room: visit.Room.Name(), URL: roomPath(e), SignUpURL: signUpPath(visit.Room.Slug()),
		SignedIn: e.Auth != nil, FreeMinutes: visit.FreeMinutes, Errors: faults, Help: layout.SupportContact(e.App), OpenToAnyone: visit.Room.Access() == rooms.AccessAnyone, CanSeeSessions: visit.ShowsDetails,
	}
	p.Page.Events, p.RefreshIn = roomEventsPath(e, visit), roomRefreshDelay(visit, time.Now())
	switch {
	case visit.Replaced:
		p.Closed, p.Title, p.Text = true, "This room has a new link", "The link you opened was replaced."
	case !visit.Room.Archived().IsZero():
		p.Closed, p.Title, p.Text = true, text.Isolate(visit.Room.Name())+" is no longer in use", "This room was archived."
	case visit.ShowsDetails:
		p.Description, p.Current, p.Next = visit.Room.Description(), roomSessionOf(e, visit, visit.Current), roomSessionOf(e, visit, visit.Upcoming)
		if p.Current != nil {
			visitor, err := join.Resolve(e.App, e.Auth, "", visit.Current)
			if err != nil {
				return p, err
			}
			p.Current.CanStart = visitor.CanStart
		}
	default:
		p.Occupied = visit.Current != nil
	}
	if p.Closed || !visit.ShowsDetails {
		return p, p.loadContacts(e, visit)
	}
	return p, nil
}

// loadContacts sets the contacts, for members of the team only, because a room's link can be guessed. A reader who can edit rooms gets a link to them instead.
func (p *roomPageProps) loadContacts(e *core.RequestEvent, visit *join.RoomVisit) (err error) {
	if visit.Actor != nil && visit.Actor.CanEditRooms() {
		p.ManageURL = paths.PanelRooms(visit.Team.Slug())
		return nil
	}
	p.Contacts, err = layout.Helpers(e.App, visit.Actor, (*actors.Actor).CanEditRooms)
	return err
}

func roomSessionOf(e *core.RequestEvent, visit *join.RoomVisit, s *sessions.Session) *roomSession {
	if s == nil {
		return nil
	}
	return &roomSession{Code: s.Code(), Running: s.Status() == sessions.Running,
		Facts: sessionFacts{Title: s.Title(), Host: s.HostName(), From: s.Starts(), To: s.Ends(), Times: accounts.ReaderZone(e.Auth, visit.Team.Zone())}}
}

func unknownRoom(e *core.RequestEvent) statusPageProps {
	p := unknownSession(e)
	p.Text = "Check that you copied the whole link, or ask the person who sent it."
	return p
}

// roomSignUpPage lets a reader with the link of an open room create an account (R149).
func roomSignUpPage(e *core.RequestEvent) error {
	visit, err := findOpenRoom(e)
	if err != nil {
		return err
	}
	if e.Auth != nil {
		return web.Redirect(e, nextURL(e, visit))
	}
	return web.Render(e, http.StatusOK, roomSignUpView(newRoomSignUpProps(e, visit, nil)))
}

func signUpInRoom(e *core.RequestEvent) error {
	visit, err := findOpenRoom(e)
	if err != nil {
		return err
	}
	form := newRoomSignUpProps(e, visit, nil)
	err = join.SignUpInRoom(e.App, visit.Room, join.SignUpForm{Email: form.Email, Name: form.Name, Password: e.Request.FormValue("password"),
		Timezone: form.Timezone, IP: e.RealIP(), NextURL: form.Next})
	if err != nil {
		return layout.RenderInvalid(e, err, func(faults web.FormErrors) templ.Component {
			return roomSignUpView(newRoomSignUpProps(e, visit, faults))
		})
	}
	return web.Render(e, http.StatusOK, layout.CheckEmail(layout.CheckEmailProps{
		Card:     layout.CardPageProps{Page: layout.PublicPage(e, "Check your email"), Title: "Check your email", Intro: "We sent a link to " + form.Email + ".", Help: form.Help},
		Text:     []string{"Open it to confirm your address. You then continue to " + text.Isolate(form.Room) + ". Didn't get it? Check your spam folder."},
		RetryURL: web.WithNext(signUpPath(visit.Room.Slug()), form.Next), EmailEnabled: mail.Enabled(e.App),
	}))
}

// findOpenRoom returns the room of the link, or ErrNotFound unless it is open to anyone.
func findOpenRoom(e *core.RequestEvent) (*join.RoomVisit, error) {
	visit, err := findRoom(e)
	if err == nil && (visit.Replaced || !visit.Room.Archived().IsZero() || visit.Room.Access() != rooms.AccessAnyone) {
		err = errs.ErrNotFound
	}
	return visit, err
}

func newRoomSignUpProps(e *core.RequestEvent, visit *join.RoomVisit, faults web.FormErrors) roomSignUpProps {
	return roomSignUpProps{
		Page: layout.PublicPage(e, "Create account"), Next: nextURL(e, visit), Team: visit.Team.Name(), Logo: visit.Team.LogoPath(), Room: visit.Room.Name(), Action: signUpPath(visit.Room.Slug()),
		Email: e.Request.FormValue("email"), Name: e.Request.FormValue("name"), Timezone: e.Request.FormValue("timezone"), Errors: faults, Help: layout.SupportContact(e.App),
	}
}

// nextURL returns where to continue after sign-up in an open room: the session that the reader was about to
// join, else the room.
func nextURL(e *core.RequestEvent, visit *join.RoomVisit) string {
	if next := web.NextParam(e); strings.HasPrefix(next, paths.JoinPrefix) {
		return next
	}
	return paths.Room(visit.Room.Slug())
}
