package accounts

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/audit"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// Rules of one-time codes by email.
const (
	CodeLifetime = 10 * time.Minute // how long a code and the browser's cookie of its request are valid

	CodeDigits      = 8
	maxCodeAttempts = 5 // wrong codes until a request is locked
)

// Codes of refused one-time codes.
const (
	CodeWrongCode   = "wrong_code"
	CodeCodeExpired = "code_expired"
	CodeCodeLocked  = "code_locked"
)

var _ core.RecordProxy = (*SignInCode)(nil)

// SignInCode is a browser's request to sign in with a one-time code by email.
type SignInCode struct{ *core.Record }

// PreValidate checks that the record is a request for a code.
func (c *SignInCode) PreValidate(context.Context, core.App) error {
	if c.Record == nil || c.Collection().Name != "signin_codes" {
		return errors.New("not a sign-in code")
	}
	return nil
}

// ProxyRecord returns the record.
func (c *SignInCode) ProxyRecord() *core.Record { return c.Record }

// SetProxyRecord sets the record.
func (c *SignInCode) SetProxyRecord(r *core.Record) { c.Record = r }

// Address returns the address that was typed, in canonical form.
func (c *SignInCode) Address() string { return c.GetString("email") }

// Expires returns when the code expires.
func (c *SignInCode) Expires() time.Time { return c.GetDateTime("expires").Time() }

// IsLocked reports whether too many wrong codes were entered.
func (c *SignInCode) IsLocked() bool { return c.GetInt("attempts") >= maxCodeAttempts }

// RequestCode emails a one-time code for signing in, and returns the secret of the request, which is kept in the browser: the
// code works only together with it. The result and the work are the same for an address without an account. An account whose
// address isn't confirmed gets the link that confirms it instead, because someone else may have set its password. agent is the
// User-Agent of the browser, and next the page to open after confirming the address.
func RequestCode(app core.App, address, next, agent, from string) (secret string, err error) {
	canonical, err := CanonicalEmail(address)
	if err != nil {
		return "", err
	}
	if err := limitCodes(app, canonical, from); err != nil {
		return "", err
	}
	account, err := Find(app, canonical)
	if err != nil && !errors.Is(err, errs.ErrNotFound) {
		return "", err
	}
	request, code, secret, err := newSignInCode(app, canonical, account)
	if err != nil {
		return "", err
	}
	if err := app.Save(request); err != nil {
		return "", fmt.Errorf("save a sign-in code: %w", err)
	}
	known := account != nil
	if !known {
		if account, err = anyAccount(app); err != nil {
			return secret, nil // there are no accounts yet
		}
	}
	return secret, ignoreRollback(audit.Do(app, audit.NewAccountEntry(account, "", from, "account.code.request"), func(tx core.App) error {
		send := func() error { return sendSignInCode(tx, account, request, code, agent) }
		if !account.Verified() {
			send = func() error { return SendConfirmation(tx, account, next) }
		}
		if err := send(); err != nil || known {
			return err
		}
		return errRollback
	}))
}

// newSignInCode returns a request that isn't saved yet, its code and its secret. account is nil for an unknown address.
func newSignInCode(app core.App, address string, account *core.Record) (request *SignInCode, code, secret string, err error) {
	collection, err := app.FindCachedCollectionByNameOrId("signin_codes")
	if err != nil {
		return nil, "", "", fmt.Errorf("find sign-in codes: %w", err)
	}
	request, secret = &SignInCode{core.NewRecord(collection)}, NewSecret()
	request.Id = core.GenerateDefaultRandomId()
	if code, err = newCode(); err != nil {
		return nil, "", "", err
	}
	hash, err := request.hash(app, code)
	if err != nil {
		return nil, "", "", err
	}
	request.Load(map[string]any{"email": address, "request_hash": Hash(secret), "code_hash": hash, "expires": types.NowDateTime().Add(CodeLifetime)})
	if account != nil && account.Verified() {
		request.Load(map[string]any{"user": account.Id, "key_hash": Hash(account.TokenKey())})
	}
	return request, code, secret, nil
}

func newCode() (string, error) {
	limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(CodeDigits), nil)
	n, err := rand.Int(rand.Reader, limit)
	if err != nil {
		return "", fmt.Errorf("draw a sign-in code: %w", err)
	}
	return fmt.Sprintf("%0*d", CodeDigits, n), nil
}

