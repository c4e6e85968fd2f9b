// Package live renders the live session: the page with video, audio and chat, and the actions of its hosts.
package live

import (
	"github.com/pocketbase/pocketbase/apis"

	"usher/hooks/join"
	"usher/views/web"
)

// Routes registers the routes. Visitors who aren't in the session are sent to its join page.
func Routes(pages *web.Group) {
	live := pages.Group("/live/{session}")
	live.BindFunc(requireInSession)
	live.GET("", page)
	live.GET("/state", state).Bind(apis.SkipSuccessActivityLog())
	live.POST("/token", token)
	live.POST("/quality", reportQuality).Bind(apis.SkipSuccessActivityLog(), apis.BodyLimit(4<<10))
	live.POST("/mute", mute)
	live.POST("/mute-all", mute)
	live.POST("/stop-video", stopVideo)
	live.POST("/ask-to-unmute", ask(join.Unmute))
	live.POST("/lower-hand", ask(join.LowerHand))
	live.POST("/put-out", kick)
	live.POST("/admit", admit)
	live.POST("/refuse", deny)
	live.POST("/lobby", setLobby)
	live.POST("/sharing", setSharing)
	live.POST("/open-link", setOpenLink)
	live.POST("/participants", invite)
	live.GET("/chat", chatHistory).Bind(apis.SkipSuccessActivityLog())
	live.POST("/chat", sendMessage).Bind(apis.SkipSuccessActivityLog(), apis.BodyLimit(32<<10))
	live.POST("/extend", extend)
	live.POST("/end", end)
	live.POST("/record", record)
	live.POST("/stop-recording", stopRecording)
	for _, action := range []string{"token", "quality", "mute", "mute-all", "stop-video", "ask-to-unmute", "lower-hand", "put-out", "admit", "refuse", "lobby", "sharing", "open-link", "participants", "extend", "end", "record", "stop-recording"} {
		live.GET("/"+action, redirectToPage)
	}
}
