package app

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/mail"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/hooks/tools/text"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

// newSession shows the form, prefilled from the query: a calendar slot, a room, or a session to duplicate.
func newSession(e *core.RequestEvent) error {
	actor := web.Actor(e)
	if !actor.CanHost() {
		return renderNotHosting(e, http.StatusForbidden)
	}
	typed, err := initialInput(e)
	if err != nil {
		return err
	}
	return showForm(e, http.StatusOK, nil, typed, nil)
}

// schedule creates the session of the form.
func schedule(e *core.RequestEvent) error {
	if err := sessions.AuthorizeHost(e.App, web.Actor(e)); err != nil {
		return err
	}
	typed := parseInput(postForm(e))
	form, err := typed.toForm(e.App, web.Actor(e))
	if err == nil {
		var session *sessions.Session
		if session, err = sessions.Schedule(e.App, web.Actor(e), form); err == nil {
			web.SetToast(e, scheduledText(session, form, mail.Enabled(e.App)))
			return web.Redirect(e, sessionsPath(e)+"/"+session.Id)
		}
	}
	return renderFormInvalid(e, err, nil, typed)
}

func scheduledText(session *sessions.Session, form sessions.Form, mails bool) string {
	message := "“" + text.Isolate(session.Title()) + "” is scheduled."
	if form.Rule != "" {
		message = "The series “" + text.Isolate(session.Title()) + "” is scheduled."
	}
	switch n := len(form.Guests) + len(form.Cohosts); {
	case n > 0 && !mails:
		message += " Email isn't set up: copy each personal link and share it yourself."
	case n > 0:
		message += " " + text.Count(n, "invitation is", "invitations are") + " being sent."
	}
	return message
}

// editSession shows the form of a session that can still be started. For any other it says why it can't be changed, and what can.
func editSession(e *core.RequestEvent) error {
	session, err := findEditable(e)
	if err != nil {
		return err
	}
	if session.Status() != sessions.Scheduled || !session.Ends().After(time.Now()) {
		return showLocked(e, session)
	}
	form, err := sessions.FormOf(e.App, session)
	if err != nil {
		return err
	}
	typed, err := inputFromForm(e.App, form)
	if err != nil {
		return err
	}
	typed.Scope = string(sessions.ScopeSession)
	return showForm(e, http.StatusOK, session, typed, nil)
}

// saveSession saves the changed session.
func saveSession(e *core.RequestEvent) error {
	session, err := findSession(e)
	if err != nil {
		return err
	}
	if err := sessions.Authorize(e.App, web.Actor(e), session, "session.change"); err != nil {
		return err
	}
	typed := parseInput(postForm(e))
	form, err := typed.toForm(e.App, web.Actor(e))
	if err == nil {
		err = sessions.Change(e.App, web.Actor(e), session.Id, form, parseScope(typed.Scope))
	}
	if err != nil {
		return renderFormInvalid(e, err, session, typed)
	}
	web.SetToast(e, "“"+text.Isolate(text.Truncate(typed.Title, 60))+"” was updated. "+notified(e.App))
	return web.Redirect(e, sessionsPath(e)+"/"+session.Id)
}

func parseScope(scope string) sessions.Scope {
	if scope == string(sessions.ScopeSeries) {
		return sessions.ScopeSeries
	}
	return sessions.ScopeSession
}

// findEditable returns the session of the request if the actor can change it.
func findEditable(e *core.RequestEvent) (*sessions.Session, error) {
	session, err := findSession(e)
	if err != nil {
		return nil, err
	}
	return session, sessions.CheckManage(e.App, web.Actor(e), session)
}

// canPlan returns an error unless the actor can host, or manages the sessions of others.
func canPlan(app core.App, actor *actors.Actor) error {
	if actor.CanUsePanel() {
		return nil
	}
	return sessions.CanHost(app, actor)
}

// leadsSession reports whether the actor is the host or a co-host, and can host in the team.
func leadsSession(e *core.RequestEvent, session *sessions.Session) (bool, error) {
	actor := web.Actor(e)
	if !actor.CanHost() {
		return false, nil
	}
	return sessions.Leads(e.App, session, actor)
}

// previewForm shows the effects of the form so far: the series in words, which rooms are taken, what the room allows.
func previewForm(e *core.RequestEvent) error {
	if err := canPlan(e.App, web.Actor(e)); err != nil {
		return err
	}
	var session *sessions.Session
	if id := e.Request.URL.Query().Get("change"); id != "" {
		var err error
		if session, err = sessions.FindVisible(e.App, web.Actor(e), id); err != nil {
			return err
		}
	}
	props, err := loadForm(e, session, parseInput(postForm(e)), nil)
	if err != nil {
		return err
	}
	return web.Render(e, http.StatusOK, formPreview(props))
}

// renderFormInvalid shows the form again with the errors and the input.
func renderFormInvalid(e *core.RequestEvent, err error, session *sessions.Session, typed formInput) error {
	return layout.RenderInvalid(e, err, func(faults web.FormErrors) templ.Component {
		props, broken := loadForm(e, session, typed, faults)
		if broken != nil {
			return errorComponent(broken)
		}
		return formPage(props)
	})
}

// errorComponent returns a component that fails to render with err.
func errorComponent(err error) templ.Component {
	return templ.ComponentFunc(func(_ templContext, _ templWriter) error { return err })
}

func showForm(e *core.RequestEvent, status int, session *sessions.Session, typed formInput, faults web.FormErrors) error {
	props, err := loadForm(e, session, typed, faults)
	if err != nil {
		return err
	}
	return web.Render(e, status, formPage(props))
}

// fieldAliases maps error fields of an action to fields of the form.
var fieldAliases = map[string]string{"starts": "date", "resolution": "picture", "fps": "picture", "rule": "repeat", "cohost": "cohosts", "presenters": "guests"}

