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

// maxDeviceAccounts is for how many accounts a device is remembered; the one that signed in longest ago goes first.
const maxDeviceAccounts = 5

// RememberDevice is the new value of a browser's device cookie after the account of the address signed in there, made
// from the value that it had, or empty. It opens nothing: it lets the device keep its own allowance of failed sign-ins.
// The value is a random id, and for each account a signature of the id and the address.
func RememberDevice(app core.App, cookie, address string) (string, error) {
	id, marks := parseDeviceCookie(cookie)
	if id == "" {
		id, marks = NewSecret(), nil
	}
	mark, err := signDevice(app, id, address)
	if err != nil {
		return "", err
	}
	marks = slices.DeleteFunc(marks, func(m string) bool { return m == mark })
	marks = append(marks, mark)
	return id + "." + strings.Join(marks[max(0, len(marks)-maxDeviceAccounts):], "."), nil
}

// knownDeviceID is the id of the device if the account of the address has signed in there before, else empty. It does the
// same work for an address without an account.
func knownDeviceID(app core.App, cookie, address string) string {
	id, marks := parseDeviceCookie(cookie)
	mark, err := signDevice(app, id, address)
	if id == "" || err != nil {
		return ""
	}
	known := false
	for _, m := range marks {
		known = hmac.Equal([]byte(m), []byte(mark)) || known
	}
	if !known {
		return ""
	}
	return Hash(id)
}

// parseDeviceCookie takes the value of a device cookie apart. One that this server did not make has no id.
func parseDeviceCookie(cookie string) (id string, marks []string) {
	id, rest, ok := strings.Cut(cookie, ".")
	if !ok || len(cookie) > 400 || len(id) != base64.RawURLEncoding.EncodedLen(32) {
		return "", nil
	}
	return id, strings.Split(rest, ".")
}

func signDevice(app core.App, id, address string) (string, error) {
	key, err := mail.DeriveKey(app, "known devices")
	if err != nil {
		return "", err
	}
	sum := hmac.New(sha256.New, key)
	sum.Write([]byte(id + "\x00" + limitKey(address)))
	return base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:16]), nil
}
