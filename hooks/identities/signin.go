package identities

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/audit"
	"usher/hooks/invitations"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
	"usher/hooks/tools/text"
)

// SignIn returns the account of an identity. An identity that isn't connected yet is connected to the account of its address, which
// the provider must have verified; an unconfirmed account is taken over like by an emailed link. Without an account, one is created
// if anyone may sign up, or the address is invited to a team or a session (R149).
func SignIn(app core.App, identity Identity, from string) (*core.Record, error) {
	account, err := find(app, identity)
	if errors.Is(err, errs.ErrNotFound) {
		return connectByAddress(app, identity, from)
	}
	if err != nil {
		return nil, err
	}
	action, err := accounts.FirstStepAction(app, account)
	if err != nil {
		return nil, err
	}
	entry := audit.NewAccountEntry(account, "", from, action).WithTarget(account.Id, account.Email()).With("by", identity.Provider.Key)
	err = audit.Do(app, entry, func(tx core.App) error {
		if account, err = find(tx, identity); err != nil {
			return err
		}
		if !account.Verified() {
			return errs.Invalid("base", accounts.CodeUnverified, "Confirm your email address first: open the link in the email we sent you.")
		}
		return nil
	})
	if errors.Is(err, errs.ErrNotFound) {
		return nil, errs.Invalid("base", CodeExpired, identity.Provider.Name+" was just disconnected from your account. Sign in with your password.")
	}
	return account, err
}

// connectByAddress connects an identity to the account of its address, or creates the account.
func connectByAddress(app core.App, identity Identity, from string) (account *core.Record, err error) {
	name := identity.Provider.Name
	if identity.Email, err = accounts.CanonicalEmail(identity.Email); err != nil {
		return nil, errs.Invalid("base", CodeNoEmail, "Your account at "+name+" has no confirmed email address. Sign in with your email address and password, then connect "+name+" in your account settings.")
	}
	draft, err := draftOf(app, identity)
	if err != nil {
		return nil, err
	}
	entry := &audit.Entry{Action: "account.connect", IP: from}
	entry.With("by", identity.Provider.Key)
	err = audit.Do(app, entry, func(tx core.App) error {
		if account, err = find(tx, identity); err == nil || !errors.Is(err, errs.ErrNotFound) {
			entry.Action = "" // connected meanwhile
			return err
		}
		if account, err = accounts.Find(tx, identity.Email); errors.Is(err, errs.ErrNotFound) {
			entry.Action = "account.signup"
			account, err = create(tx, draft)
		} else if err == nil && !account.Verified() {
			err = accounts.TakeOver(tx, account, draft)
		}
		if err != nil {
			return err
		}
		named := audit.NewAccountEntry(account, "", from, entry.Action)
		entry.Actor, entry.ActorName = named.Actor, named.ActorName
		return connect(tx, account, identity)
	})
	return account, err
}

// draftOf returns the account that a new user would get. Its password is random, so it can't be used until it is reset. A name at the
// provider that isn't one here is left out: the user can add it.
func draftOf(app core.App, identity Identity) (*core.Record, error) {
	name, err := text.CleanLine("name", "The name", text.Shorten(identity.Name, accounts.MaxName), accounts.MaxName)
	if err != nil {
		name = ""
	}
	return accounts.New(app, accounts.Params{Email: identity.Email, Name: name, Password: accounts.NewSecret(), Verified: true})
}

// create saves the account of a new user, if they may sign up.
func create(tx core.App, draft *core.Record) (*core.Record, error) {
	any, err := accounts.AnyExist(tx)
	if err != nil {
		return nil, err
	}
	if !any {
		return nil, errs.Invalid("base", CodeNoAccount, "Create the first account of this server with the link that it printed at its start.")
	}
	if settings.Of(tx).SignUp != "open" {
		invited, err := isInvited(tx, draft)
		if err != nil {
			return nil, err
		}
		if !invited {
			return nil, errs.Invalid("base", CodeNoAccount, "There is no account for "+draft.Email()+". Ask an Owner or Admin of your team to invite this address.")
		}
	}
	return draft, tx.Save(draft)
}

// isInvited reports whether an address is invited to a team or to a session.
func isInvited(tx core.App, draft *core.Record) (bool, error) {
	pending, err := invitations.ListPending(tx, draft)
	if err != nil || len(pending) > 0 {
		return err == nil, err
	}
	return sessions.HasOpenInvite(tx, draft.Email())
}

// find returns the account to which an identity is connected, or errs.ErrNotFound.
func find(app core.App, identity Identity) (*core.Record, error) {
	users, err := app.FindCachedCollectionByNameOrId("users")
	if err != nil {
		return nil, fmt.Errorf("find users: %w", err)
	}
	link, err := app.FindFirstExternalAuthByExpr(dbx.HashExp{"collectionRef": users.Id, "provider": identity.Provider.Key, "providerId": identity.Subject})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errs.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("find an identity: %w", err)
	}
	account, err := app.FindRecordById("users", link.RecordRef())
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errs.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("find the account of an identity: %w", err)
	}
	return account, nil
}
