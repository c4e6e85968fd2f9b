package commands

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"usher/hooks/accounts"
	"usher/hooks/backup"
	"usher/hooks/mail"
	"usher/hooks/plans"
	"usher/hooks/tools/settings"
)

// listenConfig is where the server listens.
type listenConfig struct {
	http    string
	https   string
	domains []string
}

func serveCommand(app core.App) *cobra.Command {
	var at listenConfig
	command := &cobra.Command{
		Use:   "serve [domain...]",
		Short: "Start the server on 127.0.0.1:8090, or on the given domains with certificates from Let's Encrypt",
		RunE: func(command *cobra.Command, args []string) error {
			at.domains = args
			afterServeStart(app, func() { printWelcome(app, command.OutOrStdout()) })
			return at.run(app)
		},
	}
	at.flags(command)
	return command
}

func (l *listenConfig) flags(command *cobra.Command) {
	command.Flags().StringVar(&l.http, "http", "", "address to listen on (127.0.0.1:8090, with domains 0.0.0.0:80)")
	command.Flags().StringVar(&l.https, "https", "", "address to listen on with TLS (with domains 0.0.0.0:443)")
}

// run serves until the program is stopped.
func (l *listenConfig) run(app core.App) error {
	if len(l.domains) > 0 {
		l.http, l.https = cmp.Or(l.http, "0.0.0.0:80"), cmp.Or(l.https, "0.0.0.0:443")
	} else {
		l.http = cmp.Or(l.http, "127.0.0.1:8090")
	}
	for i, domain := range l.domains {
		if l.domains[i] = settings.CanonicalHost("https", domain); l.domains[i] == "" {
			return fmt.Errorf("%q is not a domain: give a name such as meet.example.org", domain)
		}
	}
	config := settings.Of(app)
	config.URL = cmp.Or(config.URL, l.publicURL())
	if err := app.RunAllMigrations(); err != nil {
		return explainDBError(app, err)
	}
	if _, err := plans.Find(app, config.Plan); err != nil {
		return fmt.Errorf("USHER_PLAN is %q: set it to the key of a plan, such as free, pro, business or unlimited (%w)", config.Plan, err)
	}
	if err := errors.Join(saveVersion(app), saveServed(app)); err != nil {
		return explainDBError(app, err)
	}
	backup.Schedule(app, Version())
	registerGracefulStop(app)
	err := apis.Serve(app, apis.ServeConfig{
		HttpAddr: l.http, HttpsAddr: l.https, CertificateDomains: l.domains, AllowedOrigins: []string{config.URL},
	})
	if restarting(app) {
		select {} // the program is replaced, or ends with the reason why it isn't
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return explainDBError(app, err)
}

// publicURL is the public address where none is set: the first domain, or the address to listen on.
func (l *listenConfig) publicURL() string {
	if len(l.domains) > 0 {
		return "https://" + l.domains[0]
	}
	scheme, address := "http://", l.http
	if l.https != "" {
		scheme, address = "https://", l.https
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return settings.CanonicalURL(scheme + address)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return settings.CanonicalURL(scheme + net.JoinHostPort(host, port))
}

// printWelcome tells the server administrator where the server is and what to do next.
func printWelcome(app core.App, out io.Writer) {
	config := settings.Of(app)
	fmt.Fprintf(out, "\nUsher is running at %s\n", config.URL)
	if any, err := accounts.AnyExist(app); err == nil && !any {
		fmt.Fprintf(out, "\n  There are no accounts yet. Create the first one, and your team, here:\n\n    %s/signup?code=%s\n\n"+
			"  The code is valid until the server stops. It's required to sign up.\n",
			config.URL, accounts.SetupCode(app))
	}
	if !mail.Enabled(app) {
		fmt.Fprint(out, "\n  Email isn't set up: emails are printed here. Set USHER_MAIL_FROM, and RESEND_API_KEY or USHER_SMTP_URL, to send them.\n")
	}
	if !config.Secure() && !strings.Contains(config.URL, "//127.0.0.1") && !strings.Contains(config.URL, "//localhost") {
		fmt.Fprint(out, "\n  Warning: this server is reached without TLS, so passwords can be read on the network.\n"+
			"  Start it with your domain (usher serve meet.example.org), or behind a proxy with TLS and USHER_URL=https://…\n")
	}
	fmt.Fprintln(out)
}
