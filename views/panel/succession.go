package panel

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/bulk"
	"usher/hooks/sessions"
	"usher/views/frame"
	"usher/views/web"
)

// successionOf asks who hosts in place of those to whom a deed is foreseen to be done; nil if they were to host nothing.
func successionOf(e *core.RequestEvent, foreseen bulk.Receipt) (*frame.SuccessionProps, error) {
	var going []string
	for _, l := range foreseen.Lines {
		if l.Status != bulk.Skipped {
			going = append(going, l.ID)
		}
	}
	handedOver, cancelled := foreseen.Sessions()
	return frame.SuccessionOf(e, handedOver+cancelled, going)
}

// sentBy are the pending invitations sent by those to whom a deed is foreseen to be done that ends their right to; nil if
// there are none.
func sentBy(e *core.RequestEvent, foreseen bulk.Receipt) (*frame.SentProps, error) {
	var users []string
	if d := foreseen.Deed; d.Kind == bulk.Remove || d.Kind == bulk.RevokeRole && d.Role.Admin {
		for _, l := range foreseen.Lines {
			if l.Status == bulk.Removed || l.Status == bulk.RoleRevoked {
				users = append(users, l.ID)
			}
		}
	}
	return frame.SentOf(e, users...)
}

// successionForRole is successionOf for one person who gives up or loses a role.
func successionForRole(e *core.RequestEvent, user string, role actors.Roles) (*frame.SuccessionProps, error) {
	actor := web.Actor(e)
	if ends, err := sessions.EndsHosting(e.App, actor.Team, user, role); err != nil || !ends {
		return nil, err
	}
	future, err := sessions.Future(e.App, actor.Team.Id, user)
	if err != nil {
		return nil, err
	}
	return frame.SuccessionOf(e, len(future), []string{user})
}
