package api

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/invitations"
	"usher/hooks/mail"
	"usher/hooks/people"
	"usher/hooks/sessions"
	"usher/views/web"
)

// maxListedSessions is how many sessions of each kind the details of a user list.
const maxListedSessions = 20

// userDetails is a user with invitation and sessions.
type userDetails struct {
	user
	Invited  *invitationInfo `json:"invited"` // the newest invitation; null if there is none
	Sessions userSessions    `json:"sessions"`
	History  userHistory     `json:"history"`
}

// userHistory is how a user came into the team and what they did there.
type userHistory struct {
	Joined         string `json:"joined"`      // as member or guest; empty for invitees
	MemberSince    string `json:"memberSince"` // empty for guests and invitees
	InvitedAt      string `json:"invitedAt"`
	Inviter        string `json:"inviter"` // a name, empty if unknown
	SessionsHosted int    `json:"sessionsHosted"`
	LastHosted     string `json:"lastHosted"`
	SessionsJoined int    `json:"sessionsJoined"`
	LastJoined     string `json:"lastJoined"`
}

// invitationInfo is an invitation with the delivery of its newest email.
type invitationInfo struct {
	ID       string    `json:"id"`
	Status   string    `json:"status"`
	Roles    []string  `json:"roles"`
	Inviter  string    `json:"inviter"` // a name, empty if unknown
	Sent     string    `json:"sent"`
	Expires  string    `json:"expires"`
	Reason   string    `json:"reason"` // why it ended, if the status doesn't say
	Delivery *delivery `json:"delivery"`
}

// delivery is the delivery status of an email.
type delivery struct {
	Status string `json:"status"` // queued, sending, sent, delayed, returned, failed, delivered, bounced or complained
	At     string `json:"at"`
	Error  string `json:"error"`
}

// userSessions are the sessions that a user hosts or is invited to, counted, with the first of each kind.
type userSessions struct {
	Hosting  int           `json:"hosting"` // running and upcoming, hosted by the user
	Hosted   int           `json:"hosted"`
	Total    int           `json:"total"` // running and upcoming, hosted or attended
	Past     int           `json:"past"`
	Upcoming []userSession `json:"upcoming"` // running first, then by start
	Recent   []userSession `json:"recent"`   // past ones, the newest first
}

type userSession struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Starts string `json:"starts"`
	Status string `json:"status"`
	IsHost bool   `json:"host"` // the user hosts it
}

func showUser(e *core.RequestEvent) error {
	actor := web.Actor(e)
	row, err := people.FindRow(e.App, actor.Team.Id, e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	shapes, err := usersOf(e.App, []people.Row{*row})
	if err != nil {
		return err
	}
	reply := userDetails{user: shapes[0]}
	if reply.Invited, err = invitationInfoOf(e.App, row); err != nil {
		return err
	}
	if reply.Sessions, err = userSessionsOf(e.App, actor, row); err != nil {
		return err
	}
	history, err := people.FindHistory(e.App, actor.Team.Id, row)
	if err != nil {
		return err
	}
	reply.History = userHistory{
		Joined: formatTime(history.Joined.Time()), MemberSince: formatTime(history.MemberSince.Time()), InvitedAt: formatTime(history.Invited.Time()), Inviter: history.Inviter,
		SessionsHosted: history.Hosted, LastHosted: formatTime(history.LastHosted.Time()), SessionsJoined: history.Attended, LastJoined: formatTime(history.LastJoined.Time()),
	}
	return e.JSON(http.StatusOK, reply)
}

func invitationInfoOf(app core.App, row *people.Row) (*invitationInfo, error) {
	if row.Invitation == "" {
		return nil, nil
	}
	i, err := invitations.Find(app, row.Invitation)
	if err != nil {
		return nil, err
	}
	shape := &invitationInfo{ID: i.Id, Status: i.Status(), Roles: i.Roles().Names(), Sent: formatTime(i.Created()),
		Expires: formatTime(i.Expires()), Reason: i.Reason()}
	if shape.Inviter, err = people.FindInviter(app, i.TeamID(), i.Id); err != nil {
		return nil, err
	}
	states, err := mail.DeliveryStates(app, []string{i.Id})
	if state, known := states[i.Id]; known {
		shape.Delivery = deliveryOf(state)
	}
	return shape, err
}

func deliveryOf(state mail.State) *delivery {
	return &delivery{state.Status, formatTime(state.At), state.Error}
}

func userSessionsOf(app core.App, actor *actors.Actor, row *people.Row) (userSessions, error) {
	subject := sessions.Subject{Team: actor.Team.Id, User: row.User, Email: row.Email}
	overview, err := sessions.FindOverview(app, subject, maxListedSessions)
	shape := userSessions{Hosting: overview.HostingCount, Hosted: overview.HostedCount,
		Total: overview.Counts.Running + overview.Counts.Upcoming, Past: overview.Counts.Past,
		Upcoming: userSessionList(append(overview.Running, overview.Upcoming...), row.User), Recent: userSessionList(overview.Past, row.User)}
	return shape, err
}

func userSessionList(rows []sessions.Row, user string) []userSession {
	items := make([]userSession, 0, len(rows))
	for _, r := range rows {
		items = append(items, userSession{r.ID, r.Title, formatTime(r.Starts()), r.Status, user != "" && r.Host == user})
	}
	return items
}
