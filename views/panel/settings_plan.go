package panel

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/plans"
	"usher/hooks/seats"
	"usher/hooks/tools/settings"
	"usher/views/web"
)

// loadPlan returns the team's plan and the current use of its seats.
func loadPlan(e *core.RequestEvent) (PlanProps, error) {
	actor := web.Actor(e)
	plan, err := plans.ForTeam(e.App, actor.Team.Id)
	if err != nil {
		return PlanProps{}, err
	}
	now, err := seats.Of(e.App, actor.Team.Id)
	if err != nil {
		return PlanProps{}, err
	}
	config := settings.Of(e.App)
	return PlanProps{
		Name: plan.Name(), Support: config.Support, SupportHref: config.SupportLink(), UsersURL: usersPath(e),
		Seats: []SeatsProps{newSeatTotals("Admin", now.Admin), newSeatTotals("Organizer", now.Organizer)},
	}, nil
}

func newSeatTotals(role string, count seats.Count) SeatsProps {
	return SeatsProps{Role: role, Limit: count.Limit, Used: count.Used, Reserved: count.Reserved, Free: count.Free(),
		Unlimited: count.Limit == plans.Unlimited}
}
