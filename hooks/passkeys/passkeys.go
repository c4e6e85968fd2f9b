// Package passkeys lets users sign in with a passkey: a key pair on a device, which asks for a fingerprint, a face or a PIN (R148,
// Web Authentication Level 3). It proves two things at once, so it needs no second step.
package passkeys

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/tools/settings"
)

// Codes of errors.
const (
	CodeExpired = "attempt_expired" // the options were used or are too old
	CodeRefused = "bad_passkey"     // the answer of the browser doesn't hold
	CodeFull    = "too_many_passkeys"
	CodeOff     = "passkeys_off" // the server's address can't have passkeys
)

// Max is how many passkeys an account can have.
const Max = 20

var _ core.RecordProxy = (*Passkey)(nil)

// Passkey is a passkey of an account.
type Passkey struct{ *core.Record }

// PreValidate makes sure that the proxy holds a passkey.
func (p *Passkey) PreValidate(context.Context, core.App) error {
	if p.Record == nil || p.Collection().Name != "passkeys" {
		return errors.New("not a passkey")
	}
	return nil
}

// ProxyRecord returns the record.
func (p *Passkey) ProxyRecord() *core.Record { return p.Record }

// SetProxyRecord sets the record.
func (p *Passkey) SetProxyRecord(r *core.Record) { p.Record = r }

// Name says on which device it was created: "Chrome on macOS".
func (p *Passkey) Name() string { return p.GetString("name") }

// Created returns when it was created.
func (p *Passkey) Created() time.Time { return p.GetDateTime("created").Time() }

// Used returns when it was last used; zero: never.
func (p *Passkey) Used() time.Time { return p.GetDateTime("used").Time() }

// credential returns what the library stores.
func (p *Passkey) credential() (c webauthn.Credential, err error) {
	return c, json.Unmarshal([]byte(p.GetString("credential")), &c)
}

// List returns the passkeys of an account, oldest first.
func List(app core.App, account *core.Record) ([]*Passkey, error) {
	var list []*Passkey
	if err := app.RecordQuery("passkeys").AndWhere(dbx.HashExp{"user": account.Id}).OrderBy("created", "id").All(&list); err != nil {
		return nil, fmt.Errorf("list passkeys: %w", err)
	}
	return list, nil
}

// Available reports whether browsers accept passkeys for the server's address: a host name with HTTPS, or localhost.
func Available(app core.App) bool {
	u, err := url.Parse(settings.Of(app).URL)
	if err != nil || net.ParseIP(u.Hostname()) != nil {
		return false
	}
	return u.Scheme == "https" || u.Hostname() == "localhost"
}

// party returns the library for the server's address. The user must be verified by the device, so that a passkey counts as two factors.
func party(app core.App) (*webauthn.WebAuthn, error) {
	address := settings.Of(app).URL
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("passkeys: %w", err)
	}
	enforced := webauthn.TimeoutConfig{Enforce: true, Timeout: Lifetime, TimeoutUVD: Lifetime}
	made, err := webauthn.New(&webauthn.Config{
		RPID: u.Hostname(), RPDisplayName: "Usher", RPOrigins: []string{address},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(), UserVerification: protocol.VerificationRequired,
		},
		Timeouts: webauthn.TimeoutsConfig{Login: enforced, Registration: enforced},
	})
	if err != nil {
		return nil, fmt.Errorf("passkeys: %w", err)
	}
	return made, nil
}

// user is an account as the library sees it. Its handle is the record's ID, which says nothing about the person.
type user struct {
	account     *core.Record
	credentials []webauthn.Credential
}

func (u *user) WebAuthnID() []byte                         { return []byte(u.account.Id) }
func (u *user) WebAuthnName() string                       { return u.account.Email() }
func (u *user) WebAuthnDisplayName() string                { return actors.DisplayName(u.account) }
func (u *user) WebAuthnCredentials() []webauthn.Credential { return u.credentials }

// userOf returns the account with its passkeys.
func userOf(app core.App, account *core.Record) (*user, error) {
	list, err := List(app, account)
	if err != nil {
		return nil, err
	}
	u := &user{account: account}
	for _, p := range list {
		c, err := p.credential()
		if err != nil {
			return nil, fmt.Errorf("read a passkey: %w", err)
		}
		u.credentials = append(u.credentials, c)
	}
	return u, nil
}

func encodeID(id []byte) string { return base64.RawURLEncoding.EncodeToString(id) }

// storeCredential keeps what the library needs for the next sign-in.
func (p *Passkey) storeCredential(c *webauthn.Credential) error {
	text, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("store a passkey: %w", err)
	}
	p.Set("credential_id", encodeID(c.ID))
	p.Set("credential", string(text))
	return nil
}
