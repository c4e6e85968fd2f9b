package app

import (
	"strings"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/join"
	"usher/hooks/paths"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

// The pages with a button that starts a session.
const (
	meetFromHome     = "home"
	meetFromCalendar = "calendar"
	meetFromRooms    = "rooms"
)

// meetID is the id of the button on Home and in the calendar.
const meetID = "meet-now"

// meetNow starts a session and leads its host into it (R162).
func meetNow(e *core.RequestEvent) error {
	visitor, err := join.MeetNow(e.App, web.Actor(e), postForm(e).Get("room"))
	if err != nil {
		return renderMeetRefused(e, err)
	}
	return web.Redirect(e, paths.Live(visitor.Session.Id))
}

// redirectToHome redirects a GET of a form's path.
func redirectToHome(e *core.RequestEvent) error { return web.Redirect(e, appPath(e)) }

// renderMeetRefused shows the page of the button again, with the reason next to it.
func renderMeetRefused(e *core.RequestEvent, refused error) error {
	faults, ok := web.FormErrorsOf(refused)
	if !ok {
		return refused
	}
	page, err := meetPage(e, meetErrors(faults))
	if err != nil {
		return err
	}
	return layout.RenderInvalid(e, refused, func(web.FormErrors) templ.Component { return page })
}

// meetErrors are the reasons of a refusal, which aren't about fields.
func meetErrors(faults web.FormErrors) []ui.FieldError {
	all := layout.FieldErrors(faults)
	for n := range all {
		all[n].ID = meetID
	}
	return all
}

// meetPage is the page of the button that was pressed, with the errors.
func meetPage(e *core.RequestEvent, problems []ui.FieldError) (templ.Component, error) {
	switch postForm(e).Get("from") {
	case meetFromCalendar:
		props, err := loadCalendar(e, nil)
		props.FieldErrors, props.FreshAt = problems, calendarPath(e)
		return calendarPage(props), err
	case meetFromRooms:
		props, err := loadRoomsPage(e, parseRoomView(e))
		props.FreshAt = paths.AppRooms(e.Request.PathValue("team"))
		props.setMeetErrors(postForm(e).Get("room"), problems)
		return roomsPage(props), err
	}
	props, err := loadHome(e)
	props.FieldErrors, props.FreshAt = problems, appPath(e)
	return homePage(props), err
}

// setMeetErrors shows the errors next to the button of the room, or above the list if the room isn't in it any longer.
func (p *roomsPageProps) setMeetErrors(room string, problems []ui.FieldError) {
	for n := range p.Rooms {
		if p.Rooms[n].ID != room {
			continue
		}
		var sentences []string
		for _, problem := range problems {
			sentences = append(sentences, problem.Message)
		}
		p.Rooms[n].MeetError = strings.Join(sentences, " ")
		return
	}
	for _, problem := range problems {
		p.FieldErrors = append(p.FieldErrors, ui.FieldError{Message: problem.Message})
	}
}
