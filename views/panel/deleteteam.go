package panel

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/sessions"
	"usher/hooks/tags"
	"usher/hooks/teams"
	"usher/views/frame"
	"usher/views/ui"
	"usher/views/web"
)

func deletePath(e *core.RequestEvent) string { return settingsPath(e) + "/delete" }

// deleteForm says what goes with the team and what stays, and asks for its name (R12).
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
	if props.Goes, err = whatGoes(e.App, actor); err != nil {
		return err
	}
	return web.Render(e, status, DeleteTeam(props))
}

// whatGoes counts what the team has.
func whatGoes(app core.App, actor *actors.Actor) ([]Going, error) {
	counts, err := members.Count(app, actor.Team.Id)
	if err != nil {
		return nil, err
	}
	labels, err := tags.Of(app, actor.Team.Id)
	if err != nil {
		return nil, err
	}
	coming, err := sessions.ComingOf(app, actor.Team.Id)
	if err != nil {
		return nil, err
	}
	all := []Going{
		{"Everybody's membership and roles", ui.Count(counts.Accepted, "person", "people")},
		{"Invitations, those that wait and those that have ended", ui.Count(counts.Pending, "waits", "wait")},
		{"Sessions to come: a mail tells everybody who is asked", ui.Number(len(coming)) + " cancelled"},
		{"Tags", ui.Count(len(labels), "tag", "tags")},
		{"Other letters of the team that have not left yet", "never leave"},
		{"Name, logo, settings and the team's address", ""},
	}
	return all, nil
}
