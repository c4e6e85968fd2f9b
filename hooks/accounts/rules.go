package accounts

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// Register registers the rules of accounts and replaces PocketBase's sign-in endpoints.
func Register(app core.App) {
	app.OnRecordValidate("users").BindFunc(func(e *core.RecordEvent) error {
		if err := normalize(e.Record); err != nil {
			return err
		}
		return e.Next()
	})
	app.OnRecordUpdateExecute("users").BindFunc(rotateOnUnconfirm)
	app.OnRecordUpdateExecute("users").BindFunc(endOnKeyChange)
	app.OnRecordAuthWithPasswordRequest("users").BindFunc(signInByAPI)
	registerEndpointRules(app)
	app.Cron().MustAdd("usherOldLogins", "17 * * * *", func() {
		if err := DeleteExpiredLogins(app); err != nil {
			app.Logger().Error("delete expired logins", "error", err)
		}
		if err := DeleteExpiredAddressChanges(app); err != nil {
			app.Logger().Error("delete expired address changes", "error", err)
		}
		if err := DeleteExpiredCodes(app); err != nil {
			app.Logger().Error("delete expired sign-in codes", "error", err)
		}
	})
	registerEmails(app)
	registerConditions(app)
}

// normalize validates an account and brings its fields into canonical form.
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

// registerEndpointRules restricts PocketBase's endpoints to what our pages allow.
func registerEndpointRules(app core.App) {
	registerEmailRequests(app)
	app.OnRecordConfirmPasswordResetRequest("users").BindFunc(resetByAPI)
	app.OnRecordRequestEmailChangeRequest("users").BindFunc(func(e *core.RecordRequestEmailChangeRequestEvent) error {
		return e.ForbiddenError("Change your email address in your account settings instead.", nil)
	})
	app.OnRecordConfirmVerificationRequest("users").BindFunc(func(e *core.RecordConfirmVerificationRequestEvent) error {
		return e.ForbiddenError("Confirm an email address on the page of its link instead.", nil)
	})
	app.OnRecordDeleteRequest(core.CollectionNameExternalAuths).BindFunc(func(e *core.RecordRequestEvent) error {
		if !e.HasSuperuserAuth() {
			return e.ForbiddenError("Disconnect an account that you sign in with in your account settings instead.", nil)
		}
		return e.Next()
	})
	app.OnRecordUpdateRequest("users").BindFunc(func(e *core.RecordRequestEvent) error {
		if !e.HasSuperuserAuth() && (len(e.Record.GetUnsavedFiles("avatar")) > 0 || record.Changed(e.Record, "avatar")) {
			return e.ForbiddenError("Upload the profile picture in your account settings instead.", nil)
		}
		return e.Next()
	})
}
