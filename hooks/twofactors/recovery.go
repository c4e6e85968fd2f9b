package twofactors

import (
	"crypto/rand"
	"crypto/subtle"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/tools/errs"
)

// RecoveryCodes is how many recovery codes an account gets.
const RecoveryCodes = 10

const (
	recoveryCodeSize = 10 // bytes; 80 bits need no slow hash
	fewRecoveryCodes = 3  // from here on, an email says that few are left
)

// recoveryHashes are the hashes of unused codes.
func (a *Authenticator) recoveryHashes() []string {
	var hashes []string
	if err := a.UnmarshalJSONField("recovery", &hashes); err != nil {
		return nil
	}
	return hashes
}

// newRecoveryCodes replaces the recovery codes and returns the new ones, which are stored only as hashes.
func (a *Authenticator) newRecoveryCodes() []string {
	codes, hashes := make([]string, RecoveryCodes), make([]string, RecoveryCodes)
	for n := range codes {
		random := make([]byte, recoveryCodeSize)
		rand.Read(random)
		code := strings.ToLower(encoding.EncodeToString(random))
		codes[n], hashes[n] = code[:4]+"-"+code[4:8]+"-"+code[8:12]+"-"+code[12:], accounts.Hash(code)
	}
	a.Set("recovery", hashes)
	return codes
}

// normalizeCode removes what people type between the characters of a code, and corrects characters that look alike.
func normalizeCode(typed string) string {
	code := strings.ToLower(strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '\u00a0' {
			return -1
		}
		return r
	}, typed))
	if len(code) == digits {
		return code
	}
	return strings.NewReplacer("0", "o", "1", "l").Replace(code)
}

// spendRecoveryCode removes the code from the unused ones, in the caller's transaction.
func (a *Authenticator) spendRecoveryCode(tx core.App, code string) error {
	want, found := []byte(accounts.Hash(code)), -1
	hashes := a.recoveryHashes()
	for n, hash := range hashes {
		if subtle.ConstantTimeCompare([]byte(hash), want) == 1 {
			found = n
		}
	}
	if found < 0 {
		return errs.Invalid("code", CodeWrongCode, "This recovery code is wrong or was already used. Try another one.")
	}
	a.Set("recovery", append(hashes[:found:found], hashes[found+1:]...))
	return tx.Save(a)
}
