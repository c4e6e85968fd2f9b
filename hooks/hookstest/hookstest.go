// Package hookstest provides tests with a migrated app in a temporary folder, and with users and teams.
package hookstest

import (
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks"
	"usher/hooks/database"
	"usher/hooks/tools/settings"
	_ "usher/pb_migrations"
)

// migratedFiles is a migrated, empty data folder, created once per test binary and copied for each test.
var migratedFiles = sync.OnceValues(func() (map[string][]byte, error) {
	dir, err := os.MkdirTemp("", "usher-test-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: dir})
	if err := app.Bootstrap(); err != nil {
		return nil, err
	}
	if err := app.RunAllMigrations(); err != nil {
		return nil, err
	}
	if err := prepareForTests(app); err != nil {
		return nil, err
	}
	if err := app.ResetBootstrapState(); err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, name := range []string{"data.db", "auxiliary.db"} {
		if files[name], err = os.ReadFile(filepath.Join(dir, name)); err != nil {
			return nil, err
		}
	}
	return files, nil
})

// prepareForTests makes tests fast: cheap password hashes, no rate limit of PocketBase.
func prepareForTests(app core.App) error {
	users, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		return err
	}
	users.Fields.GetByName("password").(*core.PasswordField).Cost = 4
	if err := app.Save(users); err != nil {
		return err
	}
	app.Settings().RateLimits.Enabled = false
	return app.Save(app.Settings())
}

// Config returns the configuration of NewApp, which a test can change and pass to NewAppWith.
func Config() settings.Config {
	return settings.Config{
		URL: "http://usher.test", Teams: "any", SignUp: "invited", Plan: "free",
		Support: "help@usher.test", MailFrom: "Usher <usher@usher.test>", Console: io.Discard, Recordings: 2, FFmpeg: "off",
	}
}

// NewApp returns a migrated app with all rules registered. It is closed and deleted with the test.
func NewApp(t testing.TB) *core.BaseApp {
	t.Helper()
	return NewAppWith(t, Config())
}

// NewAppWith is NewApp with a configuration.
func NewAppWith(t testing.TB, config settings.Config) *core.BaseApp {
	t.Helper()
	dir, err := os.MkdirTemp("", "usher-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { removeDir(dir) })
	WriteDB(t, dir)
	return OpenApp(t, dir, config)
}

// removeDir deletes a folder. It tries again if PocketBase writes to the folder meanwhile, which deletes files of records
// in the background.
func removeDir(dir string) {
	for range 5 {
		if os.RemoveAll(dir) == nil {
			return
		}
	}
}

// WriteDB writes a migrated, empty database to dir, without opening it.
func WriteDB(t testing.TB, dir string) {
	t.Helper()
	files, err := migratedFiles()
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// OpenApp opens the data folder dir with all rules registered.
func OpenApp(t testing.TB, dir string, config settings.Config) *core.BaseApp {
	t.Helper()
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: dir, DBConnect: database.DBConnect})
	hooks.Register(app, config)
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { CloseApp(app) })
	return app
}

// CloseApp closes the app like a server that stops. It may be called more than once.
func CloseApp(app *core.BaseApp) {
	_ = app.OnTerminate().Trigger(&core.TerminateEvent{App: app}, func(*core.TerminateEvent) error {
		if app.IsBootstrapped() { // PocketBase doesn't wait for its log writes
			_ = app.AuxRunInTransaction(func(core.App) error { return nil })
		}
		return app.ResetBootstrapState()
	})
}

// Count counts the records of a collection.
func Count(t testing.TB, app core.App, collection string, where ...dbx.Expression) int {
	t.Helper()
	n, err := app.CountRecords(collection, where...)
	if err != nil {
		t.Fatal(err)
	}
	return int(n)
}

// NewServeEvent returns the event that starts serving the app, with a router that has PocketBase's routes.
func NewServeEvent(t testing.TB, app core.App) *core.ServeEvent {
	t.Helper()
	router, err := apis.NewRouter(app)
	if err != nil {
		t.Fatal(err)
	}
	return &core.ServeEvent{App: app, Router: router}
}
