// Package live is the way to the media server, embedded or outside: rooms, tokens and reports. It knows nothing of
// teams and sessions; who may enter is asked of a function that it is given.
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

// TokenLife is how long a token opens the door; whoever is in stays in.
const TokenLife = 2 * time.Minute

// Path is where browsers reach the embedded media server, below the public address.
const Path = "/livekit"

// Grant is what a token lets somebody do.
type Grant struct {
	Room     string // the media room of a session's run
	Identity string // the participant
	Name     string
	Metadata string // what the pages of others may know, as JSON
	Publish  bool   // camera and microphone
	Screen   bool
}

// sources are what the grant lets somebody send. None at all is said by CanPublish alone: an empty list would let
// everything through.
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

// Credentials is what a browser needs to enter.
type Credentials struct {
	URL   string `json:"url"`
	Token string `json:"token"`
}

// IssueToken makes a pass for the grant. It does not ask whether the person may enter.
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
	video.SetCanUpdateOwnMetadata(false) // else he could call himself the host
	token, err := auth.NewAccessToken(at.key, at.secret).SetIdentity(grant.Identity).SetName(grant.Name).
		SetMetadata(grant.Metadata).SetVideoGrant(video).SetValidFor(TokenLife).ToJWT()
	if err != nil {
		return Credentials{}, fmt.Errorf("make a token: %w", err)
	}
	return Credentials{URL: clientURL(app), Token: token}, nil
}

// clientURL is the address that browsers connect to: ours, with the embedded media server behind it, or that of the
// outside one.
func clientURL(app core.App) string {
	config := settings.Of(app)
	if config.LiveURL != "" {
		return withScheme(config.LiveURL, "ws")
	}
	return withScheme(config.Link(Path), "ws")
}

// withScheme writes an address with ws or http as its scheme, and with wss or https if it was a secure one.
func withScheme(address, scheme string) string {
	before, rest, _ := strings.Cut(address, "://")
	if before == "https" || before == "wss" {
		scheme += "s"
	}
	return scheme + "://" + rest
}
