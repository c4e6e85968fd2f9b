package accounts

import (
	"fmt"
	"runtime"
	"strings"
	"unicode/utf8"

	zxcvbn "github.com/ccojocar/zxcvbn-go"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// CodeWeakPassword is the code of a refused password.
const CodeWeakPassword = "weak_password"

// Length of a password: minimum in characters, maximum in bytes (bcrypt reads 72).
const (
	MinPassword = 12
	MaxPassword = 71
)

// PasswordRules is the hint shown beside password fields.
var PasswordRules = fmt.Sprintf("At least %d characters. A few unrelated words work well. Common passwords aren't accepted.", MinPassword)

// CheckPassword refuses a password that is too short, too long or easy to guess (R147). about holds text that an attacker
// would try first, such as the email address and the name.
func CheckPassword(password string, about ...string) error {
	refuse := func(sentence string) error { return errs.Invalid("password", CodeWeakPassword, sentence) }
	switch {
	case utf8.RuneCountInString(password) < MinPassword:
		return refuse(fmt.Sprintf("The password has %s. Use at least %d.", text.Count(utf8.RuneCountInString(password), "character", "characters"), MinPassword))
	case len(password) > MaxPassword:
		return refuse(fmt.Sprintf("The password is too long. Use at most %d characters.", MaxPassword))
	}
	if countDistinct(password) < 4 {
		return refuse("The password repeats the same few characters. Choose another one, such as four unrelated words.")
	}
	var hints []string
	for _, a := range about {
		hints = append(hints, strings.FieldsFunc(strings.ToLower(a), func(r rune) bool { return strings.ContainsRune("@. -+_", r) })...)
	}
	if zxcvbn.PasswordStrength(password, append(hints, "usher")).Score <= 1 {
		return refuse("This password is too common, or too similar to your name or email address. Choose another one, such as four unrelated words.")
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

// checkSlots limits concurrent password checks to one fewer than the number of cores, so that a flood of sign-ins leaves
// room for other work.
var checkSlots = make(chan struct{}, max(1, runtime.NumCPU()-1))

// passwordMatches checks a password, waiting for a slot. Without an account it does the same work, so that timing doesn't
// reveal which addresses have accounts.
func passwordMatches(app core.App, account *core.Record, password string) (ok bool, err error) {
	err = throttle(func() error {
		if account != nil {
			ok = account.ValidatePassword(password)
		} else if other, err := anyAccount(app); err == nil {
			other.ValidatePassword(password)
		}
		return nil
	})
	return ok, err
}

// setPassword hashes a password, waiting for a slot.
func setPassword(account *core.Record, password string) {
	checkSlots <- struct{}{}
	defer func() { <-checkSlots }()
	account.SetPassword(password)
}

// anyAccount returns some account, for work whose only purpose is its duration.
func anyAccount(app core.App) (*core.Record, error) {
	account := &core.Record{}
	return account, app.RecordQuery("users").Limit(1).One(account)
}
