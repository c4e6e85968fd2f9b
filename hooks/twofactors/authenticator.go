// Package twofactors adds a second step to signing in: a code from an authenticator app (TOTP, RFC 6238), or a recovery code. A code
// works once.
package twofactors

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

const collection = "authenticators"

var _ core.RecordProxy = (*Authenticator)(nil)

// Authenticator is the authenticator app of an account, with its recovery codes. An account has at most one.
type Authenticator struct{ *core.Record }

// PreValidate checks that the record is an authenticator.
func (a *Authenticator) PreValidate(context.Context, core.App) error {
	if a.Record == nil || a.Collection().Name != collection {
		return errors.New("not an authenticator")
	}
	return nil
}

// ProxyRecord returns the record.
func (a *Authenticator) ProxyRecord() *core.Record { return a.Record }

// SetProxyRecord sets the record.
func (a *Authenticator) SetProxyRecord(r *core.Record) { a.Record = r }

// Enabled returns since when it protects the account, or the zero time while it is being set up.
func (a *Authenticator) Enabled() time.Time { return a.GetDateTime("enabled").Time() }

// RecoveryCodesLeft returns the number of unused recovery codes.
func (a *Authenticator) RecoveryCodesLeft() int { return len(a.recoveryHashes()) }

// setupLifetime is how long a setup that wasn't finished is offered again.
const setupLifetime = time.Hour

// Find returns the enabled authenticator of an account, or errs.ErrNotFound.
func Find(app core.App, account string) (*Authenticator, error) {
	a, err := find(app, account)
	if err == nil && a.Enabled().IsZero() {
		return nil, errs.ErrNotFound
	}
	return a, err
}

// FindSetup returns the authenticator that an account is setting up, or errs.ErrNotFound.
func FindSetup(app core.App, account string) (*Authenticator, error) {
	a, err := find(app, account)
	if err == nil && (!a.Enabled().IsZero() || time.Since(a.GetDateTime("created").Time()) > setupLifetime) {
		return nil, errs.ErrNotFound
	}
	return a, err
}

func find(app core.App, account string) (*Authenticator, error) {
	return record.One[Authenticator](app.RecordQuery(collection).AndWhere(dbx.HashExp{"user": account}), "find an authenticator")
}

// newAuthenticator replaces the setup of an account.
func newAuthenticator(tx core.App, account *core.Record) (*Authenticator, error) {
	old, err := find(tx, account.Id)
	if err != nil && !errors.Is(err, errs.ErrNotFound) {
		return nil, err
	}
	if err == nil {
		if !old.Enabled().IsZero() {
			return nil, errAlreadyOn()
		}
		if err := tx.Delete(old); err != nil {
			return nil, err
		}
	}
	authenticators, err := tx.FindCachedCollectionByNameOrId(collection)
	if err != nil {
		return nil, fmt.Errorf("find authenticators: %w", err)
	}
	a := &Authenticator{core.NewRecord(authenticators)}
	a.Set("user", account.Id)
	return a, nil
}
