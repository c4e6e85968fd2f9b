package api

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/bulk"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/tags"
	"usher/views/web"
)

// chosen are the users that an action is for. The ids are those of the list: an account's, or an invitation's.
type chosen struct {
	IDs []string `json:"ids"`
}

// succession is what becomes of what the chosen users leave behind.
type succession struct {
	HandOver   string `json:"handOver"`   // who hosts from now on what they were to host; empty: it is cancelled
	RevokeSent bool   `json:"revokeSent"` // of Admins: also revokes the pending invitations that they sent
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
	Invitation bool   `json:"invitation,omitempty"` // of who is removed: a pending invitation ends with it
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

func removeMany(e *core.RequestEvent) error {
	var form struct {
		chosen
		succession
	}
	if err := read(e, &form); err != nil {
		return err
	}
	return doMany(e, bulk.Deed{Kind: bulk.Remove, HandOver: form.HandOver, RevokeSent: form.RevokeSent}, form.IDs)
}

func revokeRoleOfMany(e *core.RequestEvent) error {
	var form struct {
		chosen
		succession
		Role string `json:"role"`
	}
	if err := read(e, &form); err != nil {
		return err
	}
	role, err := invitations.ReadRoles(e.App, web.Actor(e), "member.revoke", "", []string{form.Role})
	if err != nil {
		return under("role", err)
	}
	return doMany(e, bulk.Deed{Kind: bulk.RevokeRole, Role: role, HandOver: form.HandOver, RevokeSent: form.RevokeSent}, form.IDs)
}

func revokeMany(e *core.RequestEvent) error { return doChosen(e, bulk.Revoke) }
func resendMany(e *core.RequestEvent) error { return doChosen(e, bulk.Resend) }

func doChosen(e *core.RequestEvent, kind string) error {
	var form chosen
	if err := read(e, &form); err != nil {
		return err
	}
	return doMany(e, bulk.Deed{Kind: kind}, form.IDs)
}

func tagMany(e *core.RequestEvent) error {
	var form struct {
		chosen
		Add    []string `json:"add"`
		Remove []string `json:"remove"`
	}
	if err := read(e, &form); err != nil {
		return err
	}
	return doMany(e, bulk.Deed{Kind: bulk.Tag, Add: form.Add, Drop: form.Remove}, form.IDs)
}

func doMany(e *core.RequestEvent, deed bulk.Deed, ids []string) error {
	done, err := bulk.Do(e.App, web.Actor(e), deed, ids)
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
		reply.Results = append(reply.Results, line{l.ID, l.Name, l.Email, l.Status, l.Code, l.Message, l.Asked && l.Status == bulk.Removed,
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
