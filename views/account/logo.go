package account

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/teams"
	"usher/hooks/tools/errs"
)

// serveLogo serves a team's logo to everyone. It can be cached indefinitely, because a changed logo has a new name. Emails show
// it, so other sites may embed it (R10).
func serveLogo(e *core.RequestEvent) error {
	team, err := teams.Find(e.App, e.Request.PathValue("team"))
	if err != nil {
		return err
	}
	name := team.LogoFile()
	if name == "" || name != e.Request.PathValue("hash") {
		return errs.ErrNotFound
	}
	files, err := e.App.NewFilesystem()
	if err != nil {
		return err
	}
	defer files.Close()
	key := team.BaseFilesPath() + "/" + name
	if there, err := files.Exists(key); err != nil || !there {
		return errs.ErrNotFound
	}
	h := e.Response.Header()
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Content-Type", "image/png")
	return files.Serve(e.Response, e.Request, key, name)
}
