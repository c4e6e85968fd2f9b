// Package hookstest gives tests a migrated app in a temporary folder, and the people and teams to put in it.
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

// migratedFiles is a migrated, empty data folder, made once for each test binary and copied for each test.
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

// prepareForTests makes tests quick: passwords cost little, and the coarse limiter is off.
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

// Config is the configuration of New, to be changed by a test before NewWith.
func Config() settings.Config {
	return settings.Config{
		URL: "http://usher.test", Teams: "any", SignUp: "invited", Plan: "free",
		Support: "help@usher.test", MailFrom: "Usher <usher@usher.test>", Console: io.Discard,
	}
}

// NewApp is a migrated app with every rule wired. It is gone with the test.
func NewApp(t testing.TB) *core.BaseApp {
	t.Helper()
	return NewAppWith(t, Config())
}

// NewAppWith is New with a configuration.
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

// removeDir deletes a folder. PocketBase deletes the files of a record in the background, and may touch its
// storage while the folder goes: then it is deleted once more.
func removeDir(dir string) {
	for range 5 {
		if os.RemoveAll(dir) == nil {
			return
		}
	}
}

// WriteDB puts a migrated, empty database into dir, without opening it.
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

// OpenApp opens the data folder dir with every rule wired.
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

// CloseApp ends the app as a stop of the server does. A second one does nothing more.
func CloseApp(app *core.BaseApp) {
	_ = app.OnTerminate().Trigger(&core.TerminateEvent{App: app}, func(*core.TerminateEvent) error {
		if app.IsBootstrapped() { // PocketBase does not wait for the log that it is writing
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

// NewServeEvent is what starts serving the app, with a router that has PocketBase's routes.
func NewServeEvent(t testing.TB, app core.App) *core.ServeEvent {
	t.Helper()
	router, err := apis.NewRouter(app)
	if err != nil {
		t.Fatal(err)
	}
	return &core.ServeEvent{App: app, Router: router}
}
