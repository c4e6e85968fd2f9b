package panel

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
	"usher/hooks/teams"
	"usher/views/frame"
	"usher/views/ui"
	"usher/views/web"
)

func deletePath(e *core.RequestEvent) string { return settingsPath(e) + "/delete" }

// deleteForm lists what is deleted with the team and what is kept, and asks for its name (R12).
func deleteForm(e *core.RequestEvent) error { return showDelete(e, http.StatusOK, "", nil) }

func deleteTeam(e *core.RequestEvent) error {
	name := e.Request.FormValue("name")
	err := teams.Delete(e.App, web.Actor(e), name)
	if faults, ok := web.FaultsOf(err); ok {
		return showDelete(e, web.Status(err), clean(name), faults)
	}
	if err != nil {
		return err
	}
	web.Toast(e, web.Actor(e).Team.GetString("name")+" was deleted.")
	return web.Go(e, frame.Chooser)
}

func showDelete(e *core.RequestEvent, status int, typed string, faults web.Faults) error {
	actor := web.Actor(e)
	if !actor.DeletesTeam() {
		return record.Forbid("Only the Owner deletes the team.")
	}
	around, err := shell(e, "settings", ui.Crumb{Label: "Settings", Href: settingsPath(e)}, ui.Crumb{Label: "Delete the team"})
	if err != nil {
		return err
	}
	props := DeleteProps{Shell: around, Team: actor.Team.GetString("name"), Path: deletePath(e), Back: settingsPath(e),
		Typed: typed, Fault: faults["name"], Problems: frame.Problems(faults, "name")}
	if _, _, sentence, refused := record.Refusal(teams.MayDelete(e.App, actor.Team.Id)); refused {
		props.Kept, props.Problems = sentence, nil
	}
	if props.Goes, err = deletedWith(e.App, actor.Team.Id); err != nil {
		return err
	}
	return web.Render(e, status, DeleteTeam(props))
}

// deletedWith lists what is deleted with the team, with numbers.
func deletedWith(app core.App, team string) ([]Going, error) {
	c, err := teams.ContentsOf(app, team)
	if err != nil {
		return nil, err
	}
	return []Going{
		{"Memberships and roles", ui.Count(c.Members, "member", "members") + ", " + ui.Count(c.Guests, "guest", "guests")},
		{"Invitations: their links stop working", ui.Number(c.Pending) + " pending, " + ui.Number(c.Closed) + " closed"},
		{"Rooms and their links", ui.Count(c.Rooms, "room", "rooms")},
		{"Upcoming sessions: cancelled, and we email their invitees", ui.Count(c.Upcoming, "session", "sessions")},
		{"Past and cancelled sessions", ui.Count(c.Past, "session", "sessions")},
		{"Attendance of all sessions", ui.Count(c.Attendances, "record", "records")},
		{"Tags", ui.Count(c.Tags, "tag", "tags")},
		{"User imports", ui.Count(c.Imports, "import", "imports")},
		{"Other emails of the team that are still waiting", "Not sent"},
		{"Name, logo, settings and URL", ""},
	}, nil
}
