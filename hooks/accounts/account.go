package accounts

import (
	"crypto/subtle"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// MaxName is the longest name of a person, in characters.
const MaxName = 80

// Params describes a new account.
type Params struct {
	Email    string
	Name     string
	Password string
	Timezone string
	Verified bool   // the email address is confirmed
	Next     string // the page to open after the address is confirmed; empty: none
}

// New returns an account that isn't saved yet. It hashes the password, which is slow, so call it outside of transactions.
// Email, name and password are validated when the account is saved.
func New(app core.App, n Params) (*core.Record, error) {
	users, err := app.FindCachedCollectionByNameOrId("users")
	if err != nil {
		return nil, fmt.Errorf("find users: %w", err)
	}
	account := core.NewRecord(users)
	account.SetEmail(n.Email)
	setPassword(account, n.Password)
	account.SetVerified(n.Verified)
	account.Set("name", n.Name)
	account.Set("timezone", ValidZoneName(n.Timezone))
	return account, nil
}

// Find returns the account of an email address in any spelling, or errs.ErrNotFound.
func Find(app core.App, address string) (*core.Record, error) {
	canonical, err := CanonicalEmail(address)
	if err != nil {
		return nil, errs.ErrNotFound
	}
	account, err := app.FindAuthRecordByEmail("users", canonical)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errs.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("find account: %w", err)
	}
	return account, nil
}

// EmailByID returns the email address of an account and whether it is confirmed, or errs.ErrNotFound.
func EmailByID(app core.App, id string) (address string, verified bool, err error) {
	err = app.DB().NewQuery("SELECT email, verified FROM users WHERE id = {:id}").WithContext(record.Prepared).Bind(dbx.Params{"id": id}).Row(&address, &verified)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, errs.ErrNotFound
	}
	if err != nil {
		return "", false, fmt.Errorf("find the address of an account: %w", err)
	}
	return address, verified, nil
}

// AnyExist reports whether the server has any account.
func AnyExist(app core.App) (bool, error) {
	n, err := app.CountRecords("users")
	if err != nil {
		return false, fmt.Errorf("count accounts: %w", err)
	}
	return n > 0, nil
}

// StoredName returns the name that the account's owner entered, or "". See actors.DisplayName for the name to show.
func StoredName(account *core.Record) string { return account.GetString("name") }

// ZoneName returns the name of the time zone that the account's owner chose, or "".
func ZoneName(account *core.Record) string { return account.GetString("timezone") }

// ReaderZone returns the account's time zone, or the fallback, which is then named beside times. account is nil for a reader
// who isn't signed in.
func ReaderZone(account *core.Record, fallback *time.Location) text.ReaderZone {
	if account != nil && account.GetString("timezone") != "" {
		if zone, err := time.LoadLocation(account.GetString("timezone")); err == nil {
			return text.ReaderZone{Zone: zone, Chosen: true}
		}
	}
	return text.ReaderZone{Zone: fallback}
}

// Zone returns the account's time zone, or the fallback.
func Zone(account *core.Record, fallback *time.Location) *time.Location {
	return ReaderZone(account, fallback).Zone
}

// ZoneLabel returns the city of a time zone: "Lisbon".
func ZoneLabel(zone *time.Location) string {
	name := zone.String()
	return strings.ReplaceAll(name[strings.LastIndexByte(name, '/')+1:], "_", " ")
}

// ValidZoneName returns the name if it is a known time zone, or "".
func ValidZoneName(name string) string {
	if _, err := time.LoadLocation(name); err != nil || name == "Local" {
		return ""
	}
	return name
}

const setupCodeKey = "usher.first-code"

// SetupCode returns the secret that is required to create the first account of a server. It is generated and printed at
// every start, so that only the operator can create that account.
func SetupCode(app core.App) string {
	return app.Store().GetOrSet(setupCodeKey, func() any { return NewSecret() }).(string)
}

// IsSetupCode reports whether the code is the SetupCode, in constant time.
func IsSetupCode(app core.App, code string) bool {
	return subtle.ConstantTimeCompare([]byte(Hash(code)), []byte(Hash(SetupCode(app)))) == 1
}
