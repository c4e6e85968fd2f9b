package api

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/invitations"
	"usher/hooks/mail"
	"usher/hooks/members"
	"usher/hooks/sessions"
	"usher/views/web"
)

// listedSessions is how many sessions of each kind the details of a user list.
const listedSessions = 20

// userDetails is a user as the panel's details show them.
type userDetails struct {
	user
	Invited  *invited     `json:"invited"` // the newest invitation; null: there is none
	Sessions userSessions `json:"sessions"`
}

// invited is an invitation with the way of its newest email.
type invited struct {
	ID       string    `json:"id"`
	Status   string    `json:"status"`
	Roles    []string  `json:"roles"`
	Inviter  string    `json:"inviter"` // a name, empty if the account is gone
	Sent     string    `json:"sent"`
	Expires  string    `json:"expires"`
	Reason   string    `json:"reason"` // why it ended, where that isn't plain
	Delivery *delivery `json:"delivery"`
}

// delivery is how far an email has come.
type delivery struct {
	Status string `json:"status"` // queued, sending, sent, delayed, returned, failed, delivered, bounced or complained
	At     string `json:"at"`
	Error  string `json:"error"`
}

// userSessions are the sessions that a user hosts or is invited to, counted, with the first of each kind.
type userSessions struct {
	Hosting  int           `json:"hosting"` // running and to come, of which the user is the host
	Hosted   int           `json:"hosted"`
	Total    int           `json:"total"` // running and to come, hosted or attended
	Past     int           `json:"past"`
	Upcoming []userSession `json:"upcoming"` // running first, then by start
	Recent   []userSession `json:"recent"`   // past ones, the newest first
}

type userSession struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Starts string `json:"starts"`
	Status string `json:"status"`
	Host   bool   `json:"host"` // the user hosts it
}

func showUser(e *core.RequestEvent) error {
	actor := web.Actor(e)
	row, err := members.FindRow(e.App, actor.Team.Id, e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	shapes, err := usersOf(e.App, []members.Row{*row})
	if err != nil {
		return err
	}
	reply := userDetails{user: shapes[0]}
	if reply.Invited, err = invitedOf(e.App, row); err != nil {
		return err
	}
	if reply.Sessions, err = sessionsOfUser(e.App, actor, row); err != nil {
		return err
	}
	return e.JSON(http.StatusOK, reply)
}

func invitedOf(app core.App, row *members.Row) (*invited, error) {
	if row.Invitation == "" {
		return nil, nil
	}
	i, err := invitations.Find(app, row.Invitation)
	if err != nil {
		return nil, err
	}
	shape := &invited{ID: i.Id, Status: i.Status(), Roles: i.Roles().Names(), Sent: stamp(i.GetDateTime("created").Time()),
		Expires: stamp(i.Expires()), Reason: i.GetString("reason")}
	if by, err := app.FindRecordById("users", i.GetString("inviter")); err == nil {
		shape.Inviter = actors.DisplayName(by)
	}
	states, err := mail.Delivery(app, []string{i.Id})
	if state, known := states[i.Id]; known {
		shape.Delivery = deliveryOf(state)
	}
	return shape, err
}

func deliveryOf(state mail.State) *delivery {
	return &delivery{state.Status, stamp(state.At), state.Error}
}

func sessionsOfUser(app core.App, actor *actors.Actor, row *members.Row) (userSessions, error) {
	subject := sessions.Subject{Team: actor.Team.Id, User: row.User, Email: row.Email}
	overview, err := sessions.OverviewOf(app, subject, listedSessions)
	shape := userSessions{Hosting: overview.Hosts, Hosted: overview.Hosted,
		Total: overview.Counts.Running + overview.Counts.Coming, Past: overview.Counts.Past,
		Upcoming: sessionRows(append(overview.Running, overview.Next...), row.User), Recent: sessionRows(overview.Past, row.User)}
	return shape, err
}

func sessionRows(rows []sessions.Row, user string) []userSession {
	items := make([]userSession, 0, len(rows))
	for _, r := range rows {
		items = append(items, userSession{r.ID, r.Title, stamp(r.Starts()), r.Status, user != "" && r.Host == user})
	}
	return items
}
