package api

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/teams"
)

// list is a list without pages.
type list[T any] struct {
	Items []T `json:"items"`
}

// teamRef identifies a team.
type teamRef struct {
	ID   string `json:"id"`
	Slug string `json:"slug"`
	Name string `json:"name"`
}

func teamRefOf(r *core.Record) teamRef {
	team := teams.Of(r)
	return teamRef{ID: team.Id, Slug: team.Slug(), Name: team.Name()}
}

// auth has the format of PocketBase's sign-in response, so that SDKs store it.
type auth struct {
	Token  string      `json:"token"`
	Record accountInfo `json:"record"`
}

type accountInfo struct {
	ID       string `json:"id"`
	Email    string `json:"email"`
	Name     string `json:"name"`
	Verified bool   `json:"verified"`
}

func newAuth(account *core.Record) (*auth, error) {
	token, err := account.NewAuthToken()
	if err != nil {
		return nil, err
	}
	return &auth{Token: token, Record: accountInfo{
		ID: account.Id, Email: account.Email(), Name: accounts.StoredName(account), Verified: account.Verified(),
	}}, nil
}

// formatTime formats a time as RFC 3339 in UTC, to the second; "" for the zero time.
func formatTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
