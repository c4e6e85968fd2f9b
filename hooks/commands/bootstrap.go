package commands

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"usher/hooks/backup"
	"usher/hooks/database"
)

// registerFolderChecks checks the data folder before the app opens it. A server takes the lock of the folder; other commands
// can run beside a server, unless they would disturb it. Errors of opening the database are explained.
func registerFolderChecks(app core.App, serves func() bool) {
	app.OnBootstrap().Bind(&hook.Handler[*core.BootstrapEvent]{Id: "usherFolder", Priority: -10_000, Func: func(e *core.BootstrapEvent) error {
		if restarting(e.App) {
			// PocketBase would open the restored data again, and delete the data that it replaced.
			return fmt.Errorf("the program is about to be replaced")
		}
		dir := e.App.DataDir()
		if err := makeFolder(dir); err != nil {
			return err
		}
		server := serves()
		if server && currentLock(e.App) == nil {
			l, err := takeLock(dir)
			if err != nil {
				return err
			}
			storeLock(e.App, l)
		}
		if err := checkContent(dir, server); err != nil {
			return err
		}
		applied, err := appliedMigrations(dir)
		if err != nil {
			return explainDBError(e.App, err)
		}
		if err := checkVersion(dir, applied); err != nil {
			return err
		}
		if !server {
			if err := checkRunningServer(dir, applied); err != nil {
				return err
			}
		}
		if err := e.Next(); err != nil || server {
			return explainDBError(e.App, err)
		}
		return explainDBError(e.App, useServed(e.App))
	}})
}

// appliedMigrations reads which migrations a database has had. It returns none for a folder without a database.
func appliedMigrations(dir string) ([]string, error) {
	path := filepath.Join(dir, "data.db")
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		return nil, nil
	}
	db, err := core.DefaultDBConnect(path)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	var tables int
	err = db.NewQuery("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = {:name}").
		Bind(dbx.Params{"name": core.DefaultMigrationsTable}).Row(&tables)
	if err != nil || tables == 0 {
		return nil, err
	}
	var files []string
	return files, db.NewQuery("SELECT file FROM " + core.DefaultMigrationsTable).Column(&files)
}

// checkVersion refuses a database with migrations that this program doesn't know: a newer version has changed it.
func checkVersion(dir string, applied []string) error {
	unknown := backup.Unknown(applied)
	if len(unknown) == 0 {
		return nil
	}
	newer := "a newer version of Usher"
	if version := lastVersion(dir); version != "" {
		newer += ", " + version + ","
	}
	return &folderError{path: dir, problem: newer + " has changed the database (" + unknown[len(unknown)-1] + ")",
		advice: "This is " + Version() + ". Install that version or a later one, or restore a backup from before the update (usher restore BACKUP --dir FOLDER)."}
}

// versionKey is the key of the version of the last server, in PocketBase's parameters.
const versionKey = "usherVersion"

// saveVersion stores the version that serves the folder, for older ones to name.
func saveVersion(app core.App) error {
	return saveParam(app, versionKey, Version())
}

// lastVersion returns the version that last served a folder, or "".
func lastVersion(dir string) (version string) {
	db, err := database.OpenReadOnly(filepath.Join(dir, "data.db"), false)
	if err != nil {
		return ""
	}
	defer db.Close()
	_ = db.NewQuery("SELECT value FROM _params WHERE id = {:id}").Bind(dbx.Params{"id": versionKey}).Row(&version)
	return version
}

// checkRunningServer refuses a command that would disturb the server that uses the folder: opening the folder deletes the
// files of a backup or restore under way, and brings the database up to this program's version.
func checkRunningServer(dir string, applied []string) error {
	pid, serving := lockHolder(dir)
	if !serving {
		return nil
	}
	if entries, err := os.ReadDir(filepath.Join(dir, core.LocalTempDirName)); err == nil && len(entries) > 0 {
		return fmt.Errorf("the server (process %d) is making or restoring a backup\n  Try again when it is finished", pid)
	}
	for _, migration := range core.SystemMigrations.Items() {
		if migration.ReapplyCondition == nil && !slices.Contains(applied, migration.File) {
			return fmt.Errorf("the server (process %d) runs an older version of this program\n  Restart it with this version first", pid)
		}
	}
	return nil
}
