package commands

import (
	"errors"
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

// Version returns the version of this program, "devel" if it wasn't built from a Git checkout.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "devel"
	}
	return info.Main.Version
}

// buildText describes a build: its version, commit, date of the commit, and Go.
func buildText(info *debug.BuildInfo) string {
	values := map[string]string{}
	for _, setting := range info.Settings {
		values[setting.Key] = setting.Value
	}
	parts := []string{"usher " + info.Main.Version}
	if commit := values["vcs.revision"]; commit != "" {
		if values["vcs.modified"] == "true" {
			commit += " with changes"
		}
		parts = append(parts, "commit "+commit)
	}
	if date := values["vcs.time"]; date != "" {
		parts = append(parts, date)
	}
	return strings.Join(append(parts, info.GoVersion+" "+values["GOOS"]+"/"+values["GOARCH"]), "\n  ")
}

func versionCommand() *cobra.Command {
	return &cobra.Command{Use: "version", Short: "Print the version, commit and date of this program", Args: cobra.NoArgs, Annotations: noDataFolder,
		RunE: func(command *cobra.Command, _ []string) error {
			info, ok := debug.ReadBuildInfo()
			if !ok {
				return errors.New("this program has no version")
			}
			fmt.Fprintln(command.OutOrStdout(), buildText(info))
			return nil
		}}
}
