package accounts

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mileusna/useragent"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/audit"
	"usher/hooks/tools/errs"
)

// Devices returns the valid logins of an account, most recently used first (R146).
func Devices(app core.App, account *core.Record) ([]*Login, error) {
	var logins []*Login
	err := app.RecordQuery("logins").AndWhere(dbx.HashExp{"user": account.Id, "key_hash": Hash(account.TokenKey())}).All(&logins)
	if err != nil {
		return nil, fmt.Errorf("list the devices of an account: %w", err)
	}
	logins = slices.DeleteFunc(logins, func(l *Login) bool { return l.isExpired(time.Now()) })
	slices.SortFunc(logins, func(a, b *Login) int { return cmp.Or(b.LastSeen().Compare(a.LastSeen()), strings.Compare(a.Id, b.Id)) })
	return logins, nil
}

// EndDevice signs out one device of the account and returns it. It returns errs.ErrNotFound for an unknown device and for one of
// another account; the latter is recorded in the audit log.
func EndDevice(app core.App, account *core.Record, id, from string) (login *Login, err error) {
	entry := audit.NewAccountEntry(account, "", from, "account.device.end")
	err = audit.Do(app, entry, func(tx core.App) error {
		if login, err = FindDevice(tx, account, id); err != nil {
			return err
		}
		entry.WithTarget(login.Id, login.Device())
		return EndLogin(tx, login)
	})
	if errors.Is(err, errs.ErrNotFound) {
		recordForeignAttempt(app, entry, account, id)
	}
	return login, err
}

// recordForeignAttempt records a refused attempt at a login of another account.
func recordForeignAttempt(app core.App, entry *audit.Entry, account *core.Record, id string) {
	login, err := app.FindRecordById("logins", id)
	if err != nil || login.GetString("user") == account.Id {
		return
	}
	_ = audit.RecordRefusal(app, entry.WithTarget(id, "").With("account", login.GetString("user")), errs.Forbidden("This device belongs to another account."))
}

// FindDevice returns a login of the account, or errs.ErrNotFound.
func FindDevice(app core.App, account *core.Record, id string) (*Login, error) {
	devices, err := Devices(app, account)
	if err != nil {
		return nil, err
	}
	for _, login := range devices {
		if login.Id == id {
			return login, nil
		}
	}
	return nil, errs.ErrNotFound
}

// EndOtherDevices signs out all devices of the account except keep, which may be nil, and revokes all API tokens. It updates
// the token key of account.
func EndOtherDevices(app core.App, account *core.Record, keep *Login, from string) error {
	return audit.Do(app, audit.NewAccountEntry(account, "", from, "account.devices.end"), func(tx core.App) error {
		return RevokeOthers(tx, account, keep)
	})
}

// RevokeOthers is EndOtherDevices in the transaction of another action.
func RevokeOthers(tx core.App, account *core.Record, keep *Login) error {
	stored, err := reload(tx, account)
	if err != nil {
		return err
	}
	stored.RefreshTokenKey()
	if keep != nil {
		keep.Set("key_hash", Hash(stored.TokenKey()))
		if err := tx.Save(keep); err != nil {
			return err
		}
	}
	account.SetTokenKey(stored.TokenKey())
	return tx.Save(stored)
}

// IP returns the network address from which the device signed in.
func (l *Login) IP() string { return l.GetString("address") }

// Started returns when the device signed in.
func (l *Login) Started() time.Time { return l.GetDateTime("created").Time() }

// Device describes the device: "Firefox on Linux".
func (l *Login) Device() string { return DeviceName(l.GetString("agent")) }

// IsMobile reports whether the device is a phone or tablet.
func (l *Login) IsMobile() bool {
	agent := useragent.Parse(l.GetString("agent"))
	return agent.Mobile || agent.Tablet
}

// systems are the display names of operating systems.
var systems = map[string]string{
	useragent.Windows: "Windows", useragent.MacOS: "macOS", useragent.Linux: "Linux", useragent.Android: "Android",
	useragent.IOS: "iOS", useragent.ChromeOS: "ChromeOS", useragent.FreeBSD: "FreeBSD",
}

// browsers are the display names of known browsers. The user agent is untrusted, so no other name is shown.
var browsers = map[string]string{
	useragent.Firefox: "Firefox", useragent.Chrome: "Chrome", useragent.Safari: "Safari", useragent.Edge: "Edge",
	useragent.Opera: "Opera", useragent.OperaMini: "Opera", useragent.OperaTouch: "Opera", useragent.Vivaldi: "Vivaldi",
	useragent.SamsungBrowser: "Samsung Internet", useragent.MobileSafari: "Safari", useragent.HeadlessChrome: "Chrome",
}

// DeviceName names the browser and system of a User-Agent: "Firefox on Linux".
func DeviceName(agent string) string {
	parsed := useragent.Parse(agent)
	browser, system := cmp.Or(browsers[parsed.Name], "A browser"), systems[parsed.OS]
	switch {
	case parsed.Device == "iPhone" || parsed.Device == "iPad":
		system = parsed.Device
	case system == "":
		return browser
	}
	return browser + " on " + system
}
