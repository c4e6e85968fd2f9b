// Package commands has the commands of the program, and starts and stops the server.
package commands

import (
	"fmt"
	"os"
	"slices"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"
)

// CommandSet has the commands of the program. PocketBase discards the error of a command; a CommandSet keeps it.
type CommandSet struct {
	app  *pocketbase.PocketBase
	root *cobra.Command
	args []string
	err  error
}

// Commands adds every command of Usher to the app, and the checks of the data folder that come before a command.
func Commands(app *pocketbase.PocketBase, args []string) *CommandSet {
	app.RootCmd.Use = "usher"
	app.RootCmd.Short = "Usher controls who can meet on behalf of your organization"
	app.RootCmd.CompletionOptions.DisableDefaultCmd = true
	set := &CommandSet{app: app, root: app.RootCmd, args: args}
	registerFolderChecks(app, set.isServer)
	registerRestoreChecks(app)
	for _, command := range []*cobra.Command{serveCommand(app), demoCommand(app), userCommand(app), teamCommand(app), billingCommand(app), auditCommand(app),
		healthCommand(), doctorCommand(app), backupCommand(app), restoreCommand(app), verifyCommand(app), versionCommand(), helpCommand(app.RootCmd)} {
		set.Add(command)
	}
	return set
}

// Add adds a command to the root command.
func (s *CommandSet) Add(command *cobra.Command) {
	s.captureErrors(command)
	s.root.AddCommand(command)
}

// captureErrors keeps the errors of a command and its subcommands, so that each is printed once.
func (s *CommandSet) captureErrors(command *cobra.Command) {
	command.SilenceErrors, command.SilenceUsage = true, true
	command.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		s.err = err
		return err
	})
	if args := command.Args; args != nil {
		command.Args = func(command *cobra.Command, given []string) error {
			if err := args(command, given); err != nil {
				s.err = fmt.Errorf("%w\n%s", err, command.UseLine())
				return err
			}
			return nil
		}
	}
	if command.HasSubCommands() && command.RunE == nil {
		command.RunE = func(command *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("unknown command %q for %q", args[0], command.CommandPath())
			}
			return command.Help()
		}
	}
	if run := command.RunE; run != nil {
		command.RunE = func(command *cobra.Command, args []string) error {
			s.err = run(command, args)
			return s.err
		}
	}
	for _, sub := range command.Commands() {
		s.captureErrors(sub)
	}
}

// noDataFolder marks the commands that don't open the data folder.
var noDataFolder = map[string]string{"data": "none"}

// Run runs the command that the arguments name, and returns its error.
func (s *CommandSet) Run() error {
	s.root.SilenceErrors = true
	command, _, err := s.root.Find(s.args[1:])
	if err != nil {
		return err
	}
	if command == s.root || command.Annotations["data"] != "" {
		return s.root.Execute()
	}
	if err := s.app.Execute(); err != nil {
		return err
	}
	return s.err
}

// isServer reports whether the command is a server.
func (s *CommandSet) isServer() bool {
	command, _, err := s.root.Find(s.args[1:])
	return err == nil && command.Parent() == s.root && (command.Name() == "serve" || command.Name() == "demo")
}

// DataDir returns the default data folder, if --dir isn't given: pb_data, or for the demo a folder that discard deletes.
func DataDir(args []string) (dir string, discard func(), err error) {
	if len(args) < 2 || args[1] != "demo" || slices.ContainsFunc(args, isDirFlag) {
		return "pb_data", func() {}, nil
	}
	dir, err = os.MkdirTemp("", "usher-demo-")
	if err != nil {
		return "", nil, fmt.Errorf("create a folder for the demo: %w", err)
	}
	return dir, func() { os.RemoveAll(dir) }, nil
}

func isDirFlag(arg string) bool { return arg == "--dir" || len(arg) > 6 && arg[:6] == "--dir=" }

func helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{Use: "help", Short: "List the commands", Args: cobra.NoArgs, Annotations: noDataFolder,
		RunE: func(*cobra.Command, []string) error { return root.Help() }}
}

// afterServeStart is called once the server listens.
func afterServeStart(app core.App, tell func()) {
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		e.InstallerFunc = nil
		if err := e.Next(); err != nil {
			return err
		}
		tell()
		return nil
	})
}
