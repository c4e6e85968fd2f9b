// Package live connects to the media server, embedded or external: rooms, tokens and reports. It knows nothing of teams and
// sessions; a function that it is given decides who can connect.
package live

import (
	"fmt"
	"strings"
	"time"

	"github.com/livekit/protocol/auth"
	"github.com/livekit/protocol/livekit"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/settings"
)

// TokenLife is how long a token is valid for connecting. It doesn't limit the connection.
const TokenLife = 2 * time.Minute

// Path is the path of the embedded media server below the public URL.
const Path = "/livekit"

// Grant is what a token permits.
type Grant struct {
	Room     string // media room
	Identity string // participant id
	Name     string
	Metadata string // JSON for the pages of other participants
	Publish  bool   // camera and microphone
	Screen   bool
}

// sources are the sources that the grant lets the participant publish. To allow none, CanPublish must be false: an empty list
// would allow all.
func (g Grant) sources() []livekit.TrackSource {
	var sources []livekit.TrackSource
	if g.Publish {
		sources = append(sources, livekit.TrackSource_CAMERA, livekit.TrackSource_MICROPHONE)
	}
	if g.Screen {
		sources = append(sources, livekit.TrackSource_SCREEN_SHARE, livekit.TrackSource_SCREEN_SHARE_AUDIO)
	}
	return sources
}

func (g Grant) canPublish() bool { return g.Publish || g.Screen }

// Credentials is what a browser needs to connect.
type Credentials struct {
	URL   string `json:"url"`
	Token string `json:"token"`
}

// IssueToken issues a token for the grant. It doesn't check whether the person can join.
func IssueToken(app core.App, grant Grant) (Credentials, error) {
	at, err := currentEndpoint(app)
	if err != nil {
		return Credentials{}, err
	}
	video := &auth.VideoGrant{RoomJoin: true, Room: grant.Room}
	video.SetCanPublish(grant.canPublish())
	video.SetCanPublishSources(grant.sources())
	video.SetCanPublishData(true)
	video.SetCanSubscribe(true)
	video.SetCanUpdateOwnMetadata(false) // otherwise a participant could claim to be the host
	token, err := auth.NewAccessToken(at.key, at.secret).SetIdentity(grant.Identity).SetName(grant.Name).
		SetMetadata(grant.Metadata).SetVideoGrant(video).SetValidFor(TokenLife).ToJWT()
	if err != nil {
		return Credentials{}, fmt.Errorf("make a token: %w", err)
	}
	return Credentials{URL: clientURL(app), Token: token}, nil
}

// clientURL is the URL that browsers connect to: ours, with the embedded media server behind it, or that of an external one.
func clientURL(app core.App) string {
	config := settings.Of(app)
	if config.LiveURL != "" {
		return withScheme(config.LiveURL, "ws")
	}
	return withScheme(config.Link(Path), "ws")
}

// withScheme changes the scheme of a URL to ws or http, or to wss or https if it was a secure one.
func withScheme(address, scheme string) string {
	before, rest, _ := strings.Cut(address, "://")
	if before == "https" || before == "wss" {
		scheme += "s"
	}
	return scheme + "://" + rest
}
