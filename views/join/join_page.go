package join

import (
	"cmp"
	"time"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/join"
	"usher/hooks/paths"
	"usher/hooks/sessions"
	"usher/hooks/tools/calendar"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
	"usher/hooks/tools/text"
	"usher/static"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

// newJoinView returns the join page, with the errors of a refused action if there are any.
func newJoinView(e *core.RequestEvent, v *join.Visitor, faults web.FormErrors) (templ.Component, error) {
	p := joinProps{
		Page: joinHead(e, v.Session.Title()), Status: v.Status, URL: joinPath(e), Errors: faults, Help: layout.SupportContact(e.App),
		Team: v.Team.Name(), Logo: v.Team.LogoPath(), TeamDescription: v.Team.Description(), Facts: factsOf(v), IsInvited: v.CanSeeDetails(),
		ByName: v.ByName(), AsksForCode: v.AsksForAccessCode(),
		Email: accounts.ShownAddress(v.Address()), SignedIn: v.SignedIn, CanStart: v.CanStart, BecomesGuest: v.BecomesGuest(),
		Name: cmp.Or(e.Request.FormValue("name"), visitorName(v)), HasAccount: v.Account != nil && v.Account.Verified(),
		HasPersonalLink: v.Code != "", CreatesAccount: v.CanSignUp(), Running: v.Session.Status() == sessions.Running,
		Timezone: e.Request.FormValue("timezone"), StartsIn: time.Until(v.Session.Starts()),
		External: v.Session.ExternalLink() != "", Providers: settings.Of(e.App).Providers,
	}
	var err error
	if p.Recording, err = recordingText(e.App, v); err != nil {
		return nil, err
	}
	p.Page.Events = eventsPath(e, v)
	p.StartsByJoining = v.Status == join.Ready && !p.Running && !p.External
	p.WasRemoved = v.Participant != nil && v.Participant.State() == sessions.StateRemoved && v.Actor != nil
	p.HasLeftTeam = v.Departed()
	if v.Participant != nil {
		p.RSVP, p.Role = v.Participant.Answer(), v.Participant.Role()
	}
	if v.Status == join.External {
		p.ExternalURL = v.Session.ExternalLink()
	}
	if v.OpenToAnyone() {
		p.SignUpURL = web.WithNext(signUpPath(v.Room.Slug()), p.URL)
	}
	p.RefreshIn = p.refreshDelay(v, time.Now())
	if p.Host, err = layout.HostContact(e.App, v.Session, v.Actor); err != nil {
		return nil, err
	}
	p.redact(v, e)
	next, err := v.NextSession(e.App)
	if err != nil {
		return nil, err
	}
	if next != nil {
		p.NextURL, p.NextStarts = paths.Join(next.Code), next.Session.Starts()
	}
	return joinView(p), nil
}

// redact hides everything but title, time and team from a reader who wasn't invited. A member of the team also sees
// the host.
func (p *joinProps) redact(v *join.Visitor, e *core.RequestEvent) {
	if v.Status == join.WrongAccount {
		p.MaskedEmail, p.Email = accounts.MaskEmail(v.Participant.Address()), e.Auth.Email()
	}
	if p.IsInvited {
		return
	}
	p.TeamDescription, p.Facts.Description, p.Facts.Room = "", "", ""
	if !v.IsMember() {
		p.Facts.Host, p.Host = "", layout.Contact{}
	}
}

func joinHead(e *core.RequestEvent, title string) ui.PageProps {
	head := layout.PublicPage(e, title)
	head.Stylesheets, head.Scripts = []string{static.URL("join.css")}, static.ModulesOf("join")
	return head
}

// serveCalendar serves the session as a calendar file to its participants.
func serveCalendar(e *core.RequestEvent) error {
	visitor, err := loadVisitor(e)
	if err != nil {
		return err
	}
	if visitor.Participant == nil || !visitor.CanSeeDetails() {
		return errs.ErrNotFound
	}
	code, err := sessions.OwnCode(e.App, visitor.Participant, visitor.Session)
	if err != nil {
		return err
	}
	event, err := sessions.CalendarEvent(e.App, visitor.Session, visitor.Participant, settings.Of(e.App).Link(paths.Join(code)))
	if err != nil {
		return err
	}
	web.WriteAttachmentHeader(e, "text/calendar; charset=utf-8", "session.ics")
	_, err = e.Response.Write(calendar.Write(calendar.Publish, "", event))
	return err
}

func visitorName(v *join.Visitor) string {
	switch {
	case v.Participant != nil && v.Participant.Name() != "":
		return v.Participant.Name()
	case v.Account != nil:
		return accounts.StoredName(v.Account)
	}
	return ""
}

func factsOf(v *join.Visitor) sessionFacts {
	f := sessionFacts{Title: v.Session.Title(), Description: v.Session.Description(), Host: v.Session.HostName(),
		From: v.Session.Starts(), To: v.Session.Ends(), Times: v.Times()}
	if v.Room != nil {
		f.Room = v.Room.Name()
	}
	return f
}

// sessionFacts is what the join page shows about a session.
type sessionFacts struct {
	Title, Description, Host, Room string
	From, To                       time.Time
	Times                          text.ReaderZone // the reader's, else the team's
}

// timeText returns the time of the session in the reader's zone: "Thursday 26 November, 10:00 to 11:00 (Lisbon time)".
func (f sessionFacts) timeText() string {
	return ui.FormatTime(f.From, time.Now(), f.Times.Zone, ui.Long) + " to " + text.TimeOfDay(f.Times.In(f.To)) + f.Times.Suffix()
}

func (f sessionFacts) startTime() string { return f.From.UTC().Format(time.RFC3339) }
func (f sessionFacts) endTime() string   { return f.To.UTC().Format(time.RFC3339) }

func unknownSession(e *core.RequestEvent) statusPageProps {
	p := statusPageProps{
		Page: layout.PublicPage(e, "We don't know this link"), Title: "We don't know this link", Help: layout.SupportContact(e.App),
		Text:   "Check that you copied the whole link, or ask the person who sent it.",
		Action: "Sign in", Href: paths.SignIn,
	}
	if e.Auth != nil {
		p.Action, p.Href = "Go to your teams", paths.Teams
	}
	return p
}

func (p joinProps) signInURL() string { return web.SignInURL(p.URL) }

func (p joinProps) resetURL() string { return resetURL(p.URL) }
