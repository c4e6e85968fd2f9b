package invitations

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/errs"
	"usher/hooks/tools/ratelimit"
)

// UnknownLinkLimit limits unknown invitation links that one network opens.
var UnknownLinkLimit = ratelimit.Define("unknown-invite", 20, time.Minute)

// LimitUnknownLinks counts an invitation link that doesn't exist, and returns an error once a network has opened too many.
func LimitUnknownLinks(app core.App, ip string) error {
	if wait, ok := UnknownLinkLimit.In(app).Take(ratelimit.NetworkKey(ip)); !ok {
		return errs.RateLimited(wait, "Too many unknown links from your network. Try again in a minute.")
	}
	return nil
}
