package join

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/events"
	"usher/hooks/join"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/ratelimit"
	"usher/views/web"
)

func serveEvents(e *core.RequestEvent) error {
	visitor, err := loadVisitor(e)
	if errors.Is(err, errs.ErrNotFound) {
		return e.NotFoundError("", nil)
	}
	if err != nil {
		return err
	}
	login := ""
	if l := web.Login(e); l != nil && visitor.SignedIn {
		login = l.Id
	}
	return streamPage(e, joinPageOf(visitor, login), func() (events.JoinPage, string, error) {
		now, err := loadVisitor(e)
		if err != nil {
			return events.JoinPage{}, "", err
		}
		return joinPageOf(now, login), fingerprint(now), nil
	})
}

// streamPage serves the event stream of an open page. The function current reloads what the page subscribes to and its fingerprint.
func streamPage(e *core.RequestEvent, page events.JoinPage, current func() (events.JoinPage, string, error)) error {
	client, ok := events.SubscribeJoinPage(e.App, page, ratelimit.NetworkKey(e.RealIP()))
	if !ok {
		return e.TooManyRequestsError("Too many pages are open.", nil)
	}
	defer events.Unsubscribe(e.App, client)
	seen := e.Request.URL.Query().Get("seen")
	return web.ServePageEvents(e, client, func() bool {
		if err := reloadAccount(e); err != nil {
			return true // the page reloads and shows the error
		}
		page, now, err := current()
		if err != nil {
			return true
		}
		client.SetJoinPage(page)
		before := seen
		seen = now
		return seen != before
	})
}

// reloadAccount reloads the signed-in account of an open page.
func reloadAccount(e *core.RequestEvent) error {
	if e.Auth == nil {
		return nil
	}
	account, err := e.App.FindRecordById("users", e.Auth.Id)
	if err != nil {
		return fmt.Errorf("reload the account of an open page: %w", err)
	}
	e.Auth = account
	return nil
}

func joinPageOf(v *join.Visitor, login string) events.JoinPage {
	running := v.Session.Status() == sessions.Running && v.Session.ExternalLink() == ""
	page := events.JoinPage{Session: v.Session.Id, Team: v.Team.Id, Login: login,
		WaitingForCapacity: v.Status == join.Full || running && (v.Status == join.Ready || v.Status == join.Admitted)}
	if v.Participant != nil {
		page.Participant = v.Participant.Id
	}
	if v.Account != nil {
		page.Account = v.Account.Id
	}
	return page
}

// fingerprint identifies what the page shows, apart from what changes with time alone.
func fingerprint(v *join.Visitor) string {
	parts := []any{v.Status, v.CanStart, v.SignedIn, v.Address(), visitorName(v), v.CanSignUp(), v.BecomesGuest(), v.ByName(), v.AsksForAccessCode(),
		v.Team.Name(), v.Team.LogoPath(), v.Team.Description(), v.Session.Title(), v.Session.Description(), v.Session.Starts(), v.Session.Ends(),
		v.Session.Status(), v.Session.HostName(), v.Session.HostID(), v.Session.ExternalLink() != ""}
	if v.Room != nil {
		parts = append(parts, v.Room.Name())
	}
	if v.Participant != nil {
		parts = append(parts, v.Participant.Role(), v.Participant.Answer())
	}
	return digest(parts...)
}

// digest returns a short hash of the values.
func digest(values ...any) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", fmt.Sprintln(values...)))
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

// The longest time between two refreshes of an open page, in case its event stream is blocked.
const (
	maxRefreshFull    = 5 * time.Second // reserved capacity expires without an event
	maxRefreshWaiting = 30 * time.Second
	maxRefreshEarly   = 10 * time.Minute
)

// refreshDelay returns how long the page stays current if no event arrives; 0 means forever.
func (p joinProps) refreshDelay(v *join.Visitor, now time.Time) time.Duration {
	if v.Session.Status() != sessions.Scheduled && v.Session.Status() != sessions.Running || p.Status == join.NeverStarted {
		return 0
	}
	left := maxRefreshEarly
	switch {
	case p.Status == join.Full:
		left = maxRefreshFull
	case p.joinsAutomatically():
		left = maxRefreshWaiting
	}
	moments := []time.Time{v.Session.Starts().Add(-sessions.StartWindow), v.Session.Starts(), v.Session.Ends()}
	for _, moment := range moments {
		if ahead := moment.Sub(now); ahead > 0 {
			left = min(left, ahead)
		}
	}
	if p.StartsIn < time.Hour && v.Session.Status() == sessions.Scheduled {
		left = min(left, untilNextMinute(p.StartsIn))
	}
	return left
}

// untilNextMinute returns how long it takes until the countdown, rounded to minutes, shows another number.
func untilNextMinute(ahead time.Duration) time.Duration {
	rest := (ahead - 30*time.Second) % time.Minute
	if ahead < 0 {
		rest = ahead % time.Minute
	}
	if rest <= 0 {
		rest += time.Minute
	}
	return rest
}
