package commands

import (
	"fmt"
	"net/http"
	"os"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

const restartingKey = "usher.restarting"

func restarting(app core.App) bool { return app.Store().Has(restartingKey) }

// registerRestoreChecks refuses a restore that couldn't be finished, and keeps the lock of the folder out of it. PocketBase
// restores by replacing the folder's content and then this program.
func registerRestoreChecks(app core.App) {
	keepLock := func(e *core.BackupEvent) { e.Exclude = append(e.Exclude, lockFile) }
	app.OnBackupCreate().Bind(&hook.Handler[*core.BackupEvent]{Id: "usherLock", Func: func(e *core.BackupEvent) error {
		keepLock(e)
		return e.Next()
	}})
	app.OnBackupRestore().Bind(&hook.Handler[*core.BackupEvent]{Id: "usherLock", Func: func(e *core.BackupEvent) error {
		keepLock(e)
		err := checkRestartable()
		if err == nil {
			err = e.Next()
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "usher: can't restore the backup %s: %v\n", e.Name, err)
		}
		return err
	}})
}

// checkRestartable says whether the program can replace itself.
func checkRestartable() error {
	if len(os.Args) > 1 && os.Args[1] == "demo" {
		return fmt.Errorf("the demo deletes its data when it stops; start a server with usher serve")
	}
	path, err := os.Executable()
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		return fmt.Errorf("the program file has been replaced since the start (%w); restart Usher, then restore the backup", err)
	}
	return nil
}

// restart ends the server and lets PocketBase replace this program by itself, with the lock of the data folder. The
// folder's content has been replaced already: what requests write now is lost, so none is waited for.
func restart(te *core.TerminateEvent, server *http.Server) error {
	te.App.Store().Set(restartingKey, true)
	_ = server.Close()
	err := currentLock(te.App).handOver()
	if err == nil {
		err = te.Next()
	}
	fmt.Fprintf(os.Stderr, "usher: the backup is restored, but the program couldn't restart itself: %v\n  Start it again.\n", err)
	os.Exit(1)
	return err
}
