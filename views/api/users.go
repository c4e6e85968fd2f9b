package api

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/bulk"
	"usher/hooks/invitations"
	"usher/hooks/mail"
	"usher/hooks/members"
	"usher/hooks/people"
	"usher/hooks/tools/errs"
	"usher/views/web"
)

type userPage struct {
	Page       int    `json:"page"`
	PerPage    int    `json:"perPage"`
	TotalItems int    `json:"totalItems"`
	TotalPages int    `json:"totalPages"`
	Items      []user `json:"items"`
}

// user is a member, a guest or an invited address of a team.
type user struct {
	ID         string             `json:"id"` // of the account, or of the invitation until it's accepted
	User       string             `json:"user"`
	Invitation string             `json:"invitation"`
	Name       string             `json:"name"`
	Email      string             `json:"email"`
	Kind       string             `json:"kind"`
	Roles      []string           `json:"roles"` // current roles; invited ones are in Pending
	Status     string             `json:"status"`
	Pending    *pendingInvitation `json:"pending"`
	Tags       []string           `json:"tags"`
	Added      string             `json:"added"`
	Active     string             `json:"active"` // last active in this team, to within some minutes; empty: never
	NotSent    *notSent           `json:"notSent,omitempty"`
}

// notSent is the reason why the newest email of an invitation was dropped.
type notSent struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

type pendingInvitation struct {
	Roles    []string `json:"roles"`
	Expires  string   `json:"expires"`
	Delivery string   `json:"delivery"` // of the newest email: queued, sending, sent, delayed, returned, failed, delivered, bounced, complained or dropped
}

func listUsers(e *core.RequestEvent) error {
	query, err := parseUserQuery(e)
	if err != nil {
		return err
	}
	page, err := people.List(e.App, web.Actor(e).Team.Id, query)
	if err != nil {
		return err
	}
	items, err := usersOf(e.App, page.Rows)
	if err != nil {
		return err
	}
	size := page.Query.Size
	return e.JSON(http.StatusOK, userPage{
		Page: page.Query.Page, PerPage: size, TotalItems: page.Total, TotalPages: (page.Total + size - 1) / size, Items: items,
	})
}

func parseUserQuery(e *core.RequestEvent) (people.Query, error) {
	asked := e.Request.URL.Query()
	query := people.Query{
		Search: asked.Get("q"), Role: asked.Get("role"), Status: asked.Get("status"), Kind: asked.Get("kind"),
		Tag: asked.Get("tag"), Inactive: asked.Get("inactive") == "true", Sort: asked.Get("sort"),
	}
	var err error
	if query.Page, err = queryInt(e, "page"); err != nil {
		return query, err
	}
	query.Size, err = queryInt(e, "perPage")
	return query, err
}

func usersOf(app core.App, rows []people.Row) ([]user, error) {
	var asked []string
	for _, row := range rows {
		if row.Invited || row.Invitation != "" && row.Status != invitations.Accepted {
			asked = append(asked, row.Invitation)
		}
	}
	deliveries, err := mail.DeliveryStates(app, asked)
	if err != nil {
		return nil, err
	}
	users := make([]user, 0, len(rows))
	for _, row := range rows {
		u := user{
			ID: row.ID, User: row.User, Invitation: row.Invitation, Name: row.Name, Email: accounts.ShownAddress(row.Email), Kind: row.Kind,
			Roles: row.Roles().Names(), Status: row.Status, Tags: row.Tags, Added: formatTime(row.Added.Time()), Active: formatTime(row.Active.Time()),
		}
		if row.Invited {
			u.Pending = &pendingInvitation{row.InvitedRoles().Names(), formatTime(row.Expires.Time()), deliveries[row.Invitation].Status}
		}
		if delivery := deliveries[row.Invitation]; delivery.Status == mail.Dropped {
			u.NotSent = &notSent{delivery.Reason, "Not sent: " + mail.ReasonText(delivery.Reason) + "."}
		}
		users = append(users, u)
	}
	return users, nil
}

type rolesReply struct {
	Roles      []string        `json:"roles"`
	Invitation *roleInvitation `json:"invitation,omitempty"`
	Sessions   handoverCounts  `json:"sessions"`

	SentRevoked int `json:"sentRevoked,omitempty"`
}

