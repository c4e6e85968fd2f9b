package accounts

import (
	"fmt"
	"runtime"
	"strings"
	"unicode/utf8"

	zxcvbn "github.com/ccojocar/zxcvbn-go"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/errs"
)

// CodeWeakPassword is the code of a password that is refused.
const CodeWeakPassword = "weak_password"

// Length of a password: characters at least, bytes at most (bcrypt reads 72).
const (
	MinPassword = 12
	MaxPassword = 71
)

// PasswordRules is what is said about passwords before anybody fails.
const PasswordRules = "At least 12 characters. Any characters; a few words are good. Not one that many people use."

// CheckPassword refuses what is too short, too long, or known to be common (R147). about is what an
// attacker would try first: the address and the name.
func CheckPassword(password string, about ...string) error {
	refuse := func(sentence string) error { return errs.Invalid("password", CodeWeakPassword, sentence) }
	switch {
	case utf8.RuneCountInString(password) < MinPassword:
		return refuse(fmt.Sprintf("The password has %d characters. Take at least %d.", utf8.RuneCountInString(password), MinPassword))
	case len(password) > MaxPassword:
		return refuse(fmt.Sprintf("The password is too long. Take at most %d characters.", MaxPassword))
	}
	if countDistinct(password) < 4 {
		return refuse("The password has almost only one character. Take another, such as four words that do not belong together.")
	}
	var hints []string
	for _, a := range about {
		hints = append(hints, strings.FieldsFunc(strings.ToLower(a), func(r rune) bool { return strings.ContainsRune("@. -+_", r) })...)
	}
	if zxcvbn.PasswordStrength(password, append(hints, "usher")).Score <= 1 {
		return refuse("This password is one that many people use, or too close to your name or address. Take another, such as four words that do not belong together.")
	}
	return nil
}

func countDistinct(s string) int {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen)
}

// checkSlots lets a flood of sign-ins not stop everything else: at most one check fewer than there are cores runs at once.
var checkSlots = make(chan struct{}, max(1, runtime.NumCPU()-1))

// passwordMatches checks a password in its turn. Without an account the same work is done for nothing, so
// that the time does not tell who has one.
func passwordMatches(app core.App, account *core.Record, password string) (ok bool, err error) {
	err = throttle(func() error {
		if account != nil {
			ok = account.ValidatePassword(password)
		} else if stranger, err := anyAccount(app); err == nil {
			stranger.ValidatePassword(password)
		}
		return nil
	})
	return ok, err
}

// setPassword hashes a password in its turn.
func setPassword(account *core.Record, password string) {
	checkSlots <- struct{}{}
	defer func() { <-checkSlots }()
	account.SetPassword(password)
}

// anyAccount is an account whose password can be checked in vain.
func anyAccount(app core.App) (*core.Record, error) {
	account := &core.Record{}
	return account, app.RecordQuery("users").Limit(1).One(account)
}
