package account

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/join"
	"usher/hooks/sessions"
	"usher/hooks/tools/text"
)

// sessionInvite is a session that asks somebody who is not in its team to come as a guest (R67).
type sessionInvite struct {
	ID, Code, Title  string
	Team, Logo, Host string
	Starts           time.Time
	Times            text.ReaderZone
	Running          bool
	Declined         bool
}

func (p sessionInvite) actionPath(deed string) string { return "/s/" + p.Code + "/" + deed }

// startText says when it is, before the time.
func (p sessionInvite) startText() string {
	if p.Running {
		return "It is running now, and started "
	}
	return "It starts "
}

// declineNotice says what was answered, and what Decline does.
func (p sessionInvite) declineNotice() string {
	if p.Declined {
		return "You declined before. It is offered again until it is over, and stays closed to you until you accept."
	}
	return "As a guest you appear in the team's list of users, take no seat and see only this session. Declining closes the session to you; it is offered again when you sign in."
}

func sessionInvites(e *core.RequestEvent) ([]sessionInvite, error) {
	waiting, err := join.PendingInvites(e.App, e.Auth)
	prompts := make([]sessionInvite, 0, len(waiting))
	for _, v := range waiting {
		prompts = append(prompts, sessionInvite{
			ID: v.Session.Id, Code: v.Session.Code(), Title: v.Session.Title(), Team: v.Team.Name(), Logo: v.Team.LogoPath(),
			Host: v.Session.GetString("host_name"), Starts: v.Session.Starts(), Times: v.Times(),
			Running: v.Session.Status() == sessions.Running, Declined: v.Status == join.Declined,
		})
	}
	return prompts, err
}
