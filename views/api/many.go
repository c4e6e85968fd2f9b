package api

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/bulk"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/tags"
	"usher/views/web"
)

// many is a deed on many people. IDs are those of the list: an account's, or an invitation's.
type many struct {
	IDs    []string `json:"ids"`
	Role   string   `json:"role"`   // of revoke-role
	Add    []string `json:"add"`    // of tags
	Remove []string `json:"remove"` // of tags

	HandOver string `json:"handOver"` // of remove and revoke-role: who hosts from now on what these were to host

	RevokeSent bool `json:"revokeSent"` // of remove, and of revoke-role admin: also revokes the pending invitations that these sent
}

// receipt is what came of a deed, a line for each id in the order in which they were sent.
type receipt struct {
	Results  []line     `json:"results"`
	Freed    freed      `json:"freed"`
	Sessions sessionsOf `json:"sessions"`

	SentRevoked int `json:"sentRevoked,omitempty"`
}

type line struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	Email      string `json:"email"`
	Status     string `json:"status"` // removed, revoked, resent, role_revoked, tagged, or skipped
	Code       string `json:"code,omitempty"`
	Message    string `json:"message,omitempty"`
	HandedOver int    `json:"handedOver,omitempty"` // sessions
	Cancelled  int    `json:"cancelled,omitempty"`
	Sent       int    `json:"sentRevoked,omitempty"` // pending invitations that the user had sent; only with revokeSent
	Link       string `json:"link,omitempty"`        // only where no mail is sent
}

// freed is how many seats are free again, reserved ones included.
type freed struct {
	Admin     int `json:"admin"`
	Organizer int `json:"organizer"`
}

func removeMany(e *core.RequestEvent) error { return doMany(e, bulk.Remove) }
func revokeMany(e *core.RequestEvent) error { return doMany(e, bulk.Revoke) }
func resendMany(e *core.RequestEvent) error { return doMany(e, bulk.Resend) }
func revokeRoleOfMany(e *core.RequestEvent) error {
	return doMany(e, bulk.RevokeRole)
}
func tagMany(e *core.RequestEvent) error { return doMany(e, bulk.Tag) }

func doMany(e *core.RequestEvent, kind string) error {
	var form many
	if err := read(e, &form); err != nil {
		return err
	}
	deed := bulk.Deed{Kind: kind, Add: form.Add, Drop: form.Remove, HandOver: form.HandOver, RevokeSent: form.RevokeSent}
	if kind == bulk.RevokeRole {
		role, err := actors.ParseRoles([]string{form.Role})
		if err != nil {
			return under("role", err)
		}
		deed.Role = role
	}
	done, err := bulk.Do(e.App, web.Actor(e), deed, form.IDs)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, receiptOf(done))
}

// under puts a refusal under the field that was sent.
func under(field string, err error) error {
	_, code, sentence, ok := record.Refusal(err)
	if !ok {
		return err
	}
	return record.Refuse(field, code, sentence)
}

func receiptOf(done bulk.Receipt) receipt {
	reply := receipt{Results: make([]line, 0, len(done.Lines)), Freed: freed(done.Freed())}
	for _, l := range done.Lines {
		reply.Results = append(reply.Results, line{l.ID, l.Name, l.Email, l.Status, l.Code, l.Message, l.HandedOver, l.Cancelled, l.SentRevoked, l.Link})
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

func setTags(e *core.RequestEvent) error {
	var form struct {
		Tags *[]string `json:"tags"`
	}
	if err := read(e, &form); err != nil {
		return err
	}
	if form.Tags == nil {
		return record.Refuse("tags", "required", "Send the tags that the person is to have; an empty list is none.")
	}
	actor, id := web.Actor(e), e.Request.PathValue("id")
	if err := tags.Set(e.App, actor, id, *form.Tags); err != nil {
		return err
	}
	row, err := members.FindRow(e.App, actor.Team.Id, id)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, map[string]any{"id": row.ID, "tags": row.Tags})
}
