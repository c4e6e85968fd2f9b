// Package live is the way to the media server, embedded or outside: rooms, tokens and reports. It knows nothing of
// teams and sessions; who may enter is asked of a function that it is given.
package live

import (
	"time"

	"github.com/livekit/protocol/auth"
	"github.com/livekit/protocol/livekit"
	"github.com/livekit/protocol/webhook"
	"github.com/pocketbase/pocketbase/core"
	"github.com/twitchtv/twirp"
)

// TokenLife is how long a token opens the door; whoever is in stays in.
const TokenLife = 2 * time.Minute

// Grant is what a token lets somebody do.
type Grant struct {
	Room     string // the media room of a session's run
	Identity string // the participant
	Name     string
	Metadata string // what the pages of others may know, as JSON
	Publish  bool
	Screen   bool
}

// Pass is what a browser needs to enter.
type Pass struct {
	URL   string `json:"url"`
	Token string `json:"token"`
}

// Ready is nil if sessions can run; else it says why not, for the panel.
func Ready(app core.App) error { return nil }

var (
	_ = auth.NewAccessToken
	_ = webhook.ReceiveWebhookEvent
	_ livekit.RoomService
	_ = twirp.WithHTTPRequestHeaders
)
