package join

import (
	"cmp"
	"net/url"
	"time"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/calendar"
	"usher/hooks/entry"
	"usher/hooks/record"
	"usher/hooks/sessions"
	"usher/hooks/settings"
	"usher/static"
	"usher/views/frame"
	"usher/views/ui"
	"usher/views/web"
)

// doorPage is the one render of a session's door, whether it was opened or something was refused there.
func doorPage(e *core.RequestEvent, v *entry.Visitor, faults web.Faults) (templ.Component, error) {
	p := doorProps{
		Page: doorHead(e, v.Session.Title()), Standing: v.Standing, At: doorPath(e), Faults: faults, Help: frame.Support(e.App),
		Team: v.Team.Name(), Logo: v.Team.LogoPath(), About: v.Team.Description(), Facts: factsOf(v), Invited: v.Invited(),
		Address: v.Address(), SignedIn: v.SignedIn, Starts: v.Starts, Guest: v.BecomesGuest(),
		Name: cmp.Or(e.Request.FormValue("name"), nameOf(v)), Confirmed: v.Account != nil && v.Account.Verified(),
		Personal: v.Code != "", Makes: v.MakesAccount(), Runs: v.Session.Status() == sessions.Running,
		Timezone: e.Request.FormValue("timezone"), Ahead: time.Until(v.Session.Starts()),
		Outside: v.Session.Elsewhere() != "",
	}
	p.Page.Events = eventsPath(e, v)
	p.Starting = v.Standing == entry.Door && !p.Runs && !p.Outside
	p.Removed = v.Participant != nil && v.Participant.State() == sessions.StateOut && v.Actor != nil
	p.Departed = v.Departed()
	if v.Participant != nil {
		p.Answer, p.Part = v.Participant.Answered(), v.Participant.Part()
	}
	if v.Standing == entry.Away {
		p.Elsewhere = v.Session.Elsewhere()
	}
	if v.Open() {
		p.SignUp = web.WithNext("/r/"+v.Room.Slug()+"/account", p.At)
	}
	p.Due = p.due(v, time.Now())
	var err error
	if p.By, err = frame.HostOf(e.App, v.Session, v.Actor); err != nil {
		return nil, err
	}
	p.hide(v, e)
	next, err := v.Next(e.App)
	if err != nil {
		return nil, err
	}
	if next != nil {
		p.Next, p.NextAt = "/s/"+next.Code, next.Session.Starts()
	}
	return doorSheet(p), nil
}

// hide leaves the title, the time and the team to a reader who wasn't invited. A member of the team also learns who
// hosts the session.
func (p *doorProps) hide(v *entry.Visitor, e *core.RequestEvent) {
	if v.Standing == entry.WrongAccount {
		p.Masked, p.Address = accounts.Masked(v.Participant.Address()), e.Auth.Email()
	}
	if p.Invited {
		return
	}
	p.About, p.Facts.About, p.Facts.Room = "", "", ""
	if !v.Member() {
		p.Facts.Host, p.By = "", frame.Contact{}
	}
}

func doorHead(e *core.RequestEvent, title string) ui.PageProps {
	head := frame.Public(e, title)
	head.Sheets, head.Scripts = []string{static.URL("door.css")}, static.ModulesOf("door")
	return head
}

// calendarFile is the session for the calendar of whoever may read its page.
func calendarFile(e *core.RequestEvent) error {
	visitor, err := knock(e)
	if err != nil {
		return err
	}
	if visitor.Participant == nil || !visitor.Invited() {
		return record.ErrNotFound
	}
	code, err := sessions.OwnCode(e.App, visitor.Participant, visitor.Session)
	if err != nil {
		return err
	}
	event, err := sessions.EventOf(e.App, visitor.Session, visitor.Participant, settings.Of(e.App).Link("/s/"+code))
	if err != nil {
		return err
	}
	web.Attach(e, "text/calendar; charset=utf-8", "session.ics")
	_, err = e.Response.Write(calendar.Write(calendar.Publish, "", event))
	return err
}

func nameOf(v *entry.Visitor) string {
	switch {
	case v.Participant != nil && v.Participant.GetString("name") != "":
		return v.Participant.GetString("name")
	case v.Account != nil:
		return v.Account.GetString("name")
	}
	return ""
}

func factsOf(v *entry.Visitor) facts {
	f := facts{Title: v.Session.Title(), About: v.Session.GetString("description"), Host: v.Session.GetString("host_name"),
		From: v.Session.Starts(), To: v.Session.Ends(), Times: v.Times()}
	if v.Room != nil {
		f.Room = v.Room.Name()
	}
	return f
}

// facts are what a session's page tells of it.
type facts struct {
	Title, About, Host, Room string
	From, To                 time.Time
	Times                    record.Times // the reader's, else the team's
}

// when is the span as the reader is told it: "Thursday 26 November, 10:00 to 11:00 (Lisbon time)".
func (f facts) when() string {
	return ui.When(f.From, time.Now(), f.Times.Zone, ui.Long) + " to " + record.Clock(f.Times.In(f.To)) + f.Times.Name()
}

func (f facts) from() string { return f.From.UTC().Format(time.RFC3339) }
func (f facts) to() string   { return f.To.UTC().Format(time.RFC3339) }

func unknownSession(e *core.RequestEvent) endedProps {
	p := endedProps{
		Page: frame.Public(e, "We don't know this link"), Title: "We don't know this link", Help: frame.Support(e.App),
		Text:   "Check that you copied the whole link, or ask the person who sent it.",
		Action: "Sign in", Href: "/signin",
	}
	if e.Auth != nil {
		p.Action, p.Href = "Go to your teams", frame.Chooser
	}
	return p
}

func (p doorProps) signIn() string { return "/signin?next=" + url.QueryEscape(p.At) }

func (p doorProps) reset() string { return "/reset?next=" + url.QueryEscape(p.At) }
