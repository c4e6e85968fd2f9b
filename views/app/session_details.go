package app

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/active"
	"usher/hooks/actors"
	"usher/hooks/paths"
	"usher/hooks/record"
	"usher/hooks/rooms"
	"usher/hooks/runs"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
	"usher/views/layout"
	"usher/views/recordings"
	"usher/views/ui"
	"usher/views/web"
)

// details shows one session next to the list or the calendar that it was opened from.
func details(e *core.RequestEvent) error {
	session, err := sessions.FindVisible(e.App, web.Actor(e), e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	return showDetails(e, http.StatusOK, session, nil, nil)
}

// showDetails renders the details as a fragment, as a card in the calendar, or with the page behind them. fault is the
// reason why an action was refused, if any.
func showDetails(e *core.RequestEvent, status int, session *sessions.Session, fault error, dialog templ.Component) error {
	props, err := loadDetails(e, session)
	if err != nil {
		return err
	}
	_, _, props.Error, _ = errs.Details(fault)
	return renderDetails(e, status, session, props, dialog)
}

// showPersonalLink renders the details with a personal link to copy.
func showPersonalLink(e *core.RequestEvent, status int, session *sessions.Session, link personalLink) error {
	props, err := loadDetails(e, session)
	if err != nil {
		return err
	}
	props.PersonalLink = link
	e.Response.Header().Set("Cache-Control", "private, no-store")
	return renderDetails(e, status, session, props, nil)
}

func renderDetails(e *core.RequestEvent, status int, session *sessions.Session, props sessionDetailsProps, dialog templ.Component) error {
	if status == http.StatusOK && dialog == nil {
		switch {
		case web.IsFragmentFor(e, "card"):
			return web.Render(e, status, calendarCard(props))
		case web.IsFragmentFor(e, "details"):
			props.Focus = true
			return web.Render(e, status, detailsSwap(layout.PageTitle(e, props.Title), sessionDetails(props)))
		}
	}
	page, err := pageBehind(e, session, props, dialog)
	if err != nil {
		return err
	}
	return web.Render(e, status, page)
}

// pageBehind returns the page behind the details: the calendar that they were opened from, else the list.
func pageBehind(e *core.RequestEvent, session *sessions.Session, props sessionDetailsProps, dialog templ.Component) (templ.Component, error) {
	around := func(shell *ui.ShellProps, crumb ui.Breadcrumb) {
		shell.Page.Title = layout.PageTitle(e, props.Title)
		shell.Breadcrumbs = append(shell.Breadcrumbs[:1], crumb, ui.Breadcrumb{Label: props.Title})
		shell.Drawer = sessionDetails(props)
	}
	if query := e.Request.URL.Query(); query.Has("on") {
		query.Set("view", query.Get("on"))
		page, err := loadCalendar(e, query)
		around(&page.Shell, ui.Breadcrumb{Label: "Calendar", Href: props.Drawer.CloseURL})
		page.Dialog = dialog
		return calendarPage(page), err
	}
	page, err := loadSessionList(e, session)
	around(&page.Shell, ui.Breadcrumb{Label: "Sessions", Href: props.Drawer.CloseURL})
	page.Dialog = dialog
	return listPage(page), err
}

func loadDetails(e *core.RequestEvent, session *sessions.Session) (sessionDetailsProps, error) {
	actor := web.Actor(e)
	now := time.Now().In(layout.ZoneFor(actor))
	path := sessionsPath(e) + "/" + session.Id
	all, err := sessions.ListParticipants(e.App, session.Id)
	if err != nil {
		return sessionDetailsProps{}, err
	}
	me, err := sessions.FindParticipantFor(e.App, session.Id, actor.Account)
	if err != nil && !errors.Is(err, errs.ErrNotFound) {
		return sessionDetailsProps{}, err
	}
	row := newSessionRow(session, me)
	from, to := session.Starts().In(now.Location()), session.Ends().In(now.Location())
	props := sessionDetailsProps{
		ID: session.Id, Path: path, Title: session.Title(), Description: session.Description(), Host: session.HostName(), Zone: now.Location(), Times: layout.TimesFor(actor),
		Day: dayLabel(from, now), When: timeRange(from, to) + layout.TimesFor(actor).Suffix(), From: from, PlannedMinutes: session.Minutes(), ActualMinutes: int(to.Sub(from).Minutes()), Status: session.Status(), State: sessionState(row, actor.Account.Id, now),
		Quality: qualityText(session), Link: session.Link(e.App), External: session.ExternalLink() != "", Series: session.SeriesID() != "",
		Guest: actor.Kind == actors.Guest, Drawer: ui.DrawerProps{Label: session.Title(), CloseURL: closeURL(e), CopyLink: true, Attrs: ui.OpenDrawer()},
	}
	if zone := session.Zone(); zone.String() != now.Location().String() {
		props.TimeInSessionZone = text.DateAndTime(session.Starts().In(zone), "Mon 2 Jan") + " (" + text.ZoneName(zone) + ")"
	}
	props.StatusState, props.StatusLabel = sessionStatus(row, actor.Account.Id, now)
	room, err := rooms.Find(e.App, session.TeamID(), session.RoomID())
	if err != nil && !errors.Is(err, errs.ErrNotFound) {
		return props, err
	}
	props.LinkAccess, props.Settings = linkAccessText(session, room), settingsText(session, room)
	if room != nil {
		props.Room = room.Name()
	}
	lead, err := leadsSession(e, session)
	if err != nil {
		return props, err
	}
	if actor.CanUsePanel() {
		props.HistoryURL = paths.History(actor.TeamSlug(), session.Id)
	}
	props.CanLead, props.CanManage = lead, sessions.CanManage(actor, session)
	if sessions.IsOpen(teams.Of(actor.Team), session) {
		props.LinkAccess = openLinkText(session, props.CanLead || props.CanManage)
	}
	if session.Status() == sessions.Ended || session.Status() == sessions.Running {
		if err := props.loadRecap(e.App, session, actor); err != nil {
			return props, err
		}
		if err := props.loadChat(e, session); err != nil {
			return props, err
		}
		if props.Recordings, err = recordings.LoadSession(e, paths.AppRecordings(e.Request.PathValue("team")), session.Id); err != nil {
			return props, err
		}
	}
	props.addPeople(all, session, actor)
	if err := props.loadDelivery(e, session, all); err != nil {
		return props, err
	}
	if props.Series {
		if props.Rule, err = seriesText(e.App, session, now.Location()); err != nil {
			return props, err
		}
	}
	return props, props.loadActions(e, session, me, now)
}

// closeURL returns the URL of the page without the details.
func closeURL(e *core.RequestEvent) string {
	query := e.Request.URL.Query()
	if on := query.Get("on"); on != "" {
		query.Del("on")
		query.Set("view", on)
		return calendarPath(e) + "?" + query.Encode()
	}
	return parseListQuery(query).href(sessionsPath(e))
}

// newSessionRow returns the session as a list row for the participant, who may be nil.
func newSessionRow(session *sessions.Session, me *sessions.Participant) sessions.Row {
	row := sessions.Row{ID: session.Id, Title: session.Title(), StartsText: record.FormatTime(session.Starts()), EndsText: record.FormatTime(session.Ends()), Status: session.Status(), Host: session.HostID()}
	if me != nil {
		row.Role, row.State, row.Answer = me.Role(), me.State(), me.Answer()
	}
	return row
}

// addPeople adds the participants with their status. Only users who lead or manage the session see addresses; a guest
// sees the host and the number of the others (R25).
func (p *sessionDetailsProps) addPeople(all []*sessions.Participant, session *sessions.Session, actor *actors.Actor) {
	p.InvitedCount, p.StatusCounts = len(all), map[sessions.ParticipantStatus]int{}
	for _, one := range all {
		status := one.Status(session, p.presence(one))
		p.StatusCounts[status]++
		person := personLine{ID: one.Id, NoResponse: one.Answer() == "" && one.State() == sessions.StateInvited,
			Name: p.displayName(one), You: one.UserID() == actor.Account.Id, Role: roleLabel(one.Role())}
		if person.State, person.StatusLabel = participantStatus(one, status, p.attendanceTimes(one)); p.Guest && !person.You {
			person.State, person.StatusLabel = participantStatus(one, one.Status(session, sessions.Presence{}), "")
		}
		if one.Name() != "" && (p.CanLead || p.CanManage) {
			person.Email = accounts.AddressLabel(one.Address())
		}
		if !p.Guest || person.You || one.Role() == sessions.Host {
			p.People = append(p.People, person)
		}
	}
}

// displayName returns a participant's name. For a reader who can't see addresses it falls back to the domain, if there is
// no name or the name contains an address.
func (p *sessionDetailsProps) displayName(one *sessions.Participant) string {
	if p.CanLead || p.CanManage {
		return one.DisplayName()
	}
	if name := actors.PublicText(one.Name(), ""); name != "" {
		return name
	}
	kind := "Invitee"
	if one.State() != sessions.StateInvited {
		kind = "Guest"
	}
	if one.ByLink() {
		return kind + " (joined by link)"
	}
	return kind + " (" + one.Address()[strings.LastIndexByte(one.Address(), '@')+1:] + ")"
}

func roleLabel(part string) string {
	return map[string]string{sessions.Host: "Host", sessions.Cohost: "Co-host", sessions.Presenter: "Presenter"}[part]
}

// loadActions sets the actions that the user can take now.
func (p *sessionDetailsProps) loadActions(e *core.RequestEvent, session *sessions.Session, me *sessions.Participant, now time.Time) error {
	actor, lead := web.Actor(e), p.CanLead
	open := session.Status() == sessions.Scheduled && session.Ends().After(now)
	in := me != nil && me.State() != sessions.StateRemoved && me.State() != sessions.StateDenied || session.HostID() == actor.Account.Id
	from := session.Starts().Add(-sessions.StartWindow).In(now.Location())
	switch {
	case session.Status() == sessions.Running && in:
		p.JoinURL = paths.Join(session.Code())
	case open && lead:
		p.StartURL, p.StartFrom = p.Path+"/start", from
		p.Startable = !now.Before(from)
		p.StartLabel = "Start"
		if !p.Startable {
			p.StartLabel = "Start at " + text.TimeOfDay(from) + layout.TimesFor(actor).Suffix()
			if !midnight(from).Equal(midnight(now)) {
				p.StartLabel = "Start"
			}
		}
	case open && in && !now.Before(from):
		p.WaitURL = paths.Join(session.Code())
	}
	if p.CanManage && open {
		p.EditURL, p.CancelURL, p.CancelNote = p.Path+"/edit", p.Path+"/cancel", cancelNote(e.App)
	}
	if session.Status() == sessions.Running {
		switch _, err := active.Find(e.App, actor, session.Id); {
		case err == nil:
			p.EndURL = p.Path + "/end"
		case errs.IgnoreNotFound(err) != nil:
			return err
		}
	}
	if session.Status() == sessions.Cancelled && sessions.CanUndoCancel(e.App, actor, session) == nil {
		p.UndoCancelURL = undoCancelPath(e, session)
	}
	if actor.CanHost() && (lead || p.CanManage) {
		p.DuplicateURL = sessionsPath(e) + "/new?from=" + session.Id
	}
	if me != nil && me.Role() != sessions.Host && open && in {
		p.RSVPURL, p.Answered = p.Path+"/answer", me.Answer()
	}
	if p.StartURL != "" && midnight(from).Equal(midnight(now)) {
		return p.loadLicences(e.App, actor)
	}
	return nil
}

// loadLicences sets how many licences are in use, shown to users who are about to start.
func (p *sessionDetailsProps) loadLicences(app core.App, actor *actors.Actor) error {
	use, err := runs.Licences(app, actor.Team.Id)
	if err == nil {
		p.Licences = licenceText(use.Used(), use.Limit)
	}
	return err
}

func licenceText(used, of int) string {
	switch {
	case of < 0:
		return ""
	case used < of && of == 1:
		return "The team's only licence is available."
	case used >= of && of == 1:
		return "The team's only licence is in use."
	case used >= of:
		return "All " + text.Count(of, "licence", "licences") + " of the team are in use."
	}
	return text.Number(used) + " of " + text.Count(of, "licence", "licences") + " in use."
}
