package api

import (
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/members"
	"usher/hooks/tools/errs"
	"usher/views/web"
)

// ownership is the Owner of a team, and the pending offer to an Admin.
type ownership struct {
	Owner string          `json:"owner"`
	Offer *ownershipOffer `json:"offer"`
}

// ownershipOffer is an offer of the team to an Admin.
type ownershipOffer struct {
	ID      string `json:"id"`
	Status  string `json:"status"`
	User    string `json:"user"`
	Name    string `json:"name"`
	Expires string `json:"expires"`
}

// ownershipForm offers the team to an Admin.
type ownershipForm struct {
	User     string `json:"user"`
	Password string `json:"password"`
}

func showOwnership(e *core.RequestEvent) error {
	team := web.Actor(e).Team.Id
	owner, err := members.FindOwner(e.App, team)
	if err != nil {
		return err
	}
	shown := ownership{Owner: owner.UserID()}
	offer, err := members.FindOffer(e.App, team)
	if errs.IgnoreNotFound(err) != nil {
		return err
	}
	if err == nil {
		if shown.Offer, err = offerOf(e.App, offer); err != nil {
			return err
		}
	}
	return e.JSON(http.StatusOK, shown)
}

// offerOwnership offers the team to an Admin, who accepts or declines (R29).
func offerOwnership(e *core.RequestEvent) error {
	var form ownershipForm
	if err := decodeBody(e, &form); err != nil {
		return err
	}
	offer, err := members.OfferOwnership(e.App, web.Actor(e), form.User, form.Password)
	if err != nil {
		return err
	}
	shown, err := offerOf(e.App, offer)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, shown)
}

// answerOwnership returns the handler that accepts, declines or withdraws the offer. Its response says who the Owner is now.
func answerOwnership(answer func(core.App, *actors.Actor) error) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		if err := answer(e.App, web.Actor(e)); err != nil {
			return err
		}
		return showOwnership(e)
	}
}

func offerOf(app core.App, offer *members.Offer) (*ownershipOffer, error) {
	account, err := app.FindRecordById("users", offer.AdminID())
	if err != nil {
		return nil, err
	}
	return &ownershipOffer{offer.Id, offer.Status(time.Now()), account.Id, actors.DisplayName(account), formatTime(offer.Expires())}, nil
}