func loadForm(e *core.RequestEvent, session *sessions.Session, typed formInput, faults web.FormErrors) (sessionFormProps, error) {
	actor := web.Actor(e)
	props := sessionFormProps{Title: "New session", Action: sessionsPath(e) + "/new", BackURL: sessionsPath(e), Input: typed, SubmitLabel: "Schedule session",
		PreviewURL: sessionsPath(e) + "/preview", PeopleURL: appPath(e) + "/people", Errors: web.FormErrors{}, DefaultZone: accounts.ZoneLabel(layout.ZoneFor(actor)), EmailOff: !mail.Enabled(e.App), OpenLinks: teams.Of(actor.Team).OpenLinks()}
	crumbs := []ui.Breadcrumb{{Label: "Sessions", Href: sessionsPath(e)}, {Label: "New session"}}
	if session != nil {
		props.Title, props.Action, props.SubmitLabel = "Edit “"+session.Title()+"”", sessionsPath(e)+"/"+session.Id+"/edit", "Save session"
		props.BackURL, props.InSeries, props.Editing = sessionsPath(e)+"/"+session.Id, session.SeriesID() != "", true
		props.PreviewURL += "?" + url.Values{"change": {session.Id}}.Encode()
		crumbs = append(crumbs[:1], ui.Breadcrumb{Label: session.Title(), Href: props.BackURL}, ui.Breadcrumb{Label: "Edit"})
	}
	for field, sentence := range faults {
		if at, ok := fieldAliases[field]; ok {
			field = at
		}
		props.Errors[field] = sentence
	}
	props.FieldErrors = layout.FieldErrors(props.Errors, "title", "description", "date", "time", "minutes", "timezone", "repeat", "until", "count", "room", "elsewhere",
		"guests", "cohosts", "people", "picture", "audio", "codec", "link_entry", "access_code", "recording")
	var err error
	if props.Shell, err = shell(e, "sessions", crumbs...); err != nil {
		return props, err
	}
	props.Shell.Page.Title = layout.PageTitle(e, props.Title)
	var except []string
	if session != nil {
		if except, err = sessions.AffectedIDs(e.App, session, parseScope(typed.Scope)); err != nil {
			return props, err
		}
	}
	if err := props.fillRooms(e.App, actor, except); err != nil {
		return props, err
	}
	props.RepeatText, props.RepeatError = typed.repeatText()
	for _, sentence := range props.Errors {
		if sentence == props.RepeatError {
			props.RepeatError = "" // it is already shown under its field
		}
	}
	if session != nil {
		deviations, err := sessions.ListDeviations(e.App, session)
		if err != nil {
			return props, err
		}
		for _, one := range deviations {
			props.OwnChanges = append(props.OwnChanges, deviationText(one, session.Id, layout.ZoneFor(actor)))
		}
	}
	if props.InviteesJSON, err = inviteesJSON(e.App, actor.Team.Id, typed); err != nil {
		return props, err
	}
	return props, props.fillDurations(e.App, actor)
}

// initialInput returns the initial values of the form.
func initialInput(e *core.RequestEvent) (formInput, error) {
	actor, query := web.Actor(e), e.Request.URL.Query()
	zone := layout.ZoneFor(actor)
	typed := newFormInput(accounts.ZoneName(actor.Account))
	if id := query.Get("from"); id != "" {
		session, err := sessions.FindVisible(e.App, actor, id)
		if err != nil {
			return typed, err
		}
		if err := sessions.CanDuplicate(e.App, actor, session); err != nil {
			return typed, err
		}
		form, err := sessions.FormOf(e.App, session)
		if err != nil {
			return typed, err
		}
		form.Rule = ""
		form.Starts = nextSameWeekday(form.Starts, time.Now(), session.Zone())
		if typed, err = inputFromForm(e.App, form); err != nil {
			return typed, err
		}
	} else {
		next := time.Now().In(zone).Truncate(time.Hour).Add(time.Hour)
		typed.Date, typed.Time = next.Format(time.DateOnly), next.Format("15:04")
	}
	if id := query.Get("room"); id != "" {
		typed.Room = id
		if err := typed.applyRoomSettings(e.App, actor.Team.Id); err != nil {
			return typed, err
		}
	}
	typed.applyQuery(query)
	return typed, nil
}

// applyQuery reads date, time and zone from the query.
func (t *formInput) applyQuery(query url.Values) {
	if date, err := time.Parse(time.DateOnly, query.Get("date")); err == nil {
		t.Date = date.Format(time.DateOnly)
	}
	if at, err := time.Parse("15:04", query.Get("time")); err == nil {
		t.Time = at.Format("15:04")
	}
	if _, err := time.LoadLocation(query.Get("zone")); err == nil && query.Get("zone") != "" {
		t.Zone = query.Get("zone")
	}
}

// nextSameWeekday returns the next future time with the same weekday and time of day in the zone, at least a week later.
func nextSameWeekday(starts, now time.Time, zone *time.Location) time.Time {
	first := starts.In(zone)
	for weeks := max(int(now.Sub(first).Hours()/24/7)-1, 1); ; weeks++ {
		if at := first.AddDate(0, 0, 7*weeks); at.After(now) {
			return at
		}
	}
}

// postForm returns the submitted form, empty if it can't be parsed.
func postForm(e *core.RequestEvent) url.Values {
	_ = e.Request.ParseForm()
	return e.Request.PostForm
}

func (p sessionFormProps) errorFor(field string) string { return p.Errors[field] }

func (t formInput) minutes() int {
	n, _ := strconv.Atoi(t.Minutes)
	return n
}

func videoKey(resolution string, fps int) string { return fmt.Sprintf("%s-%d", resolution, fps) }
