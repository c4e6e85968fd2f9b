package panel

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/bulk"
	"usher/hooks/sessions"
	"usher/views/layout"
	"usher/views/web"
)

// loadHandover asks who hosts in place of those to whom a deed is foreseen to be done; nil if they were to host nothing.
func loadHandover(e *core.RequestEvent, foreseen bulk.Result) (*layout.HandoverProps, error) {
	var going []string
	for _, l := range foreseen.Rows {
		if l.Status != bulk.Skipped {
			going = append(going, l.ID)
		}
	}
	handedOver, cancelled := foreseen.Sessions()
	return layout.NewHandover(e, handedOver+cancelled, going)
}

// loadSentInvitations are the pending invitations sent by those to whom a deed is foreseen to be done that ends their right to; nil if
// there are none.
func loadSentInvitations(e *core.RequestEvent, foreseen bulk.Result) (*layout.SentInvitationsProps, error) {
	var users []string
	if d := foreseen.Action; d.Kind == bulk.Remove || d.Kind == bulk.RevokeRole && d.Role.Admin {
		for _, l := range foreseen.Rows {
			if l.Status == bulk.Removed || l.Status == bulk.RoleRevoked {
				users = append(users, l.ID)
			}
		}
	}
	return layout.NewSentInvitations(e, users...)
}

// loadRoleHandover is successionOf for one person who gives up or loses a role.
func loadRoleHandover(e *core.RequestEvent, user string, role actors.Roles) (*layout.HandoverProps, error) {
	actor := web.Actor(e)
	if ends, err := sessions.LosesHosting(e.App, actor.Team, user, role); err != nil || !ends {
		return nil, err
	}
	future, err := sessions.ListScheduledByHost(e.App, actor.Team.Id, user)
	if err != nil {
		return nil, err
	}
	return layout.NewHandover(e, len(future), []string{user})
}
