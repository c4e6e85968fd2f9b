package member

import (
	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/bulk"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/views/frame"
	"usher/views/ui"
	"usher/views/web"
)

func home(e *core.RequestEvent) error {
	props, err := homeProps(e)
	if err != nil {
		return err
	}
	props.Leaving = e.Request.URL.Query().Has("leave") && props.MayLeave
	return web.Render(e, 200, homePage(props))
}

func leave(e *core.RequestEvent) error {
	actor := web.Actor(e)
	revoked := 0
	var also []members.First
	if e.Request.FormValue(frame.SentField) != "" {
		also = append(also, invitations.RevokeSent(actor, actor.Account.Id, &revoked))
	}
	parted, err := sessions.Leave(e.App, actor, frame.HandOver(e), also...)
	if err != nil {
		props, broken := homeProps(e)
		if broken != nil {
			return broken
		}
		return frame.Again(e, err, func(faults web.Faults) templ.Component {
			if props.Leaving = props.Succession.Refuse(faults); !props.Leaving {
				props.Refused = frame.Problems(faults)
			}
			return homePage(props)
		})
	}
	web.Toast(e, "You have left "+actor.Team.GetString("name")+"."+frame.PartedWords(parted.HandedOver, parted.Cancelled))
	return web.Go(e, "/")
}

func homeProps(e *core.RequestEvent) (homeForm, error) {
	actor := web.Actor(e)
	team := teams.Of(actor.Team)
	shell, err := shell(e, "home", ui.Crumb{Label: "Home"})
	if err != nil {
		return homeForm{}, err
	}
	props := homeForm{
		Shell: shell, Team: team.Name(), Slug: team.Slug(), Logo: team.LogoPath(), About: team.Description(),
		Person: actor.Name(), Guest: actor.Kind == members.Guest, Standing: frame.Standing(actor.Roles, actor.Kind), Rights: rightsOf(actor),
		Hosts: actor.CanHost(), Panel: actor.SeesPanel(), MayLeave: !actor.Roles.Owner,
		Frees: bulk.FreedBy(actor.Roles).Words(),
	}
	if props.Meets, err = meetingsOf(e); err != nil {
		return props, err
	}
	if props.MayLeave {
		future, err := sessions.Future(e.App, actor.Team.Id, actor.Account.Id)
		if err != nil {
			return props, err
		}
		if props.Succession, err = frame.SuccessionOf(e, len(future), []string{actor.Account.Id}); err != nil {
			return props, err
		}
		if props.Sent, err = frame.SentOf(e, actor.Account.Id); err != nil {
			return props, err
		}
	}
	if props.Ask, err = frame.Helpers(e.App, actor, (*actors.Actor).SeesPanel); err != nil {
		return props, err
	}
	if err := props.hosting(e.App, actor); err != nil {
		return props, err
	}
	if props.Prompts, err = frame.Waiting(e.App, actor.Account); err != nil {
		return props, err
	}
	props.Others, err = others(e.App, actor)
	return props, err
}

// rightsOf tells what the person carries in the team, a sentence each.
func rightsOf(actor *actors.Actor) []right {
	var all []right
	if actor.Roles.Owner {
		all = append(all, right{"Owner", "The team is yours: everything in it, its Admins included.", true})
	}
	for _, role := range actor.Roles.Explained() {
		all = append(all, right{role.Word, role.Sentence, !(actor.Roles.Owner && role.Key == "admin")})
	}
	switch {
	case len(all) > 0:
	case actor.Kind == members.Guest:
		all = append(all, right{"Guest", "You enter the sessions that you are invited to. Everything else in the team is its members'.", false})
	default:
		all = append(all, right{"Member", memberDoes(actor), false})
	}
	return all
}

func memberDoes(actor *actors.Actor) string {
	if actor.CanHost() {
		return "You schedule and host sessions, and take part in those that you are invited to. It takes no seat."
	}
	return "You take part in the sessions that you are invited to. It takes no seat."
}

func others(app core.App, actor *actors.Actor) ([]place, error) {
	places, err := members.Places(app, actor.Account, false)
	if err != nil {
		return nil, err
	}
	var all []place
	for _, p := range places {
		if p.Team.Id == actor.Team.Id {
			continue
		}
		team := teams.Of(p.Team)
		all = append(all, place{team.Name(), team.LogoPath(), frame.Standing(p.Roles, p.Kind), "/app/" + team.Slug()})
	}
	return all, nil
}
