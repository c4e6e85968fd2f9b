package commands

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"usher/hooks/accounts"
	"usher/hooks/administrators"
)

func passwordCommand(app core.App) *cobra.Command {
	return &cobra.Command{
		Use: "password ADDRESS", Args: cobra.ExactArgs(1),
		Short: "Set a user's password, for when they forgot it and email isn't set up",
		Long: "Set a user's password, for when they forgot it and email isn't set up.\n\nIt is read from the terminal, or from the first line of standard input, never from the arguments.\n" +
			"The user is signed out everywhere and gets an email.",
		RunE: func(command *cobra.Command, args []string) error {
			account, err := findAccount(app, args[0])
			if err != nil {
				return err
			}
			password, err := readPassword(command.InOrStdin(), command.ErrOrStderr())
			if err != nil {
				return err
			}
			if err := setPassword(app, account, password); err != nil {
				return err
			}
			fmt.Fprintf(command.OutOrStdout(), "The password of %s is set. They are signed out everywhere.\n", account.Email())
			if !account.Verified() {
				fmt.Fprintf(command.OutOrStdout(), "Their address isn't confirmed, so they can't sign in yet: run “usher user confirm %s” instead.\n", account.Email())
			}
			return nil
		},
	}
}

func setPassword(app core.App, account *core.Record, password string) error {
	return sentenceOf(accounts.SetPassword(app, administrators.CommandEntry(""), account, password))
}

// readPassword reads a password twice from a terminal without showing it, or else the first line of the input.
func readPassword(in io.Reader, prompt io.Writer) (string, error) {
	file, ok := in.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		line, err := bufio.NewReader(in).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", fmt.Errorf("read the password: %w", err)
		}
		return strings.TrimRight(line, "\r\n"), nil
	}
	var typed [2]string
	for n, label := range []string{"New password: ", "Again: "} {
		fmt.Fprint(prompt, label)
		read, err := term.ReadPassword(int(file.Fd()))
		fmt.Fprintln(prompt)
		if err != nil {
			return "", fmt.Errorf("read the password: %w", err)
		}
		typed[n] = string(read)
	}
	if typed[0] != typed[1] {
		return "", errors.New("the passwords differ; nothing has changed")
	}
	return typed[0], nil
}
