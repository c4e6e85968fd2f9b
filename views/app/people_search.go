package app

import (
	"encoding/json"
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/addresslist"
	"usher/hooks/people"
	"usher/hooks/tools/text"
	"usher/views/web"
)

// maxSuggestions is the number of members suggested while typing.
const maxSuggestions = 8

// suggestion is a member that the form suggests.
type suggestion struct {
	Name      string `json:"name"`
	Email     string `json:"email"`
	AvatarURL string `json:"picture,omitempty"`
}

// invitee is an entry in a list of people, for the script of the form. Text is the value to submit.
type invitee struct {
	Name   string `json:"name"`
	Email  string `json:"email"` // the raw text if it isn't a valid address
	Text   string `json:"text"`
	Member bool   `json:"member"`
}

// parseInvitees reads a typed or pasted list and marks members of the team.
func parseInvitees(app core.App, team, text string) ([]invitee, error) {
	invitees := []invitee{}
	var addresses []string
	for _, e := range addresslist.Read(text).Entries {
		switch {
		case e.Missing():
			continue
		case e.Err != nil:
			invitees = append(invitees, invitee{Email: e.Raw, Text: e.Raw})
		default:
			invitees = append(invitees, invitee{Name: e.Name, Email: e.Address, Text: addresslist.Format(e)})
			addresses = append(addresses, e.Address)
		}
	}
	rows, err := people.ByAddress(app, team, addresses)
	if err != nil {
		return nil, err
	}
	for n, one := range invitees {
		if row, known := rows[one.Email]; known && row.Status == "accepted" && row.Kind == actors.Member {
			invitees[n].Member = true
			if row.Name != "" {
				invitees[n].Name = row.Name
			}
		}
	}
	return invitees, nil
}

// inviteesJSON encodes the people of each field, for the script of the form.
func inviteesJSON(app core.App, team string, t formInput) (string, error) {
	all := map[string][]invitee{}
	for field, text := range map[string]string{"guests": t.Guests, "cohosts": t.Cohosts, "presenters": t.Presenters} {
		people, err := parseInvitees(app, team, text)
		if err != nil {
			return "", err
		}
		all[field] = people
	}
	text, err := json.Marshal(all)
	return string(text), err
}

// parsePeople parses a list for the script of the form, so that the server is the only parser.
func parsePeople(e *core.RequestEvent) error {
	actor := web.Actor(e)
	if err := canPlan(e.App, actor); err != nil {
		return err
	}
	people, err := parseInvitees(e.App, actor.Team.Id, postForm(e).Get("list"))
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, map[string]any{"people": people})
}

// searchPeople finds members of the team by name or address, for actors who can invite them to a session (R96).
func searchPeople(e *core.RequestEvent) error {
	actor := web.Actor(e)
	if err := canPlan(e.App, actor); err != nil {
		return err
	}
	found := []suggestion{}
	words := text.CleanSearch(text.Truncate(e.Request.URL.Query().Get("q"), 100))
	if words == "" {
		return e.JSON(http.StatusOK, map[string]any{"people": found})
	}
	page, err := people.List(e.App, actor.Team.Id, people.Query{Search: words, Status: "accepted", Kind: actors.Member, Size: maxSuggestions + 1})
	if err != nil {
		return err
	}
	for _, row := range page.Rows {
		if row.User != actor.Account.Id && row.User != "" && len(found) < maxSuggestions {
			found = append(found, suggestion{row.DisplayName(), row.Email, accounts.AvatarPath(row.User, row.Avatar)})
		}
	}
	return e.JSON(http.StatusOK, map[string]any{"people": found})
}
