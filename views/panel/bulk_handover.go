package panel

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/bulk"
	"usher/hooks/sessions"
	"usher/views/layout"
	"usher/views/web"
)

// loadHandover returns the choice of a new host for the sessions of the affected users; nil if they host none.
func loadHandover(e *core.RequestEvent, preview bulk.Result) (*layout.HandoverProps, error) {
	var going []string
	for _, l := range preview.Rows {
		if l.Status != bulk.Skipped {
			going = append(going, l.ID)
		}
	}
	handedOver, cancelled := preview.Sessions()
	return layout.NewHandover(e, handedOver+cancelled, going)
}

// loadSentInvitations returns the pending invitations sent by users who lose the right to invite; nil if there are none.
func loadSentInvitations(e *core.RequestEvent, preview bulk.Result) (*layout.SentInvitationsProps, error) {
	var users []string
	if d := preview.Action; d.Kind == bulk.Remove || d.Kind == bulk.RevokeRole && d.Role.Admin {
		for _, l := range preview.Rows {
			if l.Status == bulk.Removed || l.Status == bulk.RoleRevoked {
				users = append(users, l.ID)
			}
		}
	}
	return layout.NewSentInvitations(e, users...)
}

// loadRoleHandover is loadHandover for one user who loses a role.
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
