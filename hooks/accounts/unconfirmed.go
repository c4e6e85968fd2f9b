package accounts

import "usher/hooks/tools/errs"

// AwaitingAdminError returns the error for a new account whose address a server administrator must confirm, because
// email isn't enabled.
func AwaitingAdminError() error {
	return errs.Invalid("base", CodeUnverified, "Your account has been created. Email isn't set up on this server, "+
		"so a server administrator must confirm your address first. After that, open this link again.")
}
