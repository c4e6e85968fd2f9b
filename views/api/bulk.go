package api

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/bulk"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/people"
	"usher/hooks/tags"
	"usher/hooks/tools/errs"
	"usher/views/web"
)

// selection names the users of an action by their ids in the list of users: of an account or an invitation.
type selection struct {
	IDs []string `json:"ids"`
}

// handover says what happens to the sessions and invitations of the selected users.
type handover struct {
	HandOver   string `json:"handOver"`   // new host of their upcoming sessions; empty: the sessions are cancelled
	RevokeSent bool   `json:"revokeSent"` // also revoke the pending invitations that they sent
}

// bulkResult is the result of a bulk action, with a line for each id in the order sent.
type bulkResult struct {
	Results  []bulkLine     `json:"results"`
	Freed    freedSeats     `json:"freed"`
	Sessions handoverCounts `json:"sessions"`

	SentRevoked int `json:"sentRevoked,omitempty"`
}

type bulkLine struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Email       string `json:"email"`
	Status      string `json:"status"` // removed, revoked, resent, role_revoked, cleared, tagged, or skipped
	Code        string `json:"code,omitempty"`
	Message     string `json:"message,omitempty"`
	Invitation  bool   `json:"invitation,omitempty"` // for removed users: a pending invitation was revoked, too
	HandedOver  int    `json:"handedOver,omitempty"` // sessions
	Cancelled   int    `json:"cancelled,omitempty"`
	SentRevoked int    `json:"sentRevoked,omitempty"` // pending invitations that the user had sent; only with revokeSent
	Link        string `json:"link,omitempty"`        // only if email isn't set up
}

// freedSeats counts seats that became free, including reserved ones.
type freedSeats struct {
	Admin     int `json:"admin"`
	Organizer int `json:"organizer"`
}

// bulkRemovalForm removes users.
type bulkRemovalForm struct {
	selection
	handover
}

func bulkRemove(e *core.RequestEvent) error {
	var form bulkRemovalForm
	if err := decodeBody(e, &form); err != nil {
		return err
	}
	return runBulk(e, bulk.Action{Kind: bulk.Remove, HandOver: members.Handover{To: form.HandOver}, RevokeSent: form.RevokeSent}, form.IDs)
}

// bulkRoleForm revokes a role of users.
type bulkRoleForm struct {
	selection
	handover
	Role string `json:"role"`
}

func bulkRevokeRole(e *core.RequestEvent) error {
	var form bulkRoleForm
	if err := decodeBody(e, &form); err != nil {
		return err
	}
	role, err := invitations.ReadRoles(e.App, web.Actor(e), "member.revoke", "", []string{form.Role})
	if err != nil {
		return withField("role", err)
	}
	return runBulk(e, bulk.Action{Kind: bulk.RevokeRole, Role: role, HandOver: members.Handover{To: form.HandOver}, RevokeSent: form.RevokeSent}, form.IDs)
}

func bulkRevoke(e *core.RequestEvent) error { return runBulkSelection(e, bulk.Revoke) }
func bulkClear(e *core.RequestEvent) error  { return runBulkSelection(e, bulk.Clear) }
func bulkResend(e *core.RequestEvent) error { return runBulkSelection(e, bulk.Resend) }

func runBulkSelection(e *core.RequestEvent, kind string) error {
	var form selection
	if err := decodeBody(e, &form); err != nil {
		return err
	}
	return runBulk(e, bulk.Action{Kind: kind}, form.IDs)
}

// bulkTagForm adds tags to users and removes others.
type bulkTagForm struct {
	selection
	Add    []string `json:"add"`
	Remove []string `json:"remove"`
}

func bulkTag(e *core.RequestEvent) error {
	var form bulkTagForm
	if err := decodeBody(e, &form); err != nil {
		return err
	}
	return runBulk(e, bulk.Action{Kind: bulk.Tag, AddTags: form.Add, RemoveTags: form.Remove}, form.IDs)
}

func runBulk(e *core.RequestEvent, action bulk.Action, ids []string) error {
	done, err := bulk.Do(e.App, web.Actor(e), action, ids)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, newBulkResult(done))
}

// withField moves an error to the field that was sent.
func withField(field string, err error) error {
	_, code, sentence, ok := errs.Details(err)
	if !ok {
		return err
	}
	return errs.Invalid(field, code, sentence)
}

func newBulkResult(done bulk.Result) bulkResult {
	reply := bulkResult{Results: make([]bulkLine, 0, len(done.Rows)), Freed: freedSeats(done.Freed())}
	for _, l := range done.Rows {
		reply.Results = append(reply.Results, bulkLine{l.ID, l.Name, l.Email, l.Status, l.Code, l.Message, l.HadInvitation && l.Status == bulk.Removed,
			l.HandedOver, l.Cancelled, l.SentRevoked, l.Link})
	}
	reply.Sessions.HandedOver, reply.Sessions.Cancelled = done.Sessions()
	reply.SentRevoked = done.SentRevoked()
	return reply
}

type tag struct {
	Name   string `json:"name"`
	People int    `json:"people"`
}

func listTags(e *core.RequestEvent) error {
	all, err := tags.Of(e.App, web.Actor(e).Team.Id)
	if err != nil {
		return err
	}
	items := make([]tag, 0, len(all))
	for _, t := range all {
		items = append(items, tag(t))
	}
	return e.JSON(http.StatusOK, list[tag]{items})
}

// tagsForm replaces the tags of a user.
type tagsForm struct {
	Tags *[]string `json:"tags"`
}

// tagsReply is a user's tags.
type tagsReply struct {
	ID   string   `json:"id"`
	Tags []string `json:"tags"`
}

func setTags(e *core.RequestEvent) error {
	var form tagsForm
	if err := decodeBody(e, &form); err != nil {
		return err
	}
	if form.Tags == nil {
		return errs.Invalid("tags", "required", "Send all tags of the user; an empty list removes them.")
	}
	actor, id := web.Actor(e), e.Request.PathValue("id")
	if err := tags.Set(e.App, actor, id, *form.Tags); err != nil {
		return err
	}
	row, err := people.FindRow(e.App, actor.Team.Id, id)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, tagsReply{row.ID, row.Tags})
}
