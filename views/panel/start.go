package panel

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/onboarding"
	"usher/hooks/paths"
	"usher/hooks/plans"
	"usher/hooks/seats"
	"usher/views/ui"
	"usher/views/web"
)

// loadStart returns the list for getting started (R18), or nil if it isn't shown.
func loadStart(e *core.RequestEvent) (*StartProps, error) {
	actor := web.Actor(e)
	list, err := onboarding.Of(e.App, actor)
	if err != nil || !list.Shown() {
		return nil, err
	}
	now, err := seats.Of(e.App, actor.Team.Id)
	if err != nil {
		return nil, err
	}
	team := actor.TeamSlug()
	steps := map[string]StartStep{
		onboarding.Profile:  {Label: "Add your logo", Text: "It appears on invitations and in emails.", Button: "Settings", Href: paths.Settings(team) + "#logo-section"},
		onboarding.Invite:   {Label: "Invite someone", Text: freeSeatsText(now), Button: "Add users", Href: paths.AddUsers(team)},
		onboarding.Room:     {Label: "Create a room", Text: "A permanent place with its own link.", Button: "New room", Href: paths.NewRoom(team)},
		onboarding.Licences: {Label: "Check licences", Text: licencesText(now.Licences.Limit), Button: "Licences", Href: paths.Licences(team)},
		onboarding.Plan:     {Label: "Choose a plan", Text: "See what your plan includes.", Button: "Billing & plans", Href: paths.Billing(team)},
	}
	props := &StartProps{HidePath: panelPath(e) + "/start/hide", Done: list.Done()}
	for _, step := range list.Steps {
		shown := steps[step.Key]
		shown.Done = step.Done
		props.Steps = append(props.Steps, shown)
	}
	return props, nil
}

func freeSeatsText(now seats.Seats) string {
	count := func(c seats.Count, kind string) string {
		if c.Limit == plans.Unlimited {
			return "any number of " + kind + "s"
		}
		return ui.Count(c.Free(), kind, kind+"s")
	}
	return "Seats left: " + count(now.Admin, "Admin") + ", " + count(now.Organizer, "Organizer") + "."
}

func licencesText(limit int) string {
	if limit == plans.Unlimited {
		return "Any number of sessions can run at the same time."
	}
	return ui.Count(limit, "session", "sessions") + " can run at the same time."
}

// hideStart hides the list from the actor.
func hideStart(e *core.RequestEvent) error {
	if err := onboarding.Hide(e.App, web.Actor(e)); err != nil {
		return err
	}
	web.SetToast(e, "Getting started is hidden.")
	return web.Redirect(e, usersPath(e))
}

// saw records that a page of the list was opened.
func saw(step string, page func(*core.RequestEvent) error) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		if err := onboarding.Saw(e.App, web.Actor(e), step); err != nil {
			e.App.Logger().Error("record a step of getting started", "error", err)
		}
		return page(e)
	}
}
