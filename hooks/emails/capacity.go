package emails

import (
	"fmt"
	"time"

	"usher/hooks/mail"
	"usher/hooks/tools/text"
)

// CapacityProps are the properties of Capacity.
type CapacityProps struct {
	To       string
	ToName   string
	Team     TeamProps
	Resource string // "Admin seat", "Organizer seat" or "licence"
	Free     int    // 1 or 0
	Limit    int
	Running  bool          // used by sessions that are running, not assigned to users
	Interval time.Duration // before the email about running sessions is sent again
	Manage   string        // page to free one on
	Plan     string        // page to get more on
	Support  string
}

// Capacity is the email to the Owner and the Admins when all seats or licences, or all but one, are in use (R153).
func Capacity(p CapacityProps) mail.Message {
	s := layout{
		Team:          p.Team,
		Title:         fmt.Sprintf("1 %s left in %s", p.Resource, text.Isolate(p.Team.Name)),
		Intro:         fmt.Sprintf("%d of %d %ss are used or reserved.", p.Limit-p.Free, p.Limit, p.Resource),
		Paragraphs:    []string{"When none are left, you can't send new invitations for this role. To free a seat, revoke a role or a pending invitation."},
		Button:        "Manage users",
		Link:          p.Manage,
		SecondaryLink: link{"Need more?", "View your plan", p.Plan},
		Reason:        fmt.Sprintf("You're receiving this email because you manage %s.", text.Isolate(p.Team.Name)),
		Support:       p.Support,
	}
	if p.Free == 0 {
		s.Title = fmt.Sprintf("No %ss left in %s", p.Resource, text.Isolate(p.Team.Name))
		s.Intro = fmt.Sprintf("All %d %ss are used or reserved.", p.Limit, p.Resource)
		s.Paragraphs = []string{"You can't send new invitations for this role until a seat is free. To free one, revoke a role or a pending invitation."}
	}
	if p.Running {
		s.Intro = fmt.Sprintf("%d of %d licences are in use by running sessions.", p.Limit-p.Free, p.Limit)
		s.Paragraphs = []string{"When none are left, no other session can start until one ends. You won't get this email again for " + text.Duration(p.Interval) + "."}
		s.Button = "View licences"
	}
	if p.Running && p.Free == 0 {
		s.Title, s.Intro = fmt.Sprintf("All licences of %s are in use", text.Isolate(p.Team.Name)), fmt.Sprintf("All %d licences are in use by running sessions.", p.Limit)
		next := "one of them"
		if p.Limit == 1 {
			s.Title, s.Intro, next = fmt.Sprintf("The licence of %s is in use", text.Isolate(p.Team.Name)), "A running session uses the team's only licence.", "this one"
		}
		s.Paragraphs = []string{"Another session can start when " + next + " ends. You won't get this email again for " + text.Duration(p.Interval) + "."}
	}
	m := s.message(mail.KindCapacity, p.To, p.ToName, s.Title)
	m.LowPriority = true
	return m
}
