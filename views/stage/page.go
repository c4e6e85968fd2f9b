package stage

import (
	"cmp"
	"strconv"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/entry"
	"usher/hooks/live"
	"usher/hooks/members"
	"usher/hooks/sessions"
	"usher/hooks/settings"
	"usher/static"
	"usher/views/frame"
	"usher/views/web"
)

func page(e *core.RequestEvent) error {
	visitor := here(e)
	state, err := stateOf(e.App, visitor)
	if err != nil {
		return err
	}
	head := frame.Public(e, visitor.Session.Title())
	head.Sheets = []string{static.URL("stage.css")}
	head.Ahead = []string{static.URL("vendor/livekit-client.js")}
	head.Scripts = static.ModulesOf("stage")
	link := ""
	if visitor.Participant.Leads() {
		link = visitor.Session.Link(e.App)
	}
	return web.Render(e, 200, stagePage(pageProps{
		Page: head, Title: visitor.Session.Title(), Room: roomName(visitor), Team: visitor.Team.Name(), Logo: visitor.Team.LogoPath(),
		State: state, Link: link, Session: describe(e.App, visitor),
		Left: curtainLeft(visitor), Elsewhere: curtainElsewhere(visitor),
	}))
}

func roomName(v *entry.Visitor) string {
	if v.Room == nil {
		return ""
	}
	return v.Room.Name()
}

// description is what the page's script is told.
type description struct {
	At    string `json:"at"`
	Me    person `json:"me"`
	Muted bool   `json:"muted"` // the microphone is off on entry
	Audio string `json:"audio"`
	Video video  `json:"video"`
	Media media  `json:"media"`
}

// media is where sound and pictures go, for saying what blocks them.
type media struct {
	Outside bool `json:"outside"` // at a LiveKit of the operator's
	UDP     int  `json:"udp"`
	TCP     int  `json:"tcp"` // 0: none
}

type person struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Part   string `json:"part"`
	Guest  bool   `json:"guest"`
	Leads  bool   `json:"leads"`
	Shares bool   `json:"shares"` // may show the screen
}

type video struct {
	Width  int    `json:"width"`
	Height int    `json:"height"`
	FPS    int    `json:"fps"`
	Codec  string `json:"codec"`
}

func describe(app core.App, v *entry.Visitor) description {
	s, p, config := v.Session, v.Participant, settings.Of(app)
	return description{
		At: "/live/" + s.Id,
		Me: person{ID: p.Id, Name: p.Called(), Part: p.Part(), Guest: v.Actor != nil && v.Actor.Kind == members.Guest,
			Leads: p.Leads(), Shares: p.Shares()},
		Muted: v.Muted(),
		Audio: s.GetString("audio"),
		Video: pictureOf(s),
		Media: media{Outside: live.Outside(app), UDP: config.LiveUDPPort, TCP: config.LiveTCPPort},
	}
}

// pictureOf is the size of the picture that is asked for: 16 to 9, by its height.
func pictureOf(s *sessions.Session) video {
	height, err := strconv.Atoi(s.GetString("resolution")[:max(0, len(s.GetString("resolution"))-1)])
	if err != nil {
		height = 720
	}
	return video{Width: height * 16 / 9, Height: height, FPS: cmp.Or(s.GetInt("fps"), 30), Codec: cmp.Or(s.GetString("codec"), "vp8")}
}
