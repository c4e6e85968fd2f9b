package account

import (
	"net/url"
	"strings"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/settings"
	"usher/hooks/teams"
	"usher/views/frame"
	"usher/views/ui"
	"usher/views/web"
)

func chooser(e *core.RequestEvent) error {
	query := e.Request.URL.Query()
	props, err := chooserProps(e, query.Get("next"))
	if err != nil {
		return err
	}
	if query.Has("later") {
		props.Postponed, props.Prompts, props.Sessions = len(props.Prompts)+len(props.Sessions), nil, nil
	}
	props.New = props.New || props.MayFound && query.Has("new")
	return web.Render(e, 200, chooserPage(props))
}

func found(e *core.RequestEvent) error {
	name := e.Request.FormValue("name")
	team, err := members.Found(e.App, e.Auth, name, e.RealIP())
	if err != nil {
		return chooserAgain(e, err, func(props *chooserForm, faults web.Faults) {
			props.New, props.Name, props.Faults = true, name, faults
		})
	}
	if err := web.SignIn(e, e.Auth); err != nil {
		return err
	}
	web.Toast(e, team.Name()+" is made, and yours.")
	return web.Go(e, frame.Home(team, actors.Roles{Owner: true}))
}

func accept(e *core.RequestEvent) error {
	invitation, err := invitations.Accept(e.App, answer(e))
	if err != nil {
		return notAnswered(e, err)
	}
	if err := web.SignIn(e, e.Auth); err != nil {
		return err
	}
	team, err := teams.Find(e.App, invitation.TeamID())
	if err != nil {
		return err
	}
	actor, err := actors.In(e.App, e.Auth, team.Record)
	if err != nil {
		return err
	}
	web.Toast(e, "Accepted. You are "+frame.Standing(actor.Roles, actor.Kind)+" in "+team.Name()+".")
	return goOn(e, frame.Home(team, actor.Roles))
}

func decline(e *core.RequestEvent) error {
	invitation, err := invitations.Decline(e.App, answer(e))
	if err != nil {
		return notAnswered(e, err)
	}
	team, err := teams.Find(e.App, invitation.TeamID())
	if err != nil {
		return err
	}
	web.Toast(e, "Declined. "+team.Name()+" sees your answer.")
	return goOn(e, web.Next(e.Request.FormValue("next"), frame.Chooser))
}

func answer(e *core.RequestEvent) invitations.Answer {
	return invitations.Answer{Account: e.Auth, ID: e.Request.PathValue("id"), From: e.RealIP()}
}

// notAnswered shows Team Selection with the reason why an invitation could not be answered.
func notAnswered(e *core.RequestEvent, err error) error {
	_, _, sentence, _ := record.Refusal(err)
	return chooserAgain(e, err, func(props *chooserForm, _ web.Faults) { props.Refused = sentence })
}

func chooserAgain(e *core.RequestEvent, err error, change func(*chooserForm, web.Faults)) error {
	props, broken := chooserProps(e, e.Request.FormValue("next"))
	if broken != nil {
		return broken
	}
	return frame.Again(e, err, func(faults web.Faults) templ.Component {
		change(&props, faults)
		return chooserPage(props)
	})
}

func chooserProps(e *core.RequestEvent, next string) (chooserForm, error) {
	next = web.Next(next, frame.Chooser)
	props := chooserForm{Page: frame.Public(e, "Choose a team"), Email: e.Auth.Email(), Next: next,
		MayFound: settings.Of(e.App).Teams == "any", Help: frame.Support(e.App)}
	places, err := members.Places(e.App, e.Auth, false)
	if err != nil {
		return props, err
	}
	sizes, err := members.Sizes(e.App, places)
	if err != nil {
		return props, err
	}
	for _, place := range places {
		props.add(place, sizes[place.Team.Id])
	}
	props.New = len(places) == 0 && props.MayFound
	if len(props.Panels) == 0 && len(places) > 0 {
		if err := props.ask(e, places); err != nil {
			return props, err
		}
	}
	if props.Prompts, err = frame.Waiting(e.App, e.Auth); err != nil {
		return props, err
	}
	if props.Sessions, err = sessionPrompts(e); err != nil {
		return props, err
	}
	props.Later, err = later(e, next)
	return props, err
}

// ask names who could offer the reader the Admin role, in the first team that has the reader as a member. A guest has
// nobody to ask for it (R25).
func (f *chooserForm) ask(e *core.RequestEvent, places []members.Place) error {
	for _, place := range places {
		if place.Kind != members.Member {
			continue
		}
		reader := &actors.Actor{Account: e.Auth, Team: place.Team, Roles: place.Roles, Kind: place.Kind}
		var err error
		f.AskIn = teams.Of(place.Team).Name()
		f.Ask, err = frame.Helpers(e.App, reader, invitesAdmins)
		return err
	}
	return nil
}

func invitesAdmins(a *actors.Actor) bool {
	return a.CanInvite(actors.Roles{Admin: true}, actors.Roles{})
}

func (f *chooserForm) add(place members.Place, people int) {
	team := teams.Of(place.Team)
	role := place.Roles
	if role.Panel() {
		role = actors.Roles{Owner: role.Owner, Admin: role.Admin && !role.Owner}
	}
	entry := chooserEntry{Name: team.Name(), Logo: team.LogoPath(), People: people, Href: frame.Home(team, place.Roles),
		Role: frame.Standing(role, place.Kind)}
	if f.App == "" || !place.Roles.Panel() && len(f.Apps) == 0 {
		f.App = "/app/" + team.Slug()
	}
	if place.Roles.Panel() {
		f.Panels = append(f.Panels, entry)
	} else {
		f.Apps = append(f.Apps, entry)
	}
}

// later is where Later leads: on, or to this page without the prompts.
func later(e *core.RequestEvent, next string) (string, error) {
	to, err := frame.Onward(e.App, e.Auth, next)
	if err == nil && strings.HasPrefix(to, frame.Chooser) {
		to = frame.Chooser + "?later=1"
	}
	return to, err
}

func acceptPath(id string) string  { return "/teams/invitations/" + url.PathEscape(id) + "/accept" }
func declinePath(id string) string { return "/teams/invitations/" + url.PathEscape(id) + "/decline" }

func (f chooserForm) name() ui.FieldProps {
	return ui.FieldProps{ID: "name", Name: "name", Label: "Its name", Value: f.Name, Error: f.Faults["name"], Max: teams.MaxName,
		Autocomplete: "organization", Required: true, Help: "You own the team, and host its sessions. Nothing is shared between teams."}
}