// hash returns the form in which the code of this request is stored.
func (c *SignInCode) hash(app core.App, code string) (string, error) {
	return Sign(app, "sign-in codes", c.Id+"\x00"+code)
}

// FindSignInCode returns the request of a browser. It returns errs.ErrNotFound if the code was used or has expired.
func FindSignInCode(app core.App, secret string) (*SignInCode, error) {
	request, err := record.One[SignInCode](app.RecordQuery("signin_codes").AndWhere(dbx.HashExp{"request_hash": Hash(secret)}), "find a sign-in code")
	if err == nil && time.Now().After(request.Expires()) {
		return nil, errs.ErrNotFound
	}
	return request, err
}

// SignInWithCode returns the account of a code that was emailed to it. secret is that of the browser's request, and device the value
// of its device cookie. A code works once; after a few wrong ones the request is locked. Wrong codes also count as failed sign-ins.
func SignInWithCode(app core.App, device, secret, typed, from string) (*core.Record, error) {
	request, err := FindSignInCode(app, secret)
	if errors.Is(err, errs.ErrNotFound) {
		return nil, errCodeExpired()
	}
	if err != nil {
		return nil, err
	}
	attempt, err := beginAttempt(app, request.Address(), from, device)
	if err != nil {
		account, _ := Find(app, request.Address())
		recordThrottled(app, account, from, "code")
		return nil, err
	}
	account, refused, err := consumeCode(app, request.Id, typed)
	if err != nil || refused == nil {
		attempt.release()
	}
	if err != nil {
		return nil, err
	}
	if code := errs.Code(refused); code != CodeCodeExpired {
		recordFirstStep(app, account, from, "code", code)
	}
	if errs.Code(refused) == CodeWrongCode {
		countWrongSignInCode(app, account, request.Address())
	}
	if refused != nil {
		return nil, refused
	}
	return account, nil
}

// consumeCode compares a code and deletes its request, in one transaction. A refusal is returned apart from other errors, because the
// transaction that counts it must be committed. account is nil if no account has the address.
func consumeCode(app core.App, id, typed string) (account *core.Record, refused, err error) {
	err = app.RunInTransaction(func(tx core.App) error {
		request, err := record.One[SignInCode](tx.RecordQuery("signin_codes").AndWhere(dbx.HashExp{"id": id}), "find a sign-in code")
		if errors.Is(err, errs.ErrNotFound) {
			refused = errCodeExpired()
			return nil
		}
		if err != nil {
			return err
		}
		if user := request.GetString("user"); user != "" {
			if account, err = tx.FindRecordById("users", user); err != nil {
				return fmt.Errorf("find the account of a sign-in code: %w", err)
			}
		}
		refused, err = request.try(tx, account, typed)
		return err
	})
	return account, refused, err
}

// try compares a code, and uses up the request or one of its attempts.
func (c *SignInCode) try(tx core.App, account *core.Record, typed string) (refused, err error) {
	if c.IsLocked() {
		return errs.Invalid("code", CodeCodeLocked, "Too many wrong codes. Request a new code."), nil
	}
	hash, err := c.hash(tx, strings.Map(digit, typed))
	if err != nil {
		return nil, err
	}
	right := hmac.Equal([]byte(hash), []byte(c.GetString("code_hash")))
	if right && account != nil && account.Verified() && c.GetString("key_hash") == Hash(account.TokenKey()) {
		return nil, tx.Delete(c)
	}
	c.Set("attempts", c.GetInt("attempts")+1)
	return errs.Invalid("code", CodeWrongCode, "This code is wrong. Enter the code from the latest email."), tx.Save(c)
}

// digit drops what people type or paste between digits.
func digit(r rune) rune {
	if r == ' ' || r == '-' || r == '\u00a0' {
		return -1
	}
	return r
}

func errCodeExpired() error {
	return errs.Invalid("code", CodeCodeExpired, "This code has expired or was already used. Request a new code.")
}

// DeleteExpiredCodes deletes requests whose codes have expired.
func DeleteExpiredCodes(app core.App) error {
	_, err := app.DB().NewQuery("DELETE FROM signin_codes WHERE expires < {:now}").Bind(dbx.Params{"now": record.FormatTime(time.Now())}).Execute()
	if err != nil {
		return fmt.Errorf("delete expired sign-in codes: %w", err)
	}
	return nil
}
