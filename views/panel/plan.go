package panel

import (
	"strconv"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/plans"
	"usher/hooks/seats"
	"usher/hooks/settings"
	"usher/views/ui"
	"usher/views/web"
)

// planProps are what the team's plan gives, with the real numbers of its seats.
func planProps(e *core.RequestEvent) (PlanProps, error) {
	actor := web.Actor(e)
	plan, err := plans.Find(e.App, actor.Team.GetString("plan"))
	if err != nil {
		return PlanProps{}, err
	}
	now, err := seats.Of(e.App, actor.Team.Id)
	if err != nil {
		return PlanProps{}, err
	}
	config := settings.Of(e.App)
	return PlanProps{
		Name: plan.Name(), Support: config.Support, SupportHref: config.SupportLink(), Users: usersPath(e),
		Seats: []SeatsProps{seatNumbers("Admin", now.Admin), seatNumbers("Organizer", now.Organizer)},
		Gives: []Given{
			{"Sessions at once", number(now.Licences.Limit)},
			{"Longest session", length(plan.GetInt("session_minutes"))},
			{"People in a session", number(plan.GetInt("session_people"))},
			{"Storage for recordings", storage(plan.GetInt("storage_bytes"))},
		},
	}, nil
}

func seatNumbers(word string, count seats.Count) SeatsProps {
	return SeatsProps{Word: word, Limit: count.Limit, Used: count.Used, Reserved: count.Reserved, Free: count.Free(),
		Unlimited: count.Limit == plans.Unlimited}
}

func number(n int) string {
	if n == plans.Unlimited {
		return "No limit"
	}
	return ui.Number(n)
}

func length(minutes int) string {
	if minutes == plans.Unlimited {
		return "No limit"
	}
	if minutes%60 == 0 {
		return ui.Count(minutes/60, "hour", "hours")
	}
	return ui.Count(minutes, "minute", "minutes")
}

func storage(bytes int) string {
	const gigabyte = 1_000_000_000
	switch {
	case bytes == plans.Unlimited:
		return "No limit"
	case bytes >= 1000*gigabyte:
		return strconv.FormatFloat(float64(bytes)/(1000*gigabyte), 'g', 3, 64) + " TB"
	}
	return strconv.FormatFloat(float64(bytes)/gigabyte, 'g', 3, 64) + " GB"
}
