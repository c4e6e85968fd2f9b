package passkeys

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/accounts"
	"usher/hooks/audit"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// BeginSignIn returns what a browser needs to offer the passkeys that it has for this server. It says nothing about accounts.
func BeginSignIn(app core.App, from string) (Ceremony, error) {
	if err := limit(app, from); err != nil {
		return Ceremony{}, err
	}
	at, err := party(app)
	if err != nil {
		return Ceremony{}, err
	}
	options, session, err := at.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return Ceremony{}, fmt.Errorf("passkeys: %w", err)
	}
	return begin(app, options.Response, session)
}

// SignIn returns the account of the passkey with which a browser answered. The device verified its user, so no second step follows.
// A passkey whose counter went back was copied, and is refused (Web Authentication Level 3, 6.1.1).
func SignIn(app core.App, token, answer, from string) (*core.Record, error) {
	session, err := take(app, token)
	if err != nil {
		return nil, err
	}
	at, err := party(app)
	if err != nil {
		return nil, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(answer))
	if err != nil {
		return nil, refuse(app, nil, err)
	}
	var account *core.Record
	err = app.RunInTransaction(func(tx core.App) error {
		p, err := find(tx, parsed.RawID)
		if err != nil {
			return err
		}
		if account, err = tx.FindRecordById("users", p.GetString("user")); err != nil {
			return err
		}
		owner, err := userOf(tx, account)
		if err != nil {
			return err
		}
		checked, err := at.ValidateDiscoverableLogin(func([]byte, []byte) (webauthn.User, error) { return owner, nil }, session, parsed)
		if err == nil && checked.Authenticator.CloneWarning {
			err = errors.New("its counter went back")
		}
		entry := audit.NewAccountEntry(account, "", from, "account.signin").WithTarget(account.Id, account.Email()).With("by", "passkey")
		if err != nil {
			return &refusal{entry, err}
		}
		if !account.Verified() {
			return errs.Invalid("base", accounts.CodeUnverified, "Confirm your email address first: open the link in the email we sent you.")
		}
		if err := p.storeCredential(checked); err != nil {
			return err
		}
		p.Set("used", types.NowDateTime())
		if err := tx.Save(p); err != nil {
			return err
		}
		return audit.Write(tx, entry)
	})
	var refused *refusal
	switch {
	case errors.As(err, &refused):
		return nil, refuse(app, refused.entry, refused.cause)
	case errors.Is(err, errs.ErrNotFound), errors.Is(err, sql.ErrNoRows):
		return nil, refuse(app, nil, errors.New("unknown passkey"))
	case err != nil:
		return nil, err
	}
	return account, nil
}

// refusal leaves the transaction of a sign-in, to be recorded after it.
type refusal struct {
	entry *audit.Entry
	cause error
}

func (r *refusal) Error() string { return r.cause.Error() }

func find(app core.App, id []byte) (*Passkey, error) {
	return record.One[Passkey](app.RecordQuery("passkeys").AndWhere(dbx.HashExp{"credential_id": encodeID(id)}), "find a passkey")
}
