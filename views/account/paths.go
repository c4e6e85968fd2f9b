package account

import (
	"net/url"

	"usher/hooks/paths"
)

// Forms of the account page.
const (
	passkeySignInPath     = paths.SignIn + "/passkey"
	passkeysPath          = paths.Account + "/passkeys"
	addPasskeyPath        = passkeysPath + "/add"
	picturePath           = paths.Account + "/picture"
	removePicturePath     = picturePath + "/remove"
	addressPath           = paths.Account + "/address"
	cancelAddressPath     = addressPath + "/cancel"
	passwordPath          = paths.Account + "/password"
	deleteAccountPath     = paths.Account + "/delete"
	confirmationPath      = paths.SignIn + "/confirm" // sends the confirmation of an address again
	sendCodePath          = paths.SignInCode + "/send"
	recoveryPath          = paths.SecondStep + "?recovery=1"
	beginTwoFactorsPath   = paths.TwoFactors + "/setup"
	cancelTwoFactorsPath  = paths.TwoFactors + "/cancel"
	renewCodesPath        = paths.TwoFactors + "/codes"
	disableTwoFactorsPath = paths.TwoFactors + "/off"
	postponedPath         = paths.Teams + "?later=1" // Team Selection after "Decide later"
)

func passkeyPath(id string) string { return passkeysPath + "/" + id }

func connectPath(provider string) string    { return paths.Account + "/identities/" + provider }
func disconnectPath(provider string) string { return connectPath(provider) + "/disconnect" }

func devicePath(id string) string { return paths.Account + "/devices/" + id }

func acceptPath(id string) string {
	return paths.Teams + "/invitations/" + url.PathEscape(id) + "/accept"
}
func declinePath(id string) string {
	return paths.Teams + "/invitations/" + url.PathEscape(id) + "/decline"
}
func undoDeclinePath(id string) string {
	return paths.Teams + "/invitations/" + url.PathEscape(id) + "/undo-decline"
}

// resetFor is the form that requests a new password, with the address filled in.
func resetFor(email string) string { return paths.Reset + "?email=" + url.QueryEscape(email) }

// sentPath is the page after a form whose answer comes by email.
func sentPath(form string) string { return form + "?sent=1" }
