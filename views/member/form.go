package member

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
	"usher/hooks/record"
	"usher/hooks/sessions"
	"usher/views/frame"
	"usher/views/ui"
	"usher/views/web"
)

// newSession is the form, filled in by the address: a slot of the calendar, a room, or a session to have again.
func newSession(e *core.RequestEvent) error {
	actor := web.Actor(e)
	if !actor.CanHost() {
		return notHosting(e, http.StatusForbidden)
	}
	typed, err := firstTyped(e)
	if err != nil {
		return err
	}
	return showForm(e, http.StatusOK, nil, typed, nil)
}

// schedule makes the session of the form.
func schedule(e *core.RequestEvent) error {
	if err := sessions.AuthorizeHost(e.App, web.Actor(e)); err != nil {
		return err
	}
	typed := typedIn(sent(e))
	form, err := typed.form(e.App, web.Actor(e))
	if err == nil {
		var session *sessions.Session
		if session, err = sessions.Schedule(e.App, web.Actor(e), form); err == nil {
			web.Toast(e, scheduled(session, form, mail.Works(e.App)))
			return web.Go(e, sessionsPath(e)+"/"+session.Id)
		}
	}
	return formAgain(e, err, nil, typed)
}

func scheduled(session *sessions.Session, form sessions.Form, mails bool) string {
	text := "“" + session.Title() + "” is scheduled."
	if form.Rule != "" {
		text = "The series “" + session.Title() + "” is scheduled."
	}
	switch n := len(form.Guests) + len(form.Cohosts); {
	case n > 0 && !mails:
		text += " Email isn't set up: copy each personal link and share it yourself."
	case n > 0:
		text += " Invitations go out to " + ui.Count(n, "person", "people") + "."
	}
	return text
}

// editForm is the form of a session that has not started.
func editForm(e *core.RequestEvent) error {
	session, err := toChange(e)
	if err != nil {
		return err
	}
	form, err := sessions.FormOf(e.App, session)
	if err != nil {
		return err
	}
	typed, err := typedOf(e.App, form)
	if err != nil {
		return err
	}
	typed.Scope = string(sessions.This)
	return showForm(e, http.StatusOK, session, typed, nil)
}

// change plans the session anew.
func change(e *core.RequestEvent) error {
	session, err := found(e)
	if err != nil {
		return err
	}
	if err := sessions.Authorize(e.App, web.Actor(e), session, "session.change"); err != nil {
		return err
	}
	typed := typedIn(sent(e))
	form, err := typed.form(e.App, web.Actor(e))
	if err == nil {
		err = sessions.Change(e.App, web.Actor(e), session.Id, form, scopeOf(typed.Scope))
	}
	if err != nil {
		return formAgain(e, err, session, typed)
	}
	web.Toast(e, "“"+record.Cut(typed.Title, 60)+"” is changed. Whoever is asked hears of it.")
	return web.Go(e, sessionsPath(e)+"/"+session.Id)
}

func scopeOf(scope string) sessions.Scope {
	if scope == string(sessions.Whole) {
		return sessions.Whole
	}
	return sessions.This
}

// toChange is the session of the address, for who may change it.
func toChange(e *core.RequestEvent) (*sessions.Session, error) {
	session, err := found(e)
	if err != nil {
		return nil, err
	}
	return session, sessions.MayManage(e.App, web.Actor(e), session)
}

// mayPlan refuses who neither hosts nor manages the sessions of others.
func mayPlan(app core.App, actor *actors.Actor) error {
	if actor.SeesPanel() {
		return nil
	}
	return sessions.MayHost(app, actor)
}

// leads reports whether the actor hosts the session, or is a co-host who may host.
func leads(e *core.RequestEvent, session *sessions.Session) (bool, error) {
	actor := web.Actor(e)
	if !actor.CanHost() {
		return false, nil
	}
	return sessions.Leads(e.App, session, actor)
}

// foretell says what the form would do as it is now: the series in words, what rooms are taken, what a room allows.
func foretell(e *core.RequestEvent) error {
	if err := mayPlan(e.App, web.Actor(e)); err != nil {
		return err
	}
	var session *sessions.Session
	if id := e.Request.URL.Query().Get("change"); id != "" {
		var err error
		if session, err = sessions.FindFor(e.App, web.Actor(e), id); err != nil {
			return err
		}
	}
	props, err := formProps(e, session, typedIn(sent(e)), nil)
	if err != nil {
		return err
	}
	return web.Render(e, http.StatusOK, foretold(props))
}

// formAgain shows the form once more with what was refused and all that was typed.
func formAgain(e *core.RequestEvent, err error, session *sessions.Session, typed typed) error {
	return frame.Again(e, err, func(faults web.Faults) templ.Component {
		props, broken := formProps(e, session, typed, faults)
		if broken != nil {
			return failing(broken)
		}
		return formPage(props)
	})
}

// failing is a component that cannot be drawn.
func failing(err error) templ.Component {
	return templ.ComponentFunc(func(_ templContext, _ templWriter) error { return err })
}