// roleInvitation is the pending invitation to new roles.
type roleInvitation struct {
	ID     string   `json:"id"`
	Roles  []string `json:"roles"`
	Status string   `json:"status"`
	Link   string   `json:"link,omitempty"` // only if email isn't set up
}

// rolesForm replaces the roles of a user.
type rolesForm struct {
	Roles    *[]string `json:"roles"`
	HandOver string    `json:"handOver"` // new host of the user's upcoming sessions

	RevokeSent bool `json:"revokeSent"` // when the user loses the Admin role: also revoke the pending invitations they sent
}

func setRoles(e *core.RequestEvent) error {
	var form rolesForm
	if err := decodeBody(e, &form); err != nil {
		return err
	}
	if form.Roles == nil {
		return errs.Invalid("roles", "required", "Send all roles of the user; an empty list removes them.")
	}
	user := e.Request.PathValue("user")
	wanted, err := invitations.ReadRoles(e.App, web.Actor(e), "member.revoke", user, *form.Roles)
	if err != nil {
		return err
	}
	revoked := 0
	var also []members.BeforeFunc
	if form.RevokeSent && !wanted.Admin {
		also = append(also, invitations.RevokeSent(web.Actor(e), user, &revoked))
	}
	result, parted, err := invitations.SetRoles(e.App, web.Actor(e), user, wanted, members.Handover{To: form.HandOver}, also...)
	if err != nil {
		return err
	}
	return writeRoles(e, result, parted, revoked)
}

// restoreForm names revoked roles of a user.
type restoreForm struct {
	Roles []string `json:"roles"`
}

func restoreRoles(e *core.RequestEvent) error {
	var form restoreForm
	if err := decodeBody(e, &form); err != nil {
		return err
	}
	user := e.Request.PathValue("user")
	roles, err := invitations.ReadRoles(e.App, web.Actor(e), "member.restore", user, form.Roles)
	if err != nil {
		return err
	}
	if roles.None() {
		return errs.Invalid("roles", "required", "Send the roles to restore.")
	}
	if err := members.RestoreRoles(e.App, web.Actor(e), user, roles); err != nil {
		return err
	}
	return writeRoles(e, nil, members.Removal{}, 0)
}

func writeRoles(e *core.RequestEvent, result *invitations.Result, parted members.Removal, revoked int) error {
	row, err := people.FindRow(e.App, web.Actor(e).Team.Id, e.Request.PathValue("user"))
	if err != nil {
		return err
	}
	reply := rolesReply{Roles: row.Roles().Names(), Sessions: handoverCounts{parted.HandedOver, parted.Cancelled}, SentRevoked: revoked}
	if result != nil && row.Invited {
		reply.Invitation = &roleInvitation{row.Invitation, row.InvitedRoles().Names(), invitations.Pending, result.Link}
	}
	return e.JSON(http.StatusOK, reply)
}

type removal struct {
	Removed  string         `json:"removed"`
	Freed    freedSeats     `json:"freed"`
	Sessions handoverCounts `json:"sessions"`

	SentRevoked int `json:"sentRevoked,omitempty"` // pending invitations that the user had sent; only with revokeSent
}

// handoverCounts counts the upcoming sessions of former hosts.
type handoverCounts struct {
	HandedOver int `json:"handedOver"`
	Cancelled  int `json:"cancelled"`
}

// removalForm is what happens to what a removed user leaves behind.
type removalForm struct {
	HandOver string `json:"handOver"`

	// RevokeSent also revokes the pending invitations that the user sent.
	RevokeSent bool `json:"revokeSent"`
}

// removeMember removes a user, or lets the caller leave.
func removeMember(e *core.RequestEvent) error {
	var form removalForm
	if err := decodeBody(e, &form); err != nil {
		return err
	}
	actor, user := web.Actor(e), e.Request.PathValue("user")
	revoked := 0
	var also []members.BeforeFunc
	if form.RevokeSent {
		also = append(also, invitations.RevokeSent(actor, user, &revoked))
	}
	handover := members.Handover{To: form.HandOver}
	var parted members.Removal
	var err error
	if user == e.Auth.Id {
		parted, err = members.Leave(e.App, actor, handover, also...)
	} else {
		parted, err = members.Remove(e.App, actor, user, handover, also...)
	}
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, removal{user, freedSeats(bulk.SeatsFreedBy(parted.Roles, parted.InvitedRoles)), handoverCounts{parted.HandedOver, parted.Cancelled}, revoked})
}
