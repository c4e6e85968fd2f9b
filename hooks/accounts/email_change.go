package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/audit"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// addressChangeLifetime is how long the link that confirms a new address is valid.
const addressChangeLifetime = 24 * time.Hour

var _ core.RecordProxy = (*AddressChange)(nil)

// AddressChange is a pending change of an account's email address. An account has at most one.
type AddressChange struct{ *core.Record }

// PreValidate checks that the record is an address change.
func (c *AddressChange) PreValidate(context.Context, core.App) error {
	if c.Record == nil || c.Collection().Name != "address_changes" {
		return errors.New("not an address change")
	}
	return nil
}

// ProxyRecord returns the record.
func (c *AddressChange) ProxyRecord() *core.Record { return c.Record }

// SetProxyRecord sets the record.
func (c *AddressChange) SetProxyRecord(r *core.Record) { c.Record = r }

// Address returns the new address.
func (c *AddressChange) Address() string { return c.GetString("email") }

// Expires returns when the link expires.
func (c *AddressChange) Expires() time.Time { return c.GetDateTime("expires").Time() }

// FindAddressChange returns the pending change of the account, or nil.
func FindAddressChange(app core.App, account *core.Record) (*AddressChange, error) {
	change, err := queryAddressChange(app, dbx.HashExp{"user": account.Id})
	if errors.Is(err, errs.ErrNotFound) || err == nil && !change.isValid(account) {
		return nil, nil
	}
	return change, err
}

// RequestAddressChange emails a confirmation link to the new address of an account. It requires the account's password.
// Nothing changes until the link is used. If the address belongs to another account, the result is the same, but a notice is
// sent to its owner instead of the link.
func RequestAddressChange(app core.App, account *core.Record, password, address, from string) error {
	entry := audit.NewAccountEntry(account, "", from, "account.address.request").With("address", address)
	address, err := validateNewAddress(account, address)
	if err != nil {
		return audit.RecordRefusal(app, entry, err)
	}
	entry.With("address", address)
	reauth, err := Reauthenticate(app, entry, account, "password", password)
	if err != nil {
		return err
	}
	if reauth.matched {
		if err := limitAddressChanges(app, account, address, from); err != nil {
			return recordRefusal(app, entry, err)
		}
	}
	return audit.Do(app, entry, func(tx core.App) error {
		stored, err := reauth.Verify(tx)
		if err != nil {
			return err
		}
		change, token, err := newAddressChange(tx, stored, address)
		if err != nil {
			return err
		}
		owner, err := Find(tx, address)
		switch {
		case err == nil:
			return sendAddressTaken(tx, owner)
		case !errors.Is(err, errs.ErrNotFound):
			return err
		}
		return sendAddressChange(tx, stored, change, token)
	})
}

// validateNewAddress returns the canonical form of a new address. It refuses the current address.
func validateNewAddress(account *core.Record, typed string) (string, error) {
	address, err := CanonicalEmail(typed)
	if err == nil && address == account.Email() {
		err = errs.Invalid("email", "same_address", "This is already your email address. Enter a new one.")
	}
	return address, err
}

// limitAddressChanges limits changes per account and emails per address.
func limitAddressChanges(app core.App, account *core.Record, address, from string) error {
	if wait, ok := EmailChangeLimit.In(app).Take(account.Id); !ok {
		return errs.RateLimited(wait, "Too many email address changes. Use the link in the latest email, or try again in "+text.Duration(max(wait, time.Minute))+".")
	}
	return limitEmails(app, address, from)
}