func showForm(e *core.RequestEvent, status int, session *sessions.Session, typed typed, faults web.Faults) error {
	props, err := formProps(e, session, typed, faults)
	if err != nil {
		return err
	}
	return web.Render(e, status, formPage(props))
}

// fields are where the refusals of an action stand in the form.
var fields = map[string]string{"starts": "date", "resolution": "picture", "fps": "picture", "rule": "repeat", "cohost": "cohosts", "presenters": "guests"}

func formProps(e *core.RequestEvent, session *sessions.Session, typed typed, faults web.Faults) (sessionForm, error) {
	actor := web.Actor(e)
	props := sessionForm{Title: "New session", Action: sessionsPath(e) + "/new", Close: sessionsPath(e), Typed: typed, Yes: "Schedule",
		Preview: sessionsPath(e) + "/preview", People: appPath(e) + "/people", Faults: web.Faults{}, Zones: accounts.ZoneWord(frame.ZoneOf(actor)), MailOff: !mail.Works(e.App)}
	crumbs := []ui.Crumb{{Label: "Sessions", Href: sessionsPath(e)}, {Label: "New session"}}
	if session != nil {
		props.Title, props.Action, props.Yes = "Change “"+session.Title()+"”", sessionsPath(e)+"/"+session.Id+"/edit", "Save"
		props.Close, props.Series, props.Changes = sessionsPath(e)+"/"+session.Id, session.SeriesID() != "", true
		props.Preview += "?" + url.Values{"change": {session.Id}}.Encode()
		crumbs = append(crumbs[:1], ui.Crumb{Label: session.Title(), Href: props.Close}, ui.Crumb{Label: "Change"})
	}
	for field, sentence := range faults {
		if at, ok := fields[field]; ok {
			field = at
		}
		props.Faults[field] = sentence
	}
	props.Problems = frame.Problems(props.Faults, "title", "description", "date", "time", "minutes", "timezone", "repeat", "until", "count", "room", "elsewhere",
		"guests", "cohosts", "people", "picture", "audio", "codec", "recording")
	var err error
	if props.Shell, err = shell(e, "sessions", crumbs...); err != nil {
		return props, err
	}
	props.Shell.Page.Title = titled(e, props.Title)
	var except []string
	if session != nil {
		if except, err = sessions.Replanned(e.App, session, scopeOf(typed.Scope)); err != nil {
			return props, err
		}
	}
	if err := props.rooms(e.App, actor, except); err != nil {
		return props, err
	}
	props.Says, props.Wrong = typed.says()
	for _, sentence := range props.Faults {
		if sentence == props.Wrong {
			props.Wrong = "" // it stands under its field
		}
	}
	if props.Listed, err = listedIn(e.App, actor.Team.Id, typed); err != nil {
		return props, err
	}
	return props, props.lengths(e.App, actor)
}

// firstTyped is what the form begins with.
func firstTyped(e *core.RequestEvent) (typed, error) {
	actor, query := web.Actor(e), e.Request.URL.Query()
	zone := frame.ZoneOf(actor)
	typed := newTyped(actor.Account.GetString("timezone"))
	if id := query.Get("from"); id != "" {
		session, err := sessions.FindFor(e.App, actor, id)
		if err != nil {
			return typed, err
		}
		if err := sessions.MayDuplicate(e.App, actor, session); err != nil {
			return typed, err
		}
		form, err := sessions.FormOf(e.App, session)
		if err != nil {
			return typed, err
		}
		form.Rule = ""
		form.Starts = again(form.Starts, time.Now(), session.Zone())
		if typed, err = typedOf(e.App, form); err != nil {
			return typed, err
		}
	} else {
		next := time.Now().In(zone).Truncate(time.Hour).Add(time.Hour)
		typed.Date, typed.Time = next.Format(time.DateOnly), next.Format("15:04")
	}
	if id := query.Get("room"); id != "" {
		typed.Room = id
		if err := typed.asRoom(e.App, actor.Team.Id); err != nil {
			return typed, err
		}
	}
	typed.take(query)
	return typed, nil
}

// take reads what an address says of the time.
func (t *typed) take(query url.Values) {
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

// again is the next time that has the same weekday and clock in the zone: a week later, or as many as bring it past now.
func again(starts, now time.Time, zone *time.Location) time.Time {
	first := starts.In(zone)
	for weeks := max(int(now.Sub(first).Hours()/24/7)-1, 1); ; weeks++ {
		if at := first.AddDate(0, 0, 7*weeks); at.After(now) {
			return at
		}
	}
}

// sent is the form that was sent; one that cannot be read has nothing in it.
func sent(e *core.RequestEvent) url.Values {
	_ = e.Request.ParseForm()
	return e.Request.PostForm
}

func (p sessionForm) error(field string) string { return p.Faults[field] }

func (t typed) minutes() int {
	n, _ := strconv.Atoi(t.Minutes)
	return n
}

func picture(resolution string, fps int) string { return fmt.Sprintf("%s-%d", resolution, fps) }
