package accounts

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/mail"
)

// maxDeviceAccounts is how many accounts a device cookie holds. The one that signed in longest ago is dropped first.
const maxDeviceAccounts = 5

// RememberDevice returns the new value of a browser's device cookie after the account of the address signed in there. cookie
// is the previous value, or "". The cookie grants no access: it gives the device its own rate limit of failed sign-ins. The
// value is a random id and, for each account, a signature of the id and the address.
func RememberDevice(app core.App, cookie, address string) (string, error) {
	id, signatures := parseDeviceCookie(cookie)
	if id == "" {
		id, signatures = NewSecret(), nil
	}
	signature, err := signDevice(app, id, address)
	if err != nil {
		return "", err
	}
	signatures = slices.DeleteFunc(signatures, func(m string) bool { return m == signature })
	signatures = append(signatures, signature)
	return id + "." + strings.Join(signatures[max(0, len(signatures)-maxDeviceAccounts):], "."), nil
}

// knownDeviceID returns the hashed id of the device if the account of the address has signed in there before, or "". It takes
// the same time for an address without an account.
func knownDeviceID(app core.App, cookie, address string) string {
	id, signatures := parseDeviceCookie(cookie)
	signature, err := signDevice(app, id, address)
	if id == "" || err != nil {
		return ""
	}
	known := false
	for _, m := range signatures {
		known = hmac.Equal([]byte(m), []byte(signature)) || known
	}
	if !known {
		return ""
	}
	return Hash(id)
}

// KnownDevice returns the id for the rate limits of a browser on which the account has signed in before, or "". cookie is the value
// of its device cookie.
func KnownDevice(app core.App, cookie string, account *core.Record) string {
	return knownDeviceID(app, cookie, account.Email())
}

// parseDeviceCookie splits a device cookie. id is "" if the cookie is malformed.
func parseDeviceCookie(cookie string) (id string, signatures []string) {
	id, rest, ok := strings.Cut(cookie, ".")
	if !ok || len(cookie) > 400 || len(id) != base64.RawURLEncoding.EncodedLen(32) {
		return "", nil
	}
	return id, strings.Split(rest, ".")
}

func signDevice(app core.App, id, address string) (string, error) {
	return Sign(app, "known devices", id+"\x00"+limitKey(address))
}

// Sign returns the signature of a text for one purpose. Only this server can make it.
func Sign(app core.App, purpose, text string) (string, error) {
	key, err := mail.DeriveKey(app, purpose)
	if err != nil {
		return "", err
	}
	sum := hmac.New(sha256.New, key)
	sum.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:16]), nil
}
