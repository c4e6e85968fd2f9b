package frame

import (
	"errors"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/teams"
)

// Offer is an invitation as pages tell of it.
type Offer struct {
	ID      string
	Team    string
	Logo    string
	About   string // what the team says of itself
	By      Contact
	Member  bool // who is asked is in the team already
	Roles   []actors.Role
	Words   string // the roles: "Admin and Organizer"
	Note    string
	Asked   time.Time
	Expires time.Time
	Times   record.Times // the reader's, else the team's
}

// OfferOf reads what an invitation offers. account is whom it is for, or nil while there is none; signedIn says that
// this account is the reader, who then learns the inviter's address and is told times in their own zone.
func OfferOf(app core.App, i *invitations.Invitation, account *core.Record, signedIn bool) (Offer, error) {
	team, err := teams.Find(app, i.TeamID())
	if err != nil {
		return Offer{}, err
	}
	var reader *core.Record
	if signedIn {
		reader = account
	}
	offer := Offer{
		ID: i.Id, Team: team.Name(), Logo: team.LogoPath(), About: team.Description(),
		Roles: i.Roles().Explained(), Words: i.Roles().Words(), Note: i.GetString("note"),
		Asked: i.GetDateTime("created").Time(), Expires: i.Expires(), Times: accounts.Times(reader, team.Zone()),
	}
	if offer.By, err = Inviter(app, i, signedIn); err != nil {
		return offer, err
	}
	if account != nil {
		_, err = members.Find(app, team.Id, account.Id)
		offer.Member = err == nil
		if errors.Is(err, record.ErrNotFound) {
			err = nil
		}
	}
	return offer, err
}

// Asks is what the team asks: "asks you to be Admin".
func (o Offer) Asks() string {
	switch {
	case len(o.Roles) == 0 && o.Member:
		return "asks you to become a member"
	case len(o.Roles) == 0:
		return "asks you to join"
	}
	return "asks you to be " + o.Words
}

// Held begins the sentence that ends with the date. Only roles have seats.
func (o Offer) Held() string {
	switch len(o.Roles) {
	case 0:
		return "The invitation is good until"
	case 1:
		return "The seat is held for you until"
	}
	return "Both seats are held for you until"
}

// Declining says what Decline does, before anybody presses it (R55).
func (o Offer) Declining() string {
	end := "Declining ends this offer for good"
	switch len(o.Roles) {
	case 0:
	case 1:
		end += " and frees the seat"
	default:
		end += " and frees the seats"
	}
	return end + "; only a new invitation opens it again. What you already have in this or any other team stays."
}

// Waiting reads what waits for the account's answer, the newest first (R51).
func Waiting(app core.App, account *core.Record) ([]Offer, error) {
	waiting, err := invitations.Waiting(app, account)
	if err != nil {
		return nil, err
	}
	offers := make([]Offer, 0, len(waiting))
	for _, i := range waiting {
		offer, err := OfferOf(app, i, account, true)
		if err != nil {
			return nil, err
		}
		offers = append(offers, offer)
	}
	return offers, nil
}

// From is who asked, with the role: "Henrik Aas, Owner,".
func (o Offer) From() string {
	if o.By.Role == "" {
		return o.By.Name
	}
	return o.By.Name + ", " + o.By.Role + ","
}
