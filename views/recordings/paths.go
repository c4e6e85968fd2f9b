package recordings

import (
	"net/url"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/paths"
)

// The paths use the team's slug or ID, as the request did.
func (a Area) listPath(e *core.RequestEvent) string {
	if a.InPanel {
		return paths.PanelRecordings(e.Request.PathValue("team"))
	}
	return paths.AppRecordings(e.Request.PathValue("team"))
}

func (a Area) path(e *core.RequestEvent, id string) string { return a.listPath(e) + "/" + id }

func filePath(e *core.RequestEvent, id, name string) string {
	return paths.AppRecordings(e.Request.PathValue("team")) + "/" + id + "/files/" + url.PathEscape(name)
}

func downloadPath(e *core.RequestEvent, id string) string {
	return paths.AppRecordings(e.Request.PathValue("team")) + "/" + id + "/download"
}
