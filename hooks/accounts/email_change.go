package accounts

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/audit"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// addressChangeLifetime is how long the link is good that confirms a new address.
const addressChangeLifetime = 24 * time.Hour

var _ core.RecordProxy = (*AddressChange)(nil)

// AddressChange is a new address that waits for its owner to confirm it. An account has at most one.
type AddressChange struct{ *core.Record }

// PreValidate makes sure that the proxy holds a change of address.
func (c *AddressChange) PreValidate(context.Context, core.App) error {
	if c.Record == nil || c.Collection().Name != "address_changes" {
		return errors.New("not a change of address")
	}
	return nil
}

// ProxyRecord returns the record.
func (c *AddressChange) ProxyRecord() *core.Record { return c.Record }

// SetProxyRecord sets the record.
func (c *AddressChange) SetProxyRecord(r *core.Record) { c.Record = r }

// Address is the new address.
func (c *AddressChange) Address() string { return c.GetString("email") }

// Expires is until when it can be confirmed.
func (c *AddressChange) Expires() time.Time { return c.GetDateTime("expires").Time() }

// FindAddressChange reads what waits for the account, or nil.
func FindAddressChange(app core.App, account *core.Record) (*AddressChange, error) {
	change, err := queryAddressChange(app, dbx.HashExp{"user": account.Id})
	if errors.Is(err, errs.NotFound) || err == nil && !change.isValid(account) {
		return nil, nil
	}
	return change, err
}

// RequestAddressChange mails a link to the new address of an account, for who knows its password. Nothing changes before
// the link is used. What is answered, and what waits, is the same for an address that has an account: then its
// owner is told, and the link goes to nobody.
func RequestAddressChange(app core.App, account *core.Record, password, address, from string) error {
	entry := audit.NewAccountEntry(account, "", from, "account.address.request").With("address", address)
	address, err := validateNewAddress(account, address)
	if err != nil {
		return audit.RecordRefusal(app, entry, err)
	}
	entry.With("address", address)
	proof, err := Reauthenticate(app, entry, account, "password", password)
	if err != nil {
		return err
	}
	if proof.matched {
		if err := limitAddressChanges(app, account, address, from); err != nil {
			return recordRefusal(app, entry, err)
		}
	}
	return audit.Do(app, entry, func(tx core.App) error {
		stored, err := proof.Verify(tx)
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
		case !errors.Is(err, errs.NotFound):
			return err
		}
		return sendAddressChange(tx, stored, change, token)
	})
}

// validateNewAddress is the canonical form of the address that an account asks for. It refuses the address that it has.
func validateNewAddress(account *core.Record, typed string) (string, error) {
	address, err := CanonicalEmail(typed)
	if err == nil && address == account.Email() {
		err = errs.Invalid("email", "same_address", "This is your address already. Type the new one.")
	}
	return address, err
}

// limitAddressChanges allows five changes an hour to an account, and three letters an hour to an address.
func limitAddressChanges(app core.App, account *core.Record, address, from string) error {
	if wait, ok := emailChangeLimit.In(app).Take(account.Id); !ok {
		return errs.RateLimited(wait, "Too many changes of address. Look in the mail of the last one, or wait an hour.")
	}
	return limitEmails(app, address, from)
}

// newAddressChange takes the place of one that waits.
func newAddressChange(tx core.App, account *core.Record, address string) (*AddressChange, string, error) {
	if err := deleteAddressChange(tx, account); err != nil {
		return nil, "", err
	}
	collection, err := tx.FindCachedCollectionByNameOrId("address_changes")
	if err != nil {
		return nil, "", fmt.Errorf("find changes of address: %w", err)
	}
	token := NewSecret()
	change := &AddressChange{core.NewRecord(collection)}
	change.Load(map[string]any{
		"user": account.Id, "email": address, "token_hash": Hash(token), "key_hash": Hash(account.TokenKey()),
		"expires": types.NowDateTime().Add(addressChangeLifetime),
	})
	return change, token, tx.Save(change)
}

// FindByAddressLink reads the change of a link and the account that it is for. One that was used or is too old, or
// that a newer one or another password has replaced, is refused.
func FindByAddressLink(app core.App, token string) (*AddressChange, *core.Record, error) {
	dead := errs.Invalid("token", "link_expired", "This link was used, or is too old, or a newer one was sent. Ask for a new one in your account.")
	change, err := queryAddressChange(app, dbx.HashExp{"token_hash": Hash(token)})
	if errors.Is(err, errs.NotFound) {
		return nil, nil, dead
	}
	if err != nil {
		return nil, nil, err
	}
	account, err := app.FindRecordById("users", change.GetString("user"))
	if err != nil {
		return nil, nil, fmt.Errorf("find the account of a change of address: %w", err)
	}
	if !change.isValid(account) {
		return nil, nil, dead
	}
	return change, account, nil
}

// ConfirmAddressChange gives the account its new address by the link that was mailed there. Only who is signed in to the account
// uses it: a mistyped address would else give the account to whoever has it. Every device and program is signed out,
// and the old address is told. Invitations to the old address stay with it.
func ConfirmAddressChange(app core.App, account *core.Record, token, from string) (*core.Record, error) {
	var stored *core.Record
	entry := audit.NewAccountEntry(account, "", from, "account.address")
	err := audit.Do(app, entry, func(tx core.App) error {
		change, owner, err := FindByAddressLink(tx, token)
		if err != nil {
			return err
		}
		if owner.Id != account.Id {
			return errs.Invalid("token", CodeWrongAccount, "This link is for another account. Sign out, and open it again with that one.")
		}
		if _, err := Find(tx, change.Address()); err == nil {
			return errs.Invalid("token", "address_taken", "This address has an account of its own by now. Choose another in your account.")
		} else if !errors.Is(err, errs.NotFound) {
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

// CancelAddressChange takes back what waits.
func CancelAddressChange(app core.App, account *core.Record, from string) error {
	return audit.Do(app, audit.NewAccountEntry(account, "", from, "account.address.cancel"), func(tx core.App) error {
		return deleteAddressChange(tx, account)
	})
}

// DeleteExpiredAddressChanges deletes what was not confirmed in time.
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
	if errors.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return tx.Delete(change)
}

func queryAddressChange(app core.App, where dbx.Expression) (*AddressChange, error) {
	change := &AddressChange{}
	err := app.RecordQuery("address_changes").AndWhere(where).Limit(1).One(change)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errs.NotFound
	}
	if err != nil {
		return nil, fmt.Errorf("find a change of address: %w", err)
	}
	return change, nil
}
