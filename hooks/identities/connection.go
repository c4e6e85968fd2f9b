package identities

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/emails"
	"usher/hooks/mail"
	"usher/hooks/paths"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

// Connection is a provider that is set up on the server, or to which an account is connected.
type Connection struct {
	Provider  settings.Provider
	Since     time.Time // zero: not connected
	Available bool      // set up on the server
}

// List returns the providers of the server, and those to which the account is connected although they are no longer set up.
func List(app core.App, account *core.Record) ([]Connection, error) {
	links, err := app.FindAllExternalAuthsByRecord(account)
	if err != nil {
		return nil, fmt.Errorf("list identities: %w", err)
	}
	var list []Connection
	for _, p := range settings.Of(app).Providers {
		list = append(list, Connection{Provider: p, Available: true})
	}
	for _, link := range links {
		at := slices.IndexFunc(list, func(c Connection) bool { return c.Provider.Key == link.Provider() })
		if at < 0 {
			at = len(list)
			list = append(list, Connection{Provider: settings.Provider{Key: link.Provider(), Name: settings.Of(app).ProviderName(link.Provider())}})
		}
		list[at].Since = link.Created().Time()
	}
	return list, nil
}

// Confirm checks the password of a signed-in account before an identity is connected: it is a way to sign in from then on.
func Confirm(app core.App, account *core.Record, provider settings.Provider, password, from string) error {
	entry := audit.NewAccountEntry(account, "", from, "account.connect").With("by", provider.Key)
	reauth, err := accounts.Reauthenticate(app, entry, account, "password", password)
	if err != nil {
		return err
	}
	_, err = reauth.Verify(app)
	return audit.RecordRefusal(app, entry, err)
}

// Connect connects an identity to a signed-in account. An identity belongs to one account; another one at the same provider takes
// the place of the account's present one.
func Connect(app core.App, account *core.Record, identity Identity, from string) error {
	entry := audit.NewAccountEntry(account, "", from, "account.connect").With("by", identity.Provider.Key)
	return audit.Do(app, entry, func(tx core.App) error {
		owner, err := find(tx, identity)
		switch {
		case err == nil && owner.Id == account.Id:
			entry.Action = "" // nothing changes
			return nil
		case err == nil:
			return errs.Invalid("base", CodeTaken, "This account at "+identity.Provider.Name+" is connected to another account on this server. Disconnect it there first.")
		case !errors.Is(err, errs.ErrNotFound):
			return err
		}
		if _, err := remove(tx, account, identity.Provider.Key); err != nil {
			return err
		}
		return connect(tx, account, identity)
	})
}

// connect saves the connection, in the caller's transaction, and tells the account's owner.
func connect(tx core.App, account *core.Record, identity Identity) error {
	link := core.NewExternalAuth(tx)
	link.SetCollectionRef(account.Collection().Id)
	link.SetRecordRef(account.Id)
	link.SetProvider(identity.Provider.Key)
	link.SetProviderId(identity.Subject)
	if err := tx.Save(link); err != nil {
		return fmt.Errorf("connect an identity: %w", err)
	}
	config := settings.Of(tx)
	return queue(tx, account, emails.IdentityConnected(emails.IdentityProps{
		To: account.Email(), ToName: actors.DisplayName(account), Provider: identity.Provider.Name, At: time.Now(), Zone: accounts.Zone(account, time.UTC),
		Account: config.Link(paths.AccountSignIns), Support: config.Support,
	}))
}

// Disconnect ends the connection of an account to a provider. It returns errs.ErrNotFound if there is none.
func Disconnect(app core.App, account *core.Record, provider, from string) error {
	entry := audit.NewAccountEntry(account, "", from, "account.disconnect").With("by", provider)
	return audit.Do(app, entry, func(tx core.App) error {
		ended, err := remove(tx, account, provider)
		if err != nil {
			return err
		}
		if !ended {
			return errs.ErrNotFound
		}
		config := settings.Of(tx)
		return queue(tx, account, emails.IdentityDisconnected(emails.IdentityProps{
			To: account.Email(), ToName: actors.DisplayName(account), Provider: settings.Of(tx).ProviderName(provider), At: time.Now(), Zone: accounts.Zone(account, time.UTC),
			Account: config.Link(paths.AccountSignIns), Support: config.Support,
		}))
	})
}

// remove deletes the connections of an account to a provider, in the caller's transaction.
func remove(tx core.App, account *core.Record, provider string) (ended bool, err error) {
	links, err := tx.FindAllExternalAuthsByRecord(account)
	if err != nil {
		return false, fmt.Errorf("list identities: %w", err)
	}
	for _, link := range links {
		if link.Provider() != provider {
			continue
		}
		if err := tx.Delete(link); err != nil {
			return false, fmt.Errorf("disconnect an identity: %w", err)
		}
		ended = true
	}
	return ended, nil
}

func queue(tx core.App, account *core.Record, email mail.Message) error {
	email.About = account.Id
	_, err := mail.Queue(tx, email)
	return err
}
