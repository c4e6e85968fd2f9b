package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/tools/types"
)

// Accounts are created and changed through Usher's actions. The API may only change name and picture.
func init() {
	m.Register(func(app core.App) error {
		users, err := app.FindCollectionByNameOrId("users")
		if err != nil {
			return err
		}
		users.CreateRule = nil
		users.DeleteRule = nil
		users.UpdateRule = rule("id = @request.auth.id && @request.body.email:isset = false && " +
			"@request.body.emailVisibility:isset = false && @request.body.verified:isset = false && " +
			"@request.body.password:isset = false && @request.body.oldPassword:isset = false")
		users.AuthRule = rule("verified = true")
		users.PasswordAuth.Enabled = true
		users.PasswordAuth.IdentityFields = []string{"email"}
		users.OTP.Enabled = false
		users.MFA.Enabled = false
		users.OAuth2.Enabled = false
		users.AuthAlert.Enabled = false
		users.AuthToken.Duration = 7 * 24 * 3600
		users.VerificationToken.Duration = 3 * 24 * 3600
		users.PasswordResetToken.Duration = 3600
		users.EmailChangeToken.Duration = 3600

		name := users.Fields.GetByName("name").(*core.TextField)
		name.Max = 80
		avatar := users.Fields.GetByName("avatar").(*core.FileField)
		avatar.MimeTypes = []string{"image/jpeg", "image/png", "image/webp"}
		avatar.MaxSize = 1 << 20
		password := users.Fields.GetByName("password").(*core.PasswordField)
		password.Min, password.Max = 12, 71
		users.Fields.Add(&core.TextField{Name: "timezone", Max: 64})

		// One account per email address, case-insensitive.
		users.RemoveIndex("idx_email__pb_users_auth_")
		users.Indexes = append(users.Indexes,
			"CREATE UNIQUE INDEX `idx_email__pb_users_auth_` ON `users` (`email` COLLATE NOCASE) WHERE `email` != ''")
		return app.Save(users)
	}, func(app core.App) error {
		users, err := app.FindCollectionByNameOrId("users")
		if err != nil {
			return err
		}
		users.CreateRule = types.Pointer("")
		users.AuthRule = types.Pointer("")
		users.Fields.RemoveByName("timezone")
		return app.Save(users)
	})
}
