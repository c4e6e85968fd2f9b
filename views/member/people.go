package member

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/sessions"
	"usher/views/web"
)

// suggested is how many members are offered while somebody types.
const suggested = 8

// someone is a member as the form offers him.
type someone struct {
	Name    string `json:"name"`
	Email   string `json:"email"`
	Picture string `json:"picture,omitempty"`
}

// membersAsked are the members of the team among those who are asked, for the script of the form.
func membersAsked(app core.App, team string, t typed) (string, error) {
	var addresses []string
	for _, field := range []string{t.Guests, t.Presenters, t.Cohosts} {
		for _, line := range lines(field) {
			if address, _, err := sessions.ParsePerson(line); err == nil {
				addresses = append(addresses, address)
			}
		}
	}
	rows, err := members.ByAddress(app, team, addresses)
	if err != nil {
		return "", err
	}
	found := []someone{}
	for _, address := range addresses {
		if row, known := rows[address]; known && row.Status == "accepted" && row.Kind == members.Member {
			found = append(found, someone{Name: row.Name, Email: row.Email})
		}
	}
	text, err := json.Marshal(found)
	return string(text), err
}

// searchPeople finds members of the team by name or address, for who may ask them to a session (R96).
func searchPeople(e *core.RequestEvent) error {
	actor := web.Actor(e)
	if err := mayPlan(actor); err != nil {
		return err
	}
	found := []someone{}
	words := strings.TrimSpace(record.Cut(e.Request.URL.Query().Get("q"), 100))
	if words == "" {
		return e.JSON(http.StatusOK, map[string]any{"people": found})
	}
	page, err := members.List(e.App, actor.Team.Id, members.Query{Search: words, Status: "accepted", Kind: members.Member, Size: suggested + 1})
	if err != nil {
		return err
	}
	for _, row := range page.Rows {
		if row.User != actor.Account.Id && row.User != "" && len(found) < suggested {
			found = append(found, someone{row.Called(), row.Email, accounts.PicturePath(row.User, row.Avatar)})
		}
	}
	return e.JSON(http.StatusOK, map[string]any{"people": found})
}
