package commands

import (
	"cmp"
	"encoding/json"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
	"usher/hooks/tools/settings"
)

// servedKey is the key of the settings of the last server, in PocketBase's parameters.
const servedKey = "usherServed"

// served has the settings of a server that links and emails of commands need. A server can have them from its arguments, or from an environment
// that a command doesn't share.
type served struct {
	URL     string `json:"url"`
	Support string `json:"support"`
}

// saveServed stores the settings of the server that starts.
func saveServed(app core.App) error {
	config := settings.Of(app)
	value, err := json.Marshal(served{URL: config.URL, Support: config.Support})
	if err != nil {
		return err
	}
	return saveParam(app, servedKey, string(value))
}

// useServed gives a command the settings of the last server of the folder, where it has none of its own.
func useServed(app core.App) error {
	var value string
	err := app.DB().NewQuery("SELECT coalesce((SELECT value FROM _params WHERE id = {:id}), '')").Bind(dbx.Params{"id": servedKey}).Row(&value)
	if err != nil {
		return fmt.Errorf("read the settings of the last server: %w", err)
	}
	var last served
	_ = json.Unmarshal([]byte(value), &last) // the next server stores them again
	config := settings.Of(app)
	config.URL, config.Support = cmp.Or(config.URL, last.URL), cmp.Or(config.Support, last.Support)
	return nil
}

// saveParam stores one of PocketBase's parameters.
func saveParam(app core.App, key, value string) error {
	_, err := app.NonconcurrentDB().NewQuery(`INSERT INTO _params (id, value, created, updated) VALUES ({:id}, {:value}, {:now}, {:now})
		ON CONFLICT (id) DO UPDATE SET value = {:value}, updated = {:now}`).
		Bind(dbx.Params{"id": key, "value": value, "now": record.FormatTime(time.Now())}).Execute()
	return err
}
