package emails

import (
	"fmt"

	"usher/hooks/mail"
)

// CapacityProps is what Capacity needs.
type CapacityProps struct {
	To       string
	ToName   string
	Team     TeamProps
	Resource string // "Admin seat", "Organizer seat" or "licence"
	Free     int    // 1 or 0
	Limit    int
	Running  bool   // it is in use by sessions that are running, not given to users
	Manage   string // page on which they are freed
	Plan     string // page on which there are more
	Support  string
}

// Capacity tells the Owner and the Admins that seats or licences are nearly, or all, in use (R153).
func Capacity(p CapacityProps) mail.Message {
	s := layout{
		Team:          p.Team,
		Title:         fmt.Sprintf("1 %s left in %s", p.Resource, p.Team.Name),
		Intro:         fmt.Sprintf("%d of %d %ss are used or reserved.", p.Limit-p.Free, p.Limit, p.Resource),
		Paragraphs:    []string{"When none is left, new invitations for this role are refused. To free a seat, revoke a role or a pending invitation."},
		Button:        "Manage users",
		Link:          p.Manage,
		SecondaryLink: link{"Need more?", "View your plan", p.Plan},
		Reason:        fmt.Sprintf("You received this email because you manage %s.", p.Team.Name),
		Support:       p.Support,
	}
	if p.Free == 0 {
		s.Title = fmt.Sprintf("No %ss left in %s", p.Resource, p.Team.Name)
		s.Intro = fmt.Sprintf("All %d %ss are used or reserved.", p.Limit, p.Resource)
		s.Paragraphs = []string{"New invitations for this role are refused until a seat is free. To free one, revoke a role or a pending invitation."}
	}
	if p.Running {
		s.Title = fmt.Sprintf("All licences of %s are in use", p.Team.Name)
		s.Intro = fmt.Sprintf("%d of %d licences are in use by sessions that are running.", p.Limit-p.Free, p.Limit)
		s.Paragraphs = []string{"Another session can start when one of them ends. You won't get this email again for 7 days."}
		s.Button = "View sessions"
	}
	l := s.message(mail.KindCapacity, p.To, p.ToName, s.Title)
	l.LowPriority = true
	return l
}
