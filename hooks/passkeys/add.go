package passkeys

import (
	"errors"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/emails"
	"usher/hooks/mail"
	"usher/hooks/paths"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
	"usher/hooks/tools/text"
)

// BeginAdding checks the password of a signed-in account and returns what its browser needs to create a passkey.
func BeginAdding(app core.App, account *core.Record, password, from string) (Ceremony, error) {
	if err := limit(app, from); err != nil {
		return Ceremony{}, err
	}
	entry := audit.NewAccountEntry(account, "", from, "account.passkey.add")
	reauth, err := accounts.Reauthenticate(app, entry, account, "password", password)
	if err != nil {
		return Ceremony{}, err
	}
	if _, err := reauth.Verify(app); err != nil {
		return Ceremony{}, audit.RecordRefusal(app, entry, err)
	}
	at, err := party(app)
	if err != nil {
		return Ceremony{}, err
	}
	owner, err := userOf(app, account)
	if err != nil {
		return Ceremony{}, err
	}
	if len(owner.credentials) >= Max {
		return Ceremony{}, full()
	}
	var known []protocol.CredentialDescriptor
	for _, c := range owner.credentials {
		known = append(known, c.Descriptor())
	}
	options, session, err := at.BeginRegistration(owner, webauthn.WithExclusions(known))
	if err != nil {
		return Ceremony{}, err
	}
	return begin(app, options.Response, session)
}

// Add stores the passkey that a browser created. device names the browser and its system.
func Add(app core.App, account *core.Record, token, answer, device, from string) (*Passkey, error) {
	entry := audit.NewAccountEntry(account, "", from, "account.passkey.add")
	session, err := take(app, token)
	if err != nil {
		return nil, err
	}
	at, err := party(app)
	if err != nil {
		return nil, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(answer))
	if err != nil {
		return nil, refuse(app, entry, err)
	}
	created, err := at.CreateCredential(&user{account: account}, session, parsed)
	if err != nil {
		return nil, refuse(app, entry, err)
	}
	p := &Passkey{}
	err = audit.Do(app, entry, func(tx core.App) error {
		count, err := tx.CountRecords("passkeys", dbx.HashExp{"user": account.Id})
		if err != nil {
			return err
		}
		if count >= Max {
			return full()
		}
		collection, err := tx.FindCachedCollectionByNameOrId("passkeys")
		if err != nil {
			return err
		}
		p.SetProxyRecord(core.NewRecord(collection))
		p.Set("user", account.Id)
		p.Set("name", text.Shorten(device, 100))
		if err := p.storeCredential(created); err != nil {
			return err
		}
		if err := tx.Save(p); err != nil {
			return err
		}
		entry.WithTarget(p.Id, p.Name())
		config := settings.Of(tx)
		return queue(tx, account, emails.PasskeyAdded(emails.PasskeyProps{
			To: account.Email(), ToName: actors.DisplayName(account), Device: p.Name(), At: time.Now(), Zone: accounts.Zone(account, time.UTC),
			Account: config.Link(paths.AccountPasskeys), Support: config.Support,
		}))
	})
	return p, err
}

// Remove removes a passkey of the account. It returns errs.ErrNotFound for an unknown one and for one of another account.
func Remove(app core.App, account *core.Record, id, from string) (*Passkey, error) {
	var p *Passkey
	entry := audit.NewAccountEntry(account, "", from, "account.passkey.remove")
	err := audit.Do(app, entry, func(tx core.App) (err error) {
		p, err = record.One[Passkey](tx.RecordQuery("passkeys").AndWhere(dbx.HashExp{"id": id, "user": account.Id}), "find a passkey")
		if err != nil {
			return err
		}
		entry.WithTarget(p.Id, p.Name())
		if err := tx.Delete(p); err != nil {
			return err
		}
		config := settings.Of(tx)
		return queue(tx, account, emails.PasskeyRemoved(emails.PasskeyProps{
			To: account.Email(), ToName: actors.DisplayName(account), Device: p.Name(), At: time.Now(), Zone: accounts.Zone(account, time.UTC),
			Account: config.Link(paths.AccountPasskeys), Support: config.Support,
		}))
	})
	return p, err
}

func full() error {
	return errs.Invalid("base", CodeFull, "You have "+text.Count(Max, "passkey", "passkeys")+", which is the most. Remove one first.")
}

// refuse records and returns the refusal of an answer that doesn't hold, and logs why for the operator.
func refuse(app core.App, entry *audit.Entry, cause error) error {
	detail := ""
	var explained *protocol.Error
	if errors.As(cause, &explained) {
		detail = explained.DevInfo
	}
	app.Logger().Warn("check a passkey", "error", cause, "detail", detail)
	refused := errs.Invalid("base", CodeRefused, "This passkey can't be used here. Try again, or sign in another way.")
	if entry == nil {
		return refused
	}
	return audit.RecordRefusal(app, entry, refused)
}

func queue(tx core.App, account *core.Record, email mail.Message) error {
	email.About = account.Id
	_, err := mail.Queue(tx, email)
	return err
}
