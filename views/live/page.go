package live

import (
	"cmp"
	"strconv"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/chat"
	"usher/hooks/join"
	"usher/hooks/live"
	"usher/hooks/paths"
	"usher/hooks/sessions"
	"usher/hooks/tools/settings"
	"usher/static"
	"usher/views/layout"
	"usher/views/web"
)

func page(e *core.RequestEvent) error {
	visitor := currentVisitor(e)
	state, err := loadState(e.App, visitor)
	if err != nil {
		return err
	}
	head := layout.PublicPage(e, visitor.Session.Title())
	head.Stylesheets = []string{static.URL("live.css")}
	head.EarlyScripts = []string{static.URL("vendor/livekit-client.js")}
	head.Scripts = static.ModulesOf("live")
	link := ""
	if visitor.Participant.Leads() {
		link = visitor.Session.Link(e.App)
	}
	return web.Render(e, 200, livePage(pageProps{
		Page: head, Title: visitor.Session.Title(), Room: roomName(visitor), Team: visitor.Team.Name(), Logo: visitor.Team.LogoPath(),
		State: state, Link: link, Chat: chatProps{Notice: chatNotice(visitor.Team.Name(), chat.Kept(visitor.Team.Record)), Leads: visitor.Participant.Leads(), DownloadURL: chatURL(visitor)}, Config: newClientConfig(e.App, visitor),
		LeftScreen: leftScreen(visitor), OtherPageScreen: otherPageScreen(visitor),
	}))
}

// chatURL is the URL of the chat as a file, for hosts and co-hosts.
func chatURL(v *join.Visitor) string {
	if !v.Participant.Leads() || !v.SignedIn {
		return ""
	}
	return paths.SessionChat(v.Team.Slug(), v.Session.Id)
}

func roomName(v *join.Visitor) string {
	if v.Room == nil {
		return ""
	}
	return v.Room.Name()
}

// clientConfig is the configuration of the page's script.
type clientConfig struct {
	Path  string      `json:"at"`
	Title string      `json:"title"`
	Me    participant `json:"me"`
	Muted bool        `json:"muted"` // the microphone is off on entry
	Audio string      `json:"audio"`
	Video video       `json:"video"`
	Media media       `json:"media"`
}

// media has the ports for audio and video, to explain what blocks them.
type media struct {
	External bool `json:"outside"` // an external LiveKit server
	UDP      int  `json:"udp"`
	TCP      int  `json:"tcp"` // 0: none
}

type participant struct {
	ID             string `json:"id"`
	Name           string `json:"name"`
	Role           string `json:"part"`
	Guest          bool   `json:"guest"`
	Leads          bool   `json:"leads"`
	CanShareScreen bool   `json:"shares"` // can share their screen
}

type video struct {
	Width  int    `json:"width"`
	Height int    `json:"height"`
	FPS    int    `json:"fps"`
	Codec  string `json:"codec"`
}

func newClientConfig(app core.App, v *join.Visitor) clientConfig {
	s, p, config := v.Session, v.Participant, settings.Of(app)
	return clientConfig{
		Path: paths.Live(s.Id), Title: s.Title(),
		Me: participant{ID: p.Id, Name: p.DisplayName(), Role: p.Role(), Guest: v.Actor != nil && v.Actor.Kind == actors.Guest,
			Leads: p.Leads(), CanShareScreen: p.CanShareScreen(s)},
		Muted: v.Muted(),
		Audio: s.Audio(),
		Video: videoOf(s),
		Media: media{External: live.IsExternal(app), UDP: config.LiveUDPPort, TCP: config.LiveTCPPort},
	}
}

// videoOf is the 16:9 video of the resolution setting.
func videoOf(s *sessions.Session) video {
	height, err := strconv.Atoi(s.Resolution()[:max(0, len(s.Resolution())-1)])
	if err != nil {
		height = 720
	}
	return video{Width: height * 16 / 9, Height: height, FPS: cmp.Or(s.FPS(), 30), Codec: cmp.Or(s.Codec(), "vp8")}
}
