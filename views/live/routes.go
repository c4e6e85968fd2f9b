// Package live is the live session itself: the page with pictures, sound and chat, and what its hosts do there.
package live

import (
	"github.com/pocketbase/pocketbase/apis"

	"usher/views/web"
)

// Routes mounts the area. Who is not in the session is sent to its door.
func Routes(pages *web.Group) {
	live := pages.Group("/live/{session}")
	live.BindFunc(requireInSession)
	live.GET("", page)
	live.GET("/state", state).Bind(apis.SkipSuccessActivityLog())
	live.POST("/token", token)
	live.POST("/mute", mute)
	live.POST("/mute-all", mute)
	live.POST("/put-out", kick)
	live.POST("/admit", admit)
	live.POST("/refuse", deny)
	live.POST("/extend", extend)
	live.POST("/end", end)
	for _, deed := range []string{"token", "mute", "mute-all", "put-out", "admit", "refuse", "extend", "end"} {
		live.GET("/"+deed, redirectToPage)
	}
}
