package app

import (
	"errors"
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/active"
	"usher/hooks/runs"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
	"usher/views/layout"
	"usher/views/web"
)

// confirmEnd asks for confirmation before a running session is ended (R116). If the user can't end it, or it isn't running, it
// leads to the details.
func confirmEnd(e *core.RequestEvent) error {
	session, err := findSession(e)
	if err != nil {
		return err
	}
	path := sessionsPath(e) + "/" + session.Id
	running, err := active.Find(e.App, web.Actor(e), session.Id)
	if errors.Is(err, errs.ErrNotFound) {
		return web.Redirect(e, path)
	}
	if err != nil {
		return err
	}
	props := layout.NewEndSession(e.App, running, path+"/end")
	if web.IsFragmentFor(e, "dialog") {
		return web.Render(e, http.StatusOK, layout.EndSession(props))
	}
	props.CloseURL = path
	return showDetails(e, http.StatusOK, session, nil, layout.EndSession(props))
}

// endSession ends a running session for everyone.
func endSession(e *core.RequestEvent) error {
	session, err := findSession(e)
	if err != nil {
		return err
	}
	if err := runs.End(e.App, web.Actor(e), session.Id); err != nil {
		return renderRefused(e, session, err)
	}
	web.SetToast(e, "“"+text.Isolate(session.Title())+"” has ended.")
	return web.Redirect(e, sessionsPath(e)+"/"+session.Id)
}
