package panel

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/mail"
	"usher/hooks/paths"
	"usher/hooks/recordings"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

func deletePath(e *core.RequestEvent) string { return settingsPath(e) + "/delete" }

// showDeleteTeam lists what is deleted with the team and what is kept, and asks for its name (R12).
func showDeleteTeam(e *core.RequestEvent) error { return renderDeleteTeam(e, http.StatusOK, "", nil) }

func deleteTeam(e *core.RequestEvent) error {
	name := e.Request.FormValue("name")
	err := teams.Delete(e.App, web.Actor(e), name)
	if faults, ok := web.FormErrorsOf(err); ok {
		return renderDeleteTeam(e, web.StatusCode(err), clean(name), faults)
	}
	if err != nil {
		return err
	}
	web.SetToast(e, web.Actor(e).TeamName()+" was deleted.")
	return web.Redirect(e, paths.Teams)
}

func renderDeleteTeam(e *core.RequestEvent, status int, typed string, faults web.FormErrors) error {
	actor := web.Actor(e)
	if !actor.CanDeleteTeam() {
		return errs.Forbidden("Only the Owner can delete the team.")
	}
	pageShell, err := shell(e, "settings", ui.Breadcrumb{Label: "Settings", Href: settingsPath(e)}, ui.Breadcrumb{Label: "Delete team"})
	if err != nil {
		return err
	}
	emails := mail.Enabled(e.App)
	props := DeleteTeamProps{Shell: pageShell, Team: actor.TeamName(), Path: deletePath(e), BackURL: settingsPath(e), NotifiedText: deletionNotified(emails),
		TypedName: typed, NameError: faults["name"], FieldErrors: layout.FieldErrors(faults, "name")}
	if _, _, sentence, refused := errs.Details(teams.CanDelete(e.App, actor.Team.Id)); refused {
		props.BlockedReason, props.FieldErrors = sentence, nil
	}
	if props.Deleted, err = deletedItems(e.App, actor.Team.Id, emails); err != nil {
		return err
	}
	return web.Render(e, status, DeleteTeam(props))
}

// deletionNotified says who gets an email about the deletion. emails says whether email is set up.
func deletionNotified(emails bool) string {
	if !emails {
		return "Email isn't set up, so tell your team and the invitees of upcoming sessions yourself."
	}
	return "We email its Admins and the invitees of upcoming sessions. Other members and guests get no email."
}

// deletedItems lists what is deleted with the team, with numbers. emails says whether email is set up.
func deletedItems(app core.App, team string, emails bool) ([]DeletedItem, error) {
	c, err := teams.ContentsOf(app, team)
	if err != nil {
		return nil, err
	}
	storage, err := recordings.Storage(app, team)
	if err != nil {
		return nil, err
	}
	upcoming := "Upcoming sessions: cancelled, and we email their invitees"
	if !emails {
		upcoming = "Upcoming sessions: cancelled"
	}
	return []DeletedItem{
		{"Memberships and roles", ui.Count(c.Members, "member", "members") + ", " + ui.Count(c.Guests, "guest", "guests")},
		{"Invitations: their links stop working", ui.Number(c.Pending) + " pending, " + ui.Number(c.Closed) + " closed"},
		{"Rooms and their links", ui.Count(c.Rooms, "room", "rooms")},
		{upcoming, ui.Count(c.Upcoming, "session", "sessions")},
		{"Past and cancelled sessions", ui.Count(c.Past, "session", "sessions")},
		{"Attendance of all sessions", ui.Count(c.Attendances, "record", "records")},
		{"Recordings, with all files", ui.Count(storage.Count, "recording", "recordings") + ", " + text.Storage(storage.Used)},
		{"Tags", ui.Count(c.Tags, "tag", "tags")},
		{"User imports", ui.Count(c.Imports, "import", "imports")},
		{"Other emails of the team that are still waiting", "Not sent"},
		{"Name, logo, settings and link", ""},
	}, nil
}
