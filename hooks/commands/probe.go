package commands

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// healthCommand asks a server on this machine whether it is ready, for containers without curl.
func healthCommand() *cobra.Command {
	address := ""
	command := &cobra.Command{Use: "health", Args: cobra.NoArgs, Annotations: noDataFolder,
		Short: "Ask the server on this machine whether it is ready; the exit code says so",
		RunE: func(command *cobra.Command, _ []string) error {
			client := &http.Client{Timeout: 5 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
			response, err := client.Get(strings.TrimRight(cmp.Or(address, "http://127.0.0.1:8090"), "/") + "/readyz")
			if err != nil {
				return fmt.Errorf("the server doesn't answer: %w", errors.Unwrap(err))
			}
			defer response.Body.Close()
			body, err := io.ReadAll(io.LimitReader(response.Body, 1000))
			if err != nil {
				return err
			}
			if response.StatusCode != http.StatusOK {
				return fmt.Errorf("not ready: %s", strings.TrimSpace(string(body)))
			}
			fmt.Fprintln(command.OutOrStdout(), "ready")
			return nil
		}}
	command.Flags().StringVar(&address, "url", "", "address of the server (http://127.0.0.1:8090)")
	return command
}
