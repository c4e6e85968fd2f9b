package account

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/join"
	"usher/hooks/paths"
	"usher/hooks/sessions"
	"usher/hooks/tools/text"
	"usher/views/answers"
)

// sessionInvite is a session that the reader is invited to as a guest, from a team they aren't in (R67).
type sessionInvite struct {
	ID, Code, Title  string
	Team, Logo, Host string
	Starts           time.Time
	Times            text.ReaderZone
	Running          bool
	Declined         bool
}

func (p sessionInvite) actionPath(action string) string { return paths.Join(p.Code) + "/" + action }

// startText begins the sentence that ends with the start time.
func (p sessionInvite) startText() string {
	if p.Running {
		return "It's running now and started "
	}
	return "It starts "
}

// declineNotice describes the answer so far and what declining does.
func (p sessionInvite) declineNotice() string {
	if p.Declined {
		return "You declined this invitation. You can still accept it until the session ends."
	}
	return answers.GuestListed + " If you decline, you can still accept later, until the session ends."
}

func sessionInvites(e *core.RequestEvent) ([]sessionInvite, error) {
	waiting, err := join.PendingInvites(e.App, e.Auth)
	prompts := make([]sessionInvite, 0, len(waiting))
	for _, v := range waiting {
		prompts = append(prompts, sessionInvite{
			ID: v.Session.Id, Code: v.Session.Code(), Title: v.Session.Title(), Team: v.Team.Name(), Logo: v.Team.LogoPath(),
			Host: v.Session.HostName(), Starts: v.Session.Starts(), Times: v.Times(),
			Running: v.Session.Status() == sessions.Running, Declined: v.Status == join.Declined,
		})
	}
	return prompts, err
}
