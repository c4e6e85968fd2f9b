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

// Params is an account to be made.
type Params struct {
	Email    string
	Name     string
	Password string
	Timezone string
	Verified bool   // the address is proven
	Next     string // the page to which the link that confirms the address leads on; empty: none
}

// New is an account that is not saved yet. Its password is hashed here, outside of any transaction,
// since that takes long. The rules of addresses, names and passwords are judged when it is saved.
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

// Find reads the account of an address in any spelling, or record.ErrNotFound.
func Find(app core.App, address string) (*core.Record, error) {
	canonical, err := CanonicalEmail(address)
	if err != nil {
		return nil, errs.NotFound
	}
	account, err := app.FindAuthRecordByEmail("users", canonical)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errs.NotFound
	}
	if err != nil {
		return nil, fmt.Errorf("find account: %w", err)
	}
	return account, nil
}

// EmailByID reads the address of the account with that id and whether it is confirmed, or record.ErrNotFound.
func EmailByID(app core.App, id string) (address string, verified bool, err error) {
	err = app.DB().NewQuery("SELECT email, verified FROM users WHERE id = {:id}").WithContext(record.Prepared).Bind(dbx.Params{"id": id}).Row(&address, &verified)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, errs.NotFound
	}
	if err != nil {
		return "", false, fmt.Errorf("find the address of an account: %w", err)
	}
	return address, verified, nil
}

// AnyExist reports whether there is an account at all.
func AnyExist(app core.App) (bool, error) {
	n, err := app.CountRecords("users")
	if err != nil {
		return false, fmt.Errorf("count accounts: %w", err)
	}
	return n > 0, nil
}

// ReaderZone are the times of a reader: in the account's own zone, or else in the fallback, which is then named. A nil account
// is a reader who isn't signed in.
func ReaderZone(account *core.Record, fallback *time.Location) text.ReaderZone {
	if account != nil && account.GetString("timezone") != "" {
		if zone, err := time.LoadLocation(account.GetString("timezone")); err == nil {
			return text.ReaderZone{Zone: zone, Chosen: true}
		}
	}
	return text.ReaderZone{Zone: fallback}
}

// Zone is the account's time zone, or else that of the fallback.
func Zone(account *core.Record, fallback *time.Location) *time.Location {
	return ReaderZone(account, fallback).Zone
}

// ZoneLabel names a time zone as people call it: "Lisbon".
func ZoneLabel(zone *time.Location) string {
	name := zone.String()
	return strings.ReplaceAll(name[strings.LastIndexByte(name, '/')+1:], "_", " ")
}

// ValidZoneName is the name of a time zone, or empty if there is no such one.
func ValidZoneName(name string) string {
	if _, err := time.LoadLocation(name); err != nil || name == "Local" {
		return ""
	}
	return name
}

const setupCodeKey = "usher.first-code"

// SetupCode is the secret that lets the first account of a fresh server be made. It is made anew at
// every start and printed there, so that nobody but whoever started the server can take it.
func SetupCode(app core.App) string {
	return app.Store().GetOrSet(setupCodeKey, func() any { return NewSecret() }).(string)
}

// IsSetupCode compares a code in constant time.
func IsSetupCode(app core.App, code string) bool {
	return subtle.ConstantTimeCompare([]byte(Hash(code)), []byte(Hash(SetupCode(app)))) == 1
}
