package account

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/entry"
	"usher/hooks/record"
	"usher/hooks/sessions"
)

// sessionPrompt is a session that asks somebody who is not in its team to come as a guest (R67).
type sessionPrompt struct {
	ID, Code, Title  string
	Team, Logo, Host string
	Starts           time.Time
	Times            record.Times
	Running          bool
	Declined         bool
}

func (p sessionPrompt) to(deed string) string { return "/s/" + p.Code + "/" + deed }

// when says when it is, before the time.
func (p sessionPrompt) when() string {
	if p.Running {
		return "It is running now, and started "
	}
	return "It starts "
}

// declining says what was answered, and what Decline does.
func (p sessionPrompt) declining() string {
	if p.Declined {
		return "You declined before. It is offered again until it is over, and stays closed to you until you accept."
	}
	return "As a guest you appear in the team's list of users, take no seat and see only this session. Declining closes the session to you; it is offered again when you sign in."
}

func sessionPrompts(e *core.RequestEvent) ([]sessionPrompt, error) {
	waiting, err := entry.Waiting(e.App, e.Auth)
	prompts := make([]sessionPrompt, 0, len(waiting))
	for _, v := range waiting {
		prompts = append(prompts, sessionPrompt{
			ID: v.Session.Id, Code: v.Session.Code(), Title: v.Session.Title(), Team: v.Team.Name(), Logo: v.Team.LogoPath(),
			Host: v.Session.GetString("host_name"), Starts: v.Session.Starts(), Times: v.Times(),
			Running: v.Session.Status() == sessions.Running, Declined: v.Standing == entry.Declined,
		})
	}
	return prompts, err
}
