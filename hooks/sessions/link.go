package sessions

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/mail"
	"usher/hooks/paths"
	"usher/hooks/record"
	"usher/hooks/tools/settings"
)

// PersonalPrefix starts the code of every personal link, and never that of a session link.
const PersonalPrefix = "usp_"

// The purposes of codes. A code that was shown to a host differs from the emailed one: it proves nothing about the email
// address (R60).
const (
	purposeEmailed = "personal links"
	purposeShown   = "shown personal links"
)

// deriveCode is the secret of a record for a purpose. It is derived from the record's id and the key of the data
// directory, so that it is reproducible and can't be read from the database.
func deriveCode(app core.App, purpose, prefix, id string) (string, error) {
	key, err := mail.DeriveKey(app, purpose)
	if err != nil {
		return "", err
	}
	sum := hmac.New(sha256.New, key)
	sum.Write([]byte(id))
	return prefix + base64.RawURLEncoding.EncodeToString(sum.Sum(nil)), nil
}

// PersonalCode is the code of a participant's personal link (R72): the same in every email about a session, and about
// all sessions of a series (R168).
func PersonalCode(app core.App, p *Participant) (string, error) {
	return deriveCode(app, purposeEmailed, PersonalPrefix, p.GetString("link"))
}

// OwnCode is the code that opens the session for a participant: the personal one, or the session's if the personal one
// isn't known, for example after a restore. It writes nothing.
func OwnCode(app core.App, p *Participant, s *Session) (string, error) {
	code, err := PersonalCode(app, p)
	if err != nil {
		return "", err
	}
	known, err := codeExists(app, code)
	if err == nil && !known {
		return s.Code(), nil
	}
	return code, err
}

// personalLink is the URL of a participant's personal link, for an email. It makes the link work again after a restore.
func personalLink(tx core.App, p *Participant) (string, error) {
	return linkForPurpose(tx, p, purposeEmailed)
}

func linkForPurpose(tx core.App, p *Participant, purpose string) (string, error) {
	if p.GetString("link") == "" {
		if err := tx.Save(p); err != nil {
			return "", err
		}
	}
	code, err := ensureCode(tx, p.GetString("link"), purpose)
	if err != nil {
		return "", err
	}
	return settings.Of(tx).Link(paths.Join(code)), nil
}

// ensureCode returns the code of a link for a purpose and stores its hash if necessary.
func ensureCode(tx core.App, link, purpose string) (string, error) {
	code, err := deriveCode(tx, purpose, PersonalPrefix, link)
	if err != nil {
		return "", fmt.Errorf("make a personal link: %w", err)
	}
	known, err := codeExists(tx, code)
	if err != nil || known {
		return code, err
	}
	row, err := newRow(tx, "personal_codes")
	if err != nil {
		return "", err
	}
	row.Load(map[string]any{"link": link, "token_hash": hashCode(code), "shown": purpose == purposeShown})
	if err := record.SaveTrusted(tx, row); err != nil {
		return "", fmt.Errorf("keep a personal link: %w", err)
	}
	return code, nil
}

func codeExists(app core.App, code string) (bool, error) {
	n, err := app.CountRecords("personal_codes", dbx.HashExp{"token_hash": hashCode(code)})
	if err != nil {
		return false, fmt.Errorf("look for a personal link: %w", err)
	}
	return n > 0, nil
}

// hashCode is the stored hash of the code of a personal link.
func HashCode(code string) string { return hashCode(code) }

func hashCode(code string) string {
	sum := sha256.Sum256([]byte(code))
	return hex.EncodeToString(sum[:])
}

// ensureLink sets the personal link of a new participant: the existing one of the address for the session or its series,
// or a new one.
func ensureLink(tx core.App, r *core.Record, series string) error {
	of := dbx.HashExp{"session": r.GetString("session")}
	if series != "" {
		of = dbx.HashExp{"series": series}
	}
	var found []*core.Record
	err := tx.RecordQuery("personal_links").AndWhere(of).AndWhere(dbx.HashExp{"email": r.GetString("email")}).
		WithContext(record.Prepared).Limit(1).All(&found)
	if err != nil {
		return fmt.Errorf("find a personal link: %w", err)
	}
	if len(found) == 0 {
		link, err := newRow(tx, "personal_links")
		if err != nil {
			return err
		}
		link.Load(map[string]any{"team": r.GetString("team"), "email": r.GetString("email")})
		for field, id := range of {
			link.Set(field, id)
		}
		if err := record.SaveTrusted(tx, link); err != nil {
			return fmt.Errorf("make a personal link: %w", err)
		}
		r.Set("link", link.Id)
		_, err = ensureCode(tx, link.Id, purposeEmailed)
		return err
	}
	r.Set("link", found[0].Id)
	if found[0].GetString("removed") == "" {
		return nil
	}
	found[0].Set("removed", "")
	return tx.Save(found[0])
}

// updateLinkAddress sets the new email of an account on a personal link, so that later invitations find it. If the address
// already has a link, both keep working.
func updateLinkAddress(tx core.App, id, address string) error {
	_, err := tx.DB().NewQuery(`UPDATE OR IGNORE personal_links SET email = {:address} WHERE id = {:id}`).
		Bind(dbx.Params{"id": id, "address": address}).Execute()
	if err != nil {
		return fmt.Errorf("readdress a personal link: %w", err)
	}
	return nil
}

func newRow(tx core.App, collection string) (*core.Record, error) {
	found, err := tx.FindCachedCollectionByNameOrId(collection)
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", collection, err)
	}
	row := core.NewRecord(found)
	row.Id = core.GenerateDefaultRandomId()
	return row, nil
}

func isPersonalCode(code string) bool {
	return strings.HasPrefix(code, PersonalPrefix) && len(code) <= 100
}
