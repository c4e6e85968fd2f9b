package member

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
	"usher/views/frame"
	"usher/views/ui"
	"usher/views/web"
)

// details are one session, beside the list or the calendar that it was opened from.
func details(e *core.RequestEvent) error {
	session, err := sessions.FindFor(e.App, web.Actor(e), e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	return showDetails(e, http.StatusOK, session, nil, nil)
}

// showDetails answers with the details: alone, as a card in a calendar, or with the page behind them. fault is why a
// deed was refused.
func showDetails(e *core.RequestEvent, status int, session *sessions.Session, fault error, dialog templ.Component) error {
	props, err := detailsProps(e, session)
	if err != nil {
		return err
	}
	_, _, props.Fault, _ = record.Refusal(fault)
	return renderDetails(e, status, session, props, dialog)
}

// showShared answers with the details and a personal link to copy.
func showShared(e *core.RequestEvent, status int, session *sessions.Session, link sharedLink) error {
	props, err := detailsProps(e, session)
	if err != nil {
		return err
	}
	props.Shared = link
	e.Response.Header().Set("Cache-Control", "private, no-store")
	return renderDetails(e, status, session, props, nil)
}

func renderDetails(e *core.RequestEvent, status int, session *sessions.Session, props detailsForm, dialog templ.Component) error {
	if status == http.StatusOK && dialog == nil {
		switch {
		case web.Aimed(e, "card"):
			return web.Render(e, status, card(props))
		case web.Aimed(e, "details"):
			props.Focus = true
			return web.Render(e, status, detailsSwap(titled(e, props.Title), sessionDetails(props)))
		}
	}
	page, err := behind(e, session, props, dialog)
	if err != nil {
		return err
	}
	return web.Render(e, status, page)
}

// behind is the page under the details: the calendar that they were opened from, else the list.
func behind(e *core.RequestEvent, session *sessions.Session, props detailsForm, dialog templ.Component) (templ.Component, error) {
	around := func(shell *ui.ShellProps, crumb ui.Crumb) {
		shell.Page.Title = titled(e, props.Title)
		shell.Crumbs = append(shell.Crumbs[:1], crumb, ui.Crumb{Label: props.Title})
		shell.Details = sessionDetails(props)
	}
	if query := e.Request.URL.Query(); query.Has("on") {
		query.Set("view", query.Get("on"))
		page, err := calendarProps(e, query)
		around(&page.Shell, ui.Crumb{Label: "Calendar", Href: props.Head.Close})
		page.Dialog = dialog
		return calendarPage(page), err
	}
	page, err := listProps(e, session)
	around(&page.Shell, ui.Crumb{Label: "Sessions", Href: props.Head.Close})
	page.Dialog = dialog
	return listPage(page), err
}

func detailsProps(e *core.RequestEvent, session *sessions.Session) (detailsForm, error) {
	actor := web.Actor(e)
	now := time.Now().In(frame.ZoneOf(actor))
	path := sessionsPath(e) + "/" + session.Id
	all, err := sessions.Participants(e.App, session.Id)
	if err != nil {
		return detailsForm{}, err
	}
	me, err := sessions.ParticipantOf(e.App, session.Id, actor.Account)
	if err != nil && !errors.Is(err, record.ErrNotFound) {
		return detailsForm{}, err
	}
	row := rowOf(session, me)
	from, to := session.Starts().In(now.Location()), session.Ends().In(now.Location())
	props := detailsForm{
		ID: session.Id, Path: path, Title: session.Title(), Description: session.GetString("description"), Host: session.GetString("host_name"), Zone: now.Location(), Times: frame.TimesOf(actor),
		Day: dayWord(from, now), When: between(from, to) + frame.TimesOf(actor).Name(), From: from, Planned: session.Minutes(), Long: int(to.Sub(from).Minutes()), Status: session.Status(), State: stateOf(row, actor.Account.Id, now),
		Quality: qualityWords(session), Link: session.Link(e.App), Elsewhere: session.Elsewhere() != "", Series: session.SeriesID() != "",
		Guest: actor.Kind == members.Guest, Head: ui.DetailsProps{Label: session.Title(), Close: closing(e), Copy: true, Attrs: ui.OpenDetails()},
	}
	if place := session.Zone(); place.String() != now.Location().String() {
		props.There = record.OnClock(session.Starts().In(place), "Mon 2 Jan") + " (" + record.ZoneName(place) + ")"
	}
	props.StatusState, props.StatusWord = statusOf(row, actor.Account.Id, now)
	room, err := rooms.Find(e.App, session.TeamID(), session.RoomID())
	if err != nil && !errors.Is(err, record.ErrNotFound) {
		return props, err
	}
	props.Lets, props.Settings = letsIn(session, room), settingWords(session, room)
	if room != nil {
		props.Room = room.Name()
	}
	lead, err := leads(e, session)
	if err != nil {
		return props, err
	}
	props.Lead, props.Manage = lead, sessions.CanManage(actor, session)
	if session.Status() == sessions.Ended || session.Status() == sessions.Running {
		if err := props.recap(e.App, session, actor); err != nil {
			return props, err
		}
	}
	props.people(all, session, actor)
	if err := props.deliver(e, session, all); err != nil {
		return props, err
	}
	if props.Series {
		if props.Rule, err = seriesWords(e.App, session, now.Location()); err != nil {
			return props, err
		}
	}
	return props, props.deeds(e, session, me, now)
}

// closing is the page without the details.
func closing(e *core.RequestEvent) string {
	query := e.Request.URL.Query()
	if on := query.Get("on"); on != "" {
		query.Del("on")
		query.Set("view", on)
		return calendarPath(e) + "?" + query.Encode()
	}
	return listingOf(query).address(sessionsPath(e))
}

// rowOf is the session with what somebody is in it, as lists have it.
func rowOf(session *sessions.Session, me *sessions.Participant) sessions.Row {
	row := sessions.Row{ID: session.Id, Title: session.Title(), From: record.Stamp(session.Starts()), To: record.Stamp(session.Ends()), Status: session.Status(), Host: session.HostID()}
	if me != nil {
		row.Part, row.State, row.Answer = me.Part(), me.State(), me.Answered()
	}
	return row
}

// people are the participants with their status. Addresses are shown to who leads or manages the session; a guest sees
// the host and the number of the others (R25).
func (p *detailsForm) people(all []*sessions.Participant, session *sessions.Session, actor *actors.Actor) {
	p.Asked, p.Counted = len(all), map[sessions.ParticipantStatus]int{}
	for _, one := range all {
		status := one.Status(session, p.presence(one))
		p.Counted[status]++
		person := personLine{ID: one.Id, Silent: one.Answered() == "" && one.State() == sessions.StateInvited,
			Name: p.called(one), You: one.UserID() == actor.Account.Id, Part: partWord(one.Part())}
		if person.State, person.Word = look(one, status, p.staysOf(one)); p.Guest && !person.You {
			person.State, person.Word = look(one, one.Status(session, sessions.Presence{}), "")
		}
		if one.GetString("name") != "" && (p.Lead || p.Manage) {
			person.Small = one.Address()
		}
		if !p.Guest || person.You || one.Part() == sessions.Host {
			p.People = append(p.People, person)
		}
	}
}

// called is a participant's name. For a reader who may not know addresses it is where the participant is from, if there is
// no name or it holds an address.
func (p *detailsForm) called(one *sessions.Participant) string {
	if p.Lead || p.Manage {
		return one.Called()
	}
	if name := actors.PublicText(one.GetString("name"), ""); name != "" {
		return name
	}
	kind := "Invitee"
	if one.State() != sessions.StateInvited {
		kind = "Guest"
	}
	return kind + " (" + one.Address()[strings.LastIndexByte(one.Address(), '@')+1:] + ")"
}

func partWord(part string) string {
	return map[string]string{sessions.Host: "Host", sessions.Cohost: "Co-host", sessions.Presenter: "Presenter"}[part]
}

// deeds are what the person can do with the session now.
func (p *detailsForm) deeds(e *core.RequestEvent, session *sessions.Session, me *sessions.Participant, now time.Time) error {
	actor, lead := web.Actor(e), p.Lead
	open := session.Status() == sessions.Scheduled && session.Ends().After(now)
	in := me != nil && me.State() != sessions.StateOut && me.State() != sessions.StateRefused || session.HostID() == actor.Account.Id
	from := session.Starts().Add(-sessions.StartsBefore).In(now.Location())
	switch {
	case session.Status() == sessions.Running && in:
		p.Join = "/s/" + session.Code()
	case open && lead:
		p.Start, p.StartFrom = p.Path+"/start", from
		p.Startable = !now.Before(from)
		p.StartWord = "Start"
		if !p.Startable {
			p.StartWord = "Start at " + record.Clock(from) + frame.TimesOf(actor).Name()
			if !midnight(from).Equal(midnight(now)) {
				p.StartWord = "Start"
			}
		}
	case open && in && !now.Before(from):
		p.Wait = "/s/" + session.Code()
	}
	if p.Manage && session.Status() == sessions.Scheduled {
		p.Edit, p.Cancel = p.Path+"/edit", p.Path+"/cancel"
	}
	if actor.CanHost() && (lead || p.Manage) {
		p.Duplicate = sessionsPath(e) + "/new?from=" + session.Id
	}
	if me != nil && me.Part() != sessions.Host && open && in {
		p.Answer, p.Answered = p.Path+"/answer", me.Answered()
	}
	if p.Start != "" && midnight(from).Equal(midnight(now)) {
		return p.licences(e.App, actor)
	}
	return nil
}

// licences says how many are in use, for who is about to start.
func (p *detailsForm) licences(app core.App, actor *actors.Actor) error {
	use, err := sessions.Licences(app, actor.Team.Id)
	if err == nil {
		p.Licences = licenceWords(use.Used(), use.Limit)
	}
	return err
}

func licenceWords(used, of int) string {
	switch {
	case of < 0:
		return ""
	case used < of && of == 1:
		return "The team's only licence is free."
	case used >= of && of == 1:
		return "The team's only licence is in use now."
	case used >= of:
		return "All " + ui.Count(of, "licence", "licences") + " of the team are in use now."
	}
	return ui.Number(used) + " of " + ui.Count(of, "licence", "licences") + " are in use now."
}
