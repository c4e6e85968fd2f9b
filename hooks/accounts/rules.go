package accounts

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// Register wires what holds for every writer of an account, and PocketBase's own ways to sign in.
func Register(app core.App) {
	app.OnRecordValidate("users").BindFunc(func(e *core.RecordEvent) error {
		if err := normalize(e.Record); err != nil {
			return err
		}
		return e.Next()
	})
	app.OnRecordUpdateExecute("users").BindFunc(endOnKeyChange)
	app.OnRecordAuthWithPasswordRequest("users").BindFunc(signInByAPI)
	registerEndpointRules(app)
	app.Cron().MustAdd("usherOldLogins", "17 * * * *", func() {
		if err := DeleteExpiredLogins(app); err != nil {
			app.Logger().Error("end old logins", "error", err)
		}
		if err := DeleteExpiredAddressChanges(app); err != nil {
			app.Logger().Error("end old changes of address", "error", err)
		}
	})
	registerEmails(app)
	registerConditions(app)
}

// normalize brings an account into its one form, and judges a password that is set.
func normalize(account *core.Record) error {
	var faults errs.List
	email, err := CanonicalEmail(account.Email())
	if faults.Add(err); err == nil {
		account.SetEmail(email)
	}
	name, err := text.CleanLine("name", "The name", account.GetString("name"), MaxName)
	if faults.Add(err); err == nil {
		account.Set("name", name)
	}
	if zone := account.GetString("timezone"); zone != ValidZoneName(zone) {
		faults.Add(errs.Invalid("timezone", "bad_timezone", "Choose a time zone from the list, such as Europe/Lisbon."))
	}
	if password, ok := account.GetRaw("password").(*core.PasswordFieldValue); ok && password.Plain != "" {
		faults.Add(CheckPassword(password.Plain, account.Email(), account.GetString("name")))
	}
	return faults.Err()
}

// registerEndpointRules keeps PocketBase's own endpoints to what ours allow.
func registerEndpointRules(app core.App) {
	registerEmailRequests(app)
	app.OnRecordConfirmPasswordResetRequest("users").BindFunc(resetByAPI)
	app.OnRecordRequestEmailChangeRequest("users").BindFunc(func(e *core.RecordRequestEmailChangeRequestEvent) error {
		return e.ForbiddenError("The address of an account cannot be changed here.", nil)
	})
	app.OnRecordConfirmVerificationRequest("users").BindFunc(func(e *core.RecordConfirmVerificationRequestEvent) error {
		return e.ForbiddenError("An address is confirmed on the page of its link.", nil)
	})
	app.OnRecordUpdateRequest("users").BindFunc(func(e *core.RecordRequestEvent) error {
		if !e.HasSuperuserAuth() && (len(e.Record.GetUnsavedFiles("avatar")) > 0 || record.Changed(e.Record, "avatar")) {
			return e.ForbiddenError("Pictures are not set here.", nil)
		}
		return e.Next()
	})
}
