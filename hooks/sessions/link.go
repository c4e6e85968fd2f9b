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
	"usher/hooks/record"
	"usher/hooks/settings"
)

// PersonalPrefix is how the code of a personal link begins; a session's own code never does.
const PersonalPrefix = "usp_"

// codeOf is the secret of a row for a purpose. It is made of the row's id and the key of the data folder, so that it is
// the same whenever it is shown, and nobody can read it from the database.
func codeOf(app core.App, purpose, prefix, id string) (string, error) {
	key, err := mail.Secret(app, purpose)
	if err != nil {
		return "", err
	}
	sum := hmac.New(sha256.New, key)
	sum.Write([]byte(id))
	return prefix + base64.RawURLEncoding.EncodeToString(sum.Sum(nil)), nil
}

// PersonalCode is the code of a participant's own link (R72): every letter carries the same one.
func PersonalCode(app core.App, p *Participant) (string, error) {
	return codeOf(app, "personal links", PersonalPrefix, p.Id)
}

// OwnCode is the code by which a participant opens the session: his own, or the session's where his row does not know
// his own any more, as after a restore. It writes nothing.
func OwnCode(app core.App, p *Participant, s *Session) (string, error) {
	code, err := PersonalCode(app, p)
	if err == nil && p.GetString("token_hash") != hashed(code) {
		return s.Code(), nil
	}
	return code, err
}

// personalLink is the address of a participant's own link, which his row knows again after a restore.
func personalLink(tx core.App, p *Participant) (string, error) {
	code, err := PersonalCode(tx, p)
	if err != nil {
		return "", err
	}
	if p.GetString("token_hash") != hashed(code) {
		if err := tx.Save(p); err != nil {
			return "", err
		}
	}
	return settings.Of(tx).Link("/s/" + code), nil
}

// ParticipantByCode reads who has that personal code, or record.ErrNotFound.
func ParticipantByCode(app core.App, code string) (*Participant, error) {
	if !strings.HasPrefix(code, PersonalPrefix) || len(code) > 100 {
		return nil, record.ErrNotFound
	}
	return oneParticipant(app, dbx.HashExp{"token_hash": hashed(code)})
}

func hashed(code string) string {
	sum := sha256.Sum256([]byte(code))
	return hex.EncodeToString(sum[:])
}

// keepCode keeps the hash of the participant's own code in his row. After a restore the key of the folder is another
// one; the next save of the row sets it anew.
func keepCode(app core.App, r *core.Record) error {
	code, err := PersonalCode(app, &Participant{r})
	if err != nil {
		return fmt.Errorf("make a personal link: %w", err)
	}
	r.Set("token_hash", hashed(code))
	return nil
}
