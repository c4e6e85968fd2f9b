package api

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/bulk"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/seats"
	"usher/hooks/tools/errs"
	"usher/views/web"
)

// invitePreview previews inviting: a result for each address, in order, and the seats afterwards.
type invitePreview struct {
	Results []inviteResult `json:"results"`
	Emails  int            `json:"emails"` // number of emails that would be sent
	Seats   seatCounts     `json:"seats"`
}

// previewInvite responds with what the same request to /invitations would do now. It changes nothing.
func previewInvite(e *core.RequestEvent) error {
	offer, err := readInviteRequest(e)
	if err != nil {
		return err
	}
	forecast, err := invitations.PreviewInvite(e.App, web.Actor(e), offer)
	if err != nil {
		return err
	}
	reply := invitePreview{Results: make([]inviteResult, 0, len(forecast.Lines)), Emails: forecast.EmailCount, Seats: seatCountsOf(forecast.Seats)}
	for _, f := range forecast.Lines {
		reply.Results = append(reply.Results, inviteResult{Email: f.Line.Raw, Status: f.Status, Code: f.Code, Message: f.Message})
	}
	return e.JSON(http.StatusOK, reply)
}

func seatCountsOf(now seats.Seats) seatCounts {
	return seatCounts{
		Admin:     seatCountOf(now.Admin),
		Organizer: seatCountOf(now.Organizer),
		Licences:  licenceCount{Limit: now.Licences.Limit, Used: now.Licences.Used, Free: now.Licences.Free()},
	}
}

// usersPreviewForm is an action on users to preview.
type usersPreviewForm struct {
	selection
	handover
	Action string `json:"action"` // remove (default), revoke, resend or revoke-role
	Role   string `json:"role"`   // of revoke-role
}

// previewUsers responds with what a bulk action, by default removing, would do to the selected users now. It changes nothing. Each line
// says what would happen to the user's sessions and pending invitation.
func previewUsers(e *core.RequestEvent) error {
	var form usersPreviewForm
	if err := decodeBody(e, &form); err != nil {
		return err
	}
	action := bulk.Action{Kind: form.Action, HandOver: members.Handover{To: form.HandOver}}
	switch form.Action {
	case "":
		action.Kind = bulk.Remove
	case bulk.Remove, bulk.Revoke, bulk.Resend, bulk.Clear:
	case bulk.RevokeRole:
		role, err := invitations.ReadRoles(e.App, web.Actor(e), "member.revoke", "", []string{form.Role})
		if err != nil {
			return withField("role", err)
		}
		action.Role = role
	default:
		return errs.Invalid("action", "bad_action", "Choose remove, revoke, resend, revoke-role or clear.")
	}
	preview, err := bulk.Preview(e.App, web.Actor(e), action, form.IDs)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, newBulkResult(preview))
}
