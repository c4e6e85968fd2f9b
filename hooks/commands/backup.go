package commands

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"usher/hooks/backup"
	"usher/hooks/tools/settings"
	"usher/hooks/tools/text"
)

func backupCommand(app core.App) *cobra.Command {
	withRecordings := false
	command := &cobra.Command{
		Use: "backup [FOLDER]", Args: cobra.MaximumNArgs(1),
		Short: "Back up the data folder, also while the server runs, to a folder or to USHER_BACKUP_TO",
		RunE: func(command *cobra.Command, args []string) error {
			place, err := backupPlace(app, args)
			if err != nil {
				return err
			}
			to, err := backup.OpenStore(app, place)
			if err != nil {
				return err
			}
			at := time.Now()
			m, err := backup.Make(command.Context(), app.DataDir(), to, backup.Options{
				Recordings: withRecordings || settings.Of(app).BackupRecordings, Usher: Version(), Now: at})
			if err != nil {
				return err
			}
			fmt.Fprintf(command.OutOrStdout(), "Backed up to %s\n  %s, %s, in %.1f seconds. It holds the keys of this server: keep it private.\n", joinPlace(to.String(), m.Name),
				text.Count(len(m.Files), "file", "files"), text.Bytes(m.Bytes()), time.Since(at).Seconds())
			return nil
		},
	}
	command.Flags().BoolVar(&withRecordings, "recordings", false, "also back up the files of recordings")
	return command
}

// backupPlace is where a backup goes.
func backupPlace(app core.App, args []string) (string, error) {
	if len(args) == 0 {
		place := settings.Of(app).BackupTo
		if place == "" {
			return "", errors.New("name a folder (usher backup FOLDER), or set USHER_BACKUP_TO")
		}
		return place, nil
	}
	if strings.HasPrefix(args[0], "s3:") || args[0] == settings.BackupDashboard {
		return args[0], nil
	}
	return filepath.Abs(args[0])
}

func joinPlace(place, name string) string { return strings.TrimRight(place, "/") + "/" + name }

func verifyCommand(app core.App) *cobra.Command {
	return &cobra.Command{
		Use: "verify [BACKUP]", Args: cobra.MaximumNArgs(1), Annotations: noDataFolder,
		Short: "Check every file of a backup, or the data folder: database, relations and files of records",
		RunE: func(command *cobra.Command, args []string) error {
			report, err := verify(command, app.DataDir(), args)
			if err == nil {
				err = report.Err()
			}
			if err != nil {
				return fmt.Errorf("%s isn't whole:\n  %w", cmp.Or(strings.Join(args, ""), app.DataDir()), err)
			}
			fmt.Fprintf(command.OutOrStdout(), "%s\nEverything is whole.\n", report.Summary)
			return nil
		},
	}
}

func verify(command *cobra.Command, dataDir string, args []string) (*backup.Report, error) {
	if len(args) == 0 {
		return backup.VerifyFolder(absPath(dataDir))
	}
	from, name, err := backup.Locate(nil, args[0])
	if err != nil {
		return nil, err
	}
	scratch, err := os.MkdirTemp("", "usher-verify-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(scratch)
	_, report, err := backup.Verify(command.Context(), from, name, scratch)
	return report, err
}

func restoreCommand(app core.App) *cobra.Command {
	replace := false
	command := &cobra.Command{
		Use: "restore BACKUP", Args: cobra.ExactArgs(1), Annotations: noDataFolder,
		Short: "Verify a backup and put it into the data folder of --dir, whose server must be stopped",
		RunE: func(command *cobra.Command, args []string) error {
			from, name, err := backup.Locate(nil, args[0])
			if err != nil {
				return err
			}
			dir := absPath(app.DataDir())
			if err := makeFolder(dir); err != nil {
				return err
			}
			held, err := takeLock(dir)
			if err != nil {
				return err
			}
			defer held.file.Close()
			m, replaced, err := backup.Restore(command.Context(), from, name, dir, replace, lockFile)
			if err != nil {
				return fmt.Errorf("can't restore %s: %w", args[0], err)
			}
			fmt.Fprintf(command.OutOrStdout(), "Restored %s of %s to %s: %s, %s\n", m.Name, m.Usher, dir,
				text.Count(len(m.Files), "file", "files"), text.Bytes(m.Bytes()))
			if !m.Recordings {
				fmt.Fprintln(command.OutOrStdout(), "  The files of recordings aren't in this backup. Copy the folder recordings here if you have it.")
			}
			if replaced != "" {
				fmt.Fprintf(command.OutOrStdout(), "  What was there before is in %s. Delete it when you no longer need it.\n", replaced)
			}
			return nil
		},
	}
	command.Flags().BoolVar(&replace, "replace", false, "move what is in the data folder into a folder in it, and restore there")
	return command
}
