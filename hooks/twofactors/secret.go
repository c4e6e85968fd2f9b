package twofactors

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"usher/hooks/mail"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

// Parameters of RFC 6238 that every authenticator app supports.
const (
	secretSize = 20 // bytes
	period     = 30 // seconds of a time step
	digits     = 6
	skew       = 1 // time steps that the clock of a phone may be ahead or behind
)

var encoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// newSecret returns a random secret in base32, as authenticator apps take it.
func newSecret() string {
	secret := make([]byte, secretSize)
	rand.Read(secret)
	return encoding.EncodeToString(secret)
}

// setSecret stores the secret, encrypted. It can be decrypted only for this account.
func (a *Authenticator) setSecret(app core.App, secret string) error {
	gcm, err := newGCM(app)
	if err != nil {
		return err
	}
	nonce := make([]byte, gcm.NonceSize())
	rand.Read(nonce)
	a.Set("secret", base64.StdEncoding.EncodeToString(gcm.Seal(nonce, nonce, []byte(secret), []byte(a.GetString("user")))))
	return nil
}

// secret returns the secret. It refuses if the data folder has another key, as after a restore.
func (a *Authenticator) secret(app core.App) (string, error) {
	gcm, err := newGCM(app)
	if err != nil {
		return "", err
	}
	sealed, err := base64.StdEncoding.DecodeString(a.GetString("secret"))
	if err != nil || len(sealed) < gcm.NonceSize() {
		return "", errUnreadable()
	}
	secret, err := gcm.Open(nil, sealed[:gcm.NonceSize()], sealed[gcm.NonceSize():], []byte(a.GetString("user")))
	if err != nil {
		return "", errUnreadable()
	}
	return string(secret), nil
}

func errUnreadable() error {
	return errs.Invalid("code", "authenticator_unreadable", "This server can no longer check codes of your authenticator app, because it was restored from a backup. "+
		"Use a recovery code, or ask your server administrator to turn off two-factor authentication for your account.")
}

func newGCM(app core.App) (cipher.AEAD, error) {
	key, err := mail.DeriveKey(app, "authenticators")
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// matchStep returns the time step whose code was typed, within the skew around now.
func matchStep(secret, code string, now time.Time) (step int64, ok bool) {
	current := now.Unix() / period
	for step := current - skew; step <= current+skew; step++ {
		right, err := hotp.ValidateCustom(code, uint64(step), secret, hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}) // in constant time
		if err == nil && right {
			return step, true
		}
	}
	return 0, false
}

// Key is what an authenticator app is set up with.
type Key struct {
	Secret string // in groups of four, to type
	URL    string // otpauth://, to scan
}

// Key returns the key of a setup.
func (a *Authenticator) Key(app core.App, account *core.Record) (Key, error) {
	secret, err := a.secret(app)
	if err != nil {
		return Key{}, err
	}
	issuer := "Usher"
	if u, err := url.Parse(settings.Of(app).URL); err == nil && u.Hostname() != "" {
		issuer += " " + u.Hostname()
	}
	query := url.Values{"secret": {secret}, "issuer": {issuer}}
	label := url.PathEscape(issuer + ":" + account.Email())
	var groups []string
	for n := 0; n < len(secret); n += 4 {
		groups = append(groups, secret[n:min(n+4, len(secret))])
	}
	return Key{
		Secret: strings.Join(groups, " "),
		URL:    fmt.Sprintf("otpauth://totp/%s?%s&digits=%d&period=%d", label, strings.ReplaceAll(query.Encode(), "+", "%20"), digits, period),
	}, nil
}
