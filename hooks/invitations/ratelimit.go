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

// DeclineLimit limits how often one network declines invitations and takes that back.
var DeclineLimit = ratelimit.Define("decline-invite", 30, time.Minute)

func limitDeclines(app core.App, ip string) error {
	if ip == "" { // not over the network
		return nil
	}
	if wait, ok := DeclineLimit.In(app).Take(ratelimit.NetworkKey(ip)); !ok {
		return errs.RateLimited(wait, "Too many answers to invitations from your network. Try again in a minute.")
	}
	return nil
}
