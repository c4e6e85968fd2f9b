// Package views mounts all pages and the JSON API on the server.
package views

import (
	"strings"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"usher/hooks/commands"
	"usher/hooks/join"
	"usher/hooks/live"
	"usher/hooks/metrics"
	"usher/static"
	"usher/views/account"
	"usher/views/api"
	apppages "usher/views/app"
	"usher/views/help"
	joinpages "usher/views/join"
	livepage "usher/views/live"
	"usher/views/panel"
	"usher/views/web"
)

// Register mounts all pages and the JSON API when the app is served.
func Register(app core.App) {
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		web.Register(e)
		e.Router.GET("/static/{path...}", apis.WrapStdHandler(static.Handler())).Bind(apis.SkipSuccessActivityLog())

		measured := metrics.New(e.App, commands.Version())
		e.Router.Bind(&hook.Handler[*core.RequestEvent]{Id: "usherMetrics", Func: measured.Measure, Priority: apis.DefaultWWWRedirectMiddlewarePriority - 2})
		e.Router.GET(web.MetricsPath, apis.WrapStdHandler(measured.Handler())).BindFunc(web.RequireMetrics).Bind(apis.SkipSuccessActivityLog())

		web.RegisterEvents(e)
		joinpages.RegisterEvents(e)
		e.Router.GET("/livez", func(e *core.RequestEvent) error { return e.String(200, "ok\n") }).Bind(apis.SkipSuccessActivityLog())
		e.Router.GET("/readyz", ready).Bind(apis.SkipSuccessActivityLog())

		e.Router.Any(live.Path+"/{path...}", apis.WrapStdHandler(live.Proxy(e.App, join.Authorize))).Bind(apis.SkipSuccessActivityLog())

		pages := web.PageGroup(e)
		account.Routes(pages)
		joinpages.Routes(pages)
		apppages.Routes(pages)
		panel.Routes(pages)
		livepage.Routes(pages)
		help.Routes(pages)
		api.PageRoutes(pages)
		pages.Any("/{path...}", notFound)

		api.Routes(e.Router.Group(""))
		if err := e.Next(); err != nil {
			return err
		}
		e.Server.Handler = web.KeepBody(e.Server.Handler)
		return nil
	})
}

// ready is the readiness probe.
func ready(e *core.RequestEvent) error {
	if err := commands.CheckReady(e.App); err != nil {
		return e.String(503, err.Error()+"\n")
	}
	return e.String(200, "ok\n")
}

// notFound answers unknown paths with 404, as JSON under /api/.
func notFound(e *core.RequestEvent) error {
	if strings.HasPrefix(e.Request.URL.Path, "/api/") {
		return e.JSON(404, map[string]any{"status": 404, "message": "The requested resource wasn't found.", "data": map[string]any{}})
	}
	return e.NotFoundError("", nil)
}
