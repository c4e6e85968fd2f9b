package accounts

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/record"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/ratelimit"
)

// Lifetimes of a login: without use, and in total.
const (
	IdlePanel   = 12 * time.Hour
	IdleApp     = 7 * 24 * time.Hour
	MaxLoginAge = 30 * 24 * time.Hour

	lastSeenInterval = 5 * time.Minute // minimum time between writes of "last seen"
)

var _ core.RecordProxy = (*Login)(nil)

// Login is a device on which an account is signed in. The device's cookie holds a secret; the record holds its SHA-256.
type Login struct{ *core.Record }

// PreValidate checks that the record is a login.
func (l *Login) PreValidate(context.Context, core.App) error {
	if l.Record == nil || l.Collection().Name != "logins" {
		return errors.New("not a login")
	}
	return nil
}

// ProxyRecord returns the record.
func (l *Login) ProxyRecord() *core.Record { return l.Record }

// SetProxyRecord sets the record.
func (l *Login) SetProxyRecord(r *core.Record) { l.Record = r }

// LastSeen returns when the login was last used, accurate to a few minutes.
func (l *Login) LastSeen() time.Time { return l.GetDateTime("seen").Time() }

// CanUsePanel reports whether the login was never idle for longer than IdlePanel.
func (l *Login) CanUsePanel() bool {
	return !l.GetBool("no_panel") && time.Since(l.LastSeen()) <= IdlePanel
}

// StartLogin signs in a device and returns the secret for its cookie: 32 random bytes as base64url.
func StartLogin(app core.App, account *core.Record, agent, from string) (string, error) {
	collection, err := app.FindCachedCollectionByNameOrId("logins")
	if err != nil {
		return "", fmt.Errorf("find logins: %w", err)
	}
	secret := NewSecret()
	login := &Login{core.NewRecord(collection)}
	login.Load(map[string]any{
		"user": account.Id, "token_hash": Hash(secret), "key_hash": Hash(account.TokenKey()),
		"agent": agent[:min(len(agent), 300)], "address": ratelimit.NormalizeIP(from), "seen": types.NowDateTime(),
	})
	if err := app.Save(login); err != nil {
		return "", fmt.Errorf("start login: %w", err)
	}
	return secret, nil
}

// FindLogin returns the login of a cookie's secret and its account. It returns errs.ErrNotFound if the login was ended, has
// expired, or is older than the last change of the password or address.
func FindLogin(app core.App, secret string) (*Login, *core.Record, error) {
	login, err := record.One[Login](app.RecordQuery("logins").AndWhere(dbx.HashExp{"token_hash": Hash(secret)}), "find login")
	if err != nil {
		return nil, nil, err
	}
	if login.isExpired(time.Now()) {
		return nil, nil, errs.ErrNotFound
	}
	account, err := app.FindRecordById("users", login.GetString("user"))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil, errs.ErrNotFound
	}
	if err != nil {
		return nil, nil, fmt.Errorf("find the account of a login: %w", err)
	}
	if login.GetString("key_hash") != Hash(account.TokenKey()) || !account.Verified() {
		return nil, nil, errs.ErrNotFound
	}
	return login, account, nil
}

// isExpired reports whether the login was idle for too long or is too old.
func (l *Login) isExpired(now time.Time) bool {
	return now.Sub(l.LastSeen()) > IdleApp || now.Sub(l.Started()) > MaxLoginAge
}

// Touch records that the login is in use. It writes only every few minutes. It fails if the login was ended since it was read.
func Touch(app core.App, login *Login) error {
	if time.Since(login.LastSeen()) < lastSeenInterval {
		return nil
	}
	if !login.CanUsePanel() {
		login.Set("no_panel", true)
	}
	login.Set("seen", types.NowDateTime())
	return app.Save(login)
}

// EndLogin signs out a device.
func EndLogin(app core.App, login *Login) error { return app.Delete(login) }

// DeleteExpiredLogins deletes expired logins.
func DeleteExpiredLogins(app core.App) error {
	now := time.Now()
	old, err := app.FindRecordsByFilter("logins", "seen < {:idle} || created < {:max}", "", 1000, 0, dbx.Params{
		"idle": record.FormatTime(now.Add(-IdleApp)), "max": record.FormatTime(now.Add(-MaxLoginAge)),
	})
	for _, login := range old {
		err = errors.Join(err, app.Delete(login))
	}
	return err
}

// rotateOnUnconfirm changes the token key when a server administrator unconfirms an address, so that nothing that was signed in stays so.
func rotateOnUnconfirm(e *core.RecordEvent) error {
	if before := e.Record.Original(); before.Verified() && !e.Record.Verified() && e.Record.TokenKey() == before.TokenKey() {
		e.Record.RefreshTokenKey()
	}
	return e.Next()
}

// endOnKeyChange signs out devices and cancels a pending address change and one-time codes when the token key of an account changes.
func endOnKeyChange(e *core.RecordEvent) error {
	before := e.Record.Original().TokenKey()
	return record.InTx(e, func() error {
		if err := e.Next(); err != nil || e.Record.TokenKey() == before {
			return err
		}
		for _, collection := range []string{"logins", "address_changes", "signin_codes"} {
			var stale []*core.Record
			err := e.App.RecordQuery(collection).AndWhere(dbx.HashExp{"user": e.Record.Id}).
				AndWhere(dbx.Not(dbx.HashExp{"key_hash": Hash(e.Record.TokenKey())})).All(&stale)
			if err != nil {
				return fmt.Errorf("list records of an old token key: %w", err)
			}
			for _, r := range stale {
				if err := e.App.Delete(r); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// Hash returns the form in which secrets are stored: SHA-256 in hexadecimal.
func Hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// NewSecret returns 32 random bytes as base64url.
func NewSecret() string {
	secret := make([]byte, 32)
	rand.Read(secret)
	return base64.RawURLEncoding.EncodeToString(secret)
}
