package panel

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/paths"
	"usher/hooks/people"
	"usher/views/web"
)

// showPermissions shows the table of roles and permissions in a dialog over the current page, or over Users.
func showPermissions(e *core.RequestEvent) error {
	table := actors.Permissions(web.Actor(e).Team)
	if web.IsFragmentFor(e, "dialog") {
		return web.Render(e, http.StatusOK, PermissionsDialog(table, ""))
	}
	page, err := loadUsersPage(e, people.Query{Size: pageSize}, "")
	if err != nil {
		return err
	}
	page.Dialog = PermissionsDialog(table, usersPath(e))
	return web.Render(e, http.StatusOK, Users(page))
}

func permissionsPath(e *core.RequestEvent) string {
	return paths.Permissions(e.Request.PathValue("team"))
}