// newAddressChange replaces the pending change of the account.
func newAddressChange(tx core.App, account *core.Record, address string) (*AddressChange, string, error) {
	if err := deleteAddressChange(tx, account); err != nil {
		return nil, "", err
	}
	collection, err := tx.FindCachedCollectionByNameOrId("address_changes")
	if err != nil {
		return nil, "", fmt.Errorf("find address changes: %w", err)
	}
	token := NewSecret()
	change := &AddressChange{core.NewRecord(collection)}
	change.Load(map[string]any{
		"user": account.Id, "email": address, "token_hash": Hash(token), "key_hash": Hash(account.TokenKey()),
		"expires": types.NowDateTime().Add(addressChangeLifetime),
	})
	return change, token, tx.Save(change)
}

// FindByAddressLink returns the change of a link and its account. It refuses a link that was used, has expired, or was
// replaced by a newer link or a new password.
func FindByAddressLink(app core.App, token string) (*AddressChange, *core.Record, error) {
	expired := errs.Invalid("token", "link_expired", "This link no longer works: it was used, has expired or was replaced by a newer one. Request a new one in your account.")
	change, err := queryAddressChange(app, dbx.HashExp{"token_hash": Hash(token)})
	if errors.Is(err, errs.ErrNotFound) {
		return nil, nil, expired
	}
	if err != nil {
		return nil, nil, err
	}
	account, err := app.FindRecordById("users", change.GetString("user"))
	if err != nil {
		return nil, nil, fmt.Errorf("find the account of an address change: %w", err)
	}
	if !change.isValid(account) {
		return nil, nil, expired
	}
	return change, account, nil
}

// ConfirmAddressChange sets the new address of the account. It requires the link emailed to that address and a login to the
// account, so that a mistyped address doesn't give the account away. All devices and API clients are signed out, and a
// notice is sent to the old address. Invitations to the old address stay with it.
func ConfirmAddressChange(app core.App, account *core.Record, token, from string) (*core.Record, error) {
	var stored *core.Record
	entry := audit.NewAccountEntry(account, "", from, "account.address")
	err := audit.Do(app, entry, func(tx core.App) error {
		change, owner, err := FindByAddressLink(tx, token)
		if err != nil {
			return err
		}
		if owner.Id != account.Id {
			return errs.Invalid("token", CodeWrongAccount, "This link is for another account. Sign in to that account and open the link again.")
		}
		if _, err := Find(tx, change.Address()); err == nil {
			return errs.Invalid("token", "address_taken", "This email address now belongs to another account. Choose a different one in your account.")
		} else if !errors.Is(err, errs.ErrNotFound) {
			return err
		}
		old := owner.Email()
		entry.With("from", old).With("to", change.Address())
		stored = owner
		stored.SetEmail(change.Address())
		stored.SetVerified(true)
		if err := tx.Save(stored); err != nil {
			return err
		}
		return sendAddressChanged(tx, stored, old)
	})
	return stored, err
}

// CancelAddressChange cancels the pending change of the account.
func CancelAddressChange(app core.App, account *core.Record, from string) error {
	return audit.Do(app, audit.NewAccountEntry(account, "", from, "account.address.cancel"), func(tx core.App) error {
		return deleteAddressChange(tx, account)
	})
}

// DeleteExpiredAddressChanges deletes changes that weren't confirmed in time.
func DeleteExpiredAddressChanges(app core.App) error {
	old, err := app.FindRecordsByFilter("address_changes", "expires < {:now}", "", 1000, 0, dbx.Params{"now": record.FormatTime(time.Now())})
	for _, change := range old {
		err = errors.Join(err, app.Delete(change))
	}
	return err
}

func (c *AddressChange) isValid(account *core.Record) bool {
	return c.Expires().After(time.Now()) && c.GetString("key_hash") == Hash(account.TokenKey())
}

func deleteAddressChange(tx core.App, account *core.Record) error {
	change, err := queryAddressChange(tx, dbx.HashExp{"user": account.Id})
	if errors.Is(err, errs.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return tx.Delete(change)
}

func queryAddressChange(app core.App, where dbx.Expression) (*AddressChange, error) {
	return record.One[AddressChange](app.RecordQuery("address_changes").AndWhere(where), "find an address change")
}
