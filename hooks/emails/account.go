package emails

import (
	"time"

	"usher/hooks/mail"
	"usher/hooks/tools/text"
)

// Emails about an account have high priority. They quote no text typed by anyone but the recipient, so that a form that
// takes an address can't be used to send a message to it.

// ConfirmAddressProps are the properties of ConfirmAddress. A nil Zone is UTC.
type ConfirmAddressProps struct {
	To      string
	Link    string
	Expires time.Time
	Zone    *time.Location
	Support string
}

// ConfirmAddress is the email that asks for confirmation of the address given at sign-up.
func ConfirmAddress(p ConfirmAddressProps) mail.Message {
	return layout{
		Title:      "Confirm your email address",
		Intro:      "One more step to create your Usher account.",
		Paragraphs: []string{"Confirm that " + p.To + " is your email address."},
		Expiry:     newTimeLine(linkExpiry, p.Expires, p.Zone),
		Button:     "Confirm email address",
		Link:       p.Link,
		Reason: "You're receiving this email because someone used this address to sign up for Usher. " +
			"If it wasn't you, ignore this email; the account won't be activated.",
		Support: p.Support,
	}.accountMessage(mail.KindConfirmAddress, p.To, "", "Confirm your email address")
}

// AlreadyRegisteredProps are the properties of AlreadyRegistered.
type AlreadyRegisteredProps struct {
	To      string
	ToName  string
	SignIn  string // URL of the sign-in page
	Reset   string // URL of the page to request a password reset
	Support string
}

// AlreadyRegistered is the email to the owner of an account after a sign-up with its address. The sign-up page doesn't
// reveal that the account exists.
func AlreadyRegistered(p AlreadyRegisteredProps) mail.Message {
	return layout{
		Title:         "You already have an account",
		Intro:         "Someone tried to sign up for Usher with " + p.To + ".",
		Paragraphs:    []string{"This address already has an account, and nothing about it has changed. If it was you, sign in instead."},
		Button:        "Sign in",
		Link:          p.SignIn,
		SecondaryLink: link{"Forgot your password?", "Reset it", p.Reset},
		Reason: "You're receiving this email because someone used this address to sign up for Usher. " +
			"If it wasn't you, ignore this email.",
		Support: p.Support,
	}.accountMessage(mail.KindAlreadyRegistered, p.To, p.ToName, "You already have an Usher account")
}

// ResetPasswordProps are the properties of ResetPassword. A nil Zone is UTC.
type ResetPasswordProps struct {
	To      string
	ToName  string
	Link    string
	Expires time.Time
	Zone    *time.Location
	Support string
}

// ResetPassword is the email with a link to the page that sets a new password. No email contains a password (R61).
func ResetPassword(p ResetPasswordProps) mail.Message {
	return layout{
		Title:      "Reset your password",
		Intro:      "Choose a new password for your Usher account, " + p.To + ".",
		Paragraphs: []string{"Saving it signs you out on all other devices."},
		Expiry:     newTimeLine(linkExpiry, p.Expires, p.Zone),
		Button:     "Reset password",
		Link:       p.Link,
		Reason: "You're receiving this email because someone requested a password reset for this address. " +
			"If it wasn't you, ignore this email; your password stays the same.",
		Support: p.Support,
	}.accountMessage(mail.KindResetPassword, p.To, p.ToName, "Reset your password")
}

// SignInCodeProps are the properties of SignInCode. A nil Zone is UTC.
type SignInCodeProps struct {
	To      string
	ToName  string
	Code    string // digits
	Device  string // browser and system that requested it: "Firefox on Linux"
	Expires time.Time
	Zone    *time.Location
	Support string
}

// SignInCode is the email with a one-time code for signing in.
func SignInCode(p SignInCodeProps) mail.Message {
	return layout{
		Title: "Your sign-in code",
		Intro: "Enter it on the page where you requested it.",
		Code:  groupDigits(p.Code),
		Paragraphs: []string{
			"It was requested in this browser and works only there: " + p.Device + ".",
			"Don't share this code. We never ask for it by phone or email.",
		},
		Expiry: newTimeLine(codeExpiry, p.Expires, p.Zone),
		Reason: "You're receiving this email because someone asked for a code to sign in to Usher with this address. " +
			"If it wasn't you, ignore this email; the code expires by itself.",
		Support: p.Support,
	}.accountMessage(mail.KindSignInCode, p.To, p.ToName, "Your sign-in code")
}

// groupDigits separates the halves of a code with a space.
func groupDigits(code string) string { return code[:len(code)/2] + " " + code[len(code)/2:] }

// ChangeAddressProps are the properties of ChangeAddress. To is the new address. A nil Zone is UTC.
type ChangeAddressProps struct {
	To      string
	ToName  string
	Old     string // masked in the email
	Link    string
	Expires time.Time
	Zone    *time.Location
	Support string
}

// ChangeAddress is the email that asks for confirmation of an account's new address.
func ChangeAddress(p ChangeAddressProps) mail.Message {
	return layout{
		Title:      "Confirm your new email address",
		Intro:      "Confirm the change from " + maskAddress(p.Old) + " to " + p.To + " for your Usher account.",
		Paragraphs: []string{"Until you confirm it, you sign in and receive email at your current address."},
		Expiry:     newTimeLine(linkExpiry, p.Expires, p.Zone),
		Button:     "Confirm new address",
		Link:       p.Link,
		Reason: "You're receiving this email because someone wants to use this address for an Usher account. " +
			"If it wasn't you, ignore this email; nothing will change.",
		Support: p.Support,
	}.accountMessage(mail.KindChangeAddress, p.To, p.ToName, "Confirm your new email address")
}

// AddressTakenProps are the properties of AddressTaken.
type AddressTakenProps struct {
	To      string
	ToName  string
	SignIn  string // URL of the sign-in page
	Reset   string // URL of the page to request a password reset
	Support string
}

// AddressTaken is the email to the owner of an account when another account tries to change to its address. The page
// doesn't reveal that the account exists.
func AddressTaken(p AddressTakenProps) mail.Message {
	return layout{
		Title: "This address already has an account",
		Intro: "Someone tried to use " + p.To + " for another Usher account.",
		Paragraphs: []string{
			"Nothing has changed, because an address can belong to only one account.",
			"If it was you, sign in with this address. To use it for your other account, first delete this account or change its address.",
		},
		Button:        "Sign in",
		Link:          p.SignIn,
		SecondaryLink: link{"Forgot your password?", "Reset it", p.Reset},
		Reason: "You're receiving this email because someone entered this address as the new address of another account. " +
			"If it wasn't you, ignore this email.",
		Support: p.Support,
	}.accountMessage(mail.KindAddressTaken, p.To, p.ToName, "This address already has an Usher account")
}

// AddressChangedProps are the properties of AddressChanged. To is the old address. A nil Zone is UTC.
type AddressChangedProps struct {
	To      string
	ToName  string
	New     string // masked in the email
	At      time.Time
	Zone    *time.Location
	Support string
}

// AddressChanged is the email to the old address after an account's address changed.
func AddressChanged(p AddressChangedProps) mail.Message {
	return layout{
		Title: "Your email address was changed",
		Intro: "The address of your Usher account is now " + maskAddress(p.New) + ".",
		Paragraphs: []string{
			"It was changed on " + formatTimeInZone(p.At, p.Zone) + ". You can no longer sign in with this address, and it won't receive email about the account.",
			reportHint(p.Support),
		},
		Reason:  "You're receiving this email because " + p.To + " was the address of the account.",
		Support: p.Support,
	}.accountMessage(mail.KindAddressChanged, p.To, p.ToName, "Your email address was changed")
}

// PasswordChangedProps are the properties of PasswordChanged. A nil Zone is UTC.
type PasswordChangedProps struct {
	To      string
	ToName  string
	At      time.Time
	Zone    *time.Location
	Reset   string // URL of the page to request a password reset
	Support string
}

// PasswordChanged is the email to the owner of an account after its password changed.
func PasswordChanged(p PasswordChangedProps) mail.Message {
	return layout{
		Title: "Your password was changed",
		Intro: "The password of your Usher account, " + p.To + ", was changed.",
		Paragraphs: []string{
			"It was changed on " + formatTimeInZone(p.At, p.Zone) + ". Other devices were signed out. If it was you, there's nothing to do.",
		},
		SecondaryLink: link{"If it wasn't you,", "reset your password now", p.Reset},
		Reason:        "You're receiving this email because it's about the security of your account.",
		Support:       p.Support,
	}.accountMessage(mail.KindPasswordChanged, p.To, p.ToName, "Your password was changed")
}

// TwoFactorsProps are the properties of emails about two-factor authentication. A nil Zone is UTC.
type TwoFactorsProps struct {
	To       string
	ToName   string
	At       time.Time
	Zone     *time.Location
	Settings string // URL of the page about two-factor authentication
	Reset    string // URL of the page to request a password reset
	Support  string
}

// TwoFactorsOn is the email to the owner of an account after two-factor authentication was turned on.
func TwoFactorsOn(p TwoFactorsProps) mail.Message {
	return layout{
		Title: "Two-factor authentication is on",
		Intro: "Signing in to your Usher account, " + p.To + ", now takes a code from your authenticator app.",
		Paragraphs: []string{
			"It was turned on on " + formatTimeInZone(p.At, p.Zone) + ". Other devices and API clients were signed out.",
			"Keep your recovery codes somewhere safe: each signs you in once without the app.",
			reportHint(p.Support),
		},
		Button:  "Open security settings",
		Link:    p.Settings,
		Reason:  "You're receiving this email because it's about the security of your account.",
		Support: p.Support,
	}.accountMessage(mail.KindTwoFactorsOn, p.To, p.ToName, "Two-factor authentication is on")
}

// TwoFactorsOff is the email to the owner of an account after two-factor authentication was turned off, by them or by a server
// administrator.
func TwoFactorsOff(p TwoFactorsProps, byAdministrator bool) mail.Message {
	by := "It was turned off on " + formatTimeInZone(p.At, p.Zone) + "."
	if byAdministrator {
		by = "A server administrator turned it off on " + formatTimeInZone(p.At, p.Zone) + "."
	}
	return layout{
		Title:         "Two-factor authentication is off",
		Intro:         "Your password or a code by email is enough to sign in to your Usher account, " + p.To + ".",
		Paragraphs:    []string{by + " Your recovery codes no longer work. You can turn it on again at any time."},
		Button:        "Open security settings",
		Link:          p.Settings,
		SecondaryLink: link{"If you didn't expect this,", "reset your password now", p.Reset},
		Reason:        "You're receiving this email because it's about the security of your account.",
		Support:       p.Support,
	}.accountMessage(mail.KindTwoFactorsOff, p.To, p.ToName, "Two-factor authentication is off")
}

// RecoveryCodeUsed is the email to the owner of an account after a sign-in with a recovery code. few says that only few are left.
func RecoveryCodeUsed(p TwoFactorsProps, left int, few bool) mail.Message {
	remaining, subject := text.Count(left, "recovery code", "recovery codes"), "A recovery code was used to sign in"
	advice := "You have " + remaining + " left."
	if few {
		advice += " Create new ones while you can still sign in."
		subject = "Only " + remaining + " left"
	}
	if left == 0 {
		advice, subject = "It was your last one. Create new ones now.", "You have no recovery codes left"
	}
	return layout{
		Title: subject,
		Intro: "Someone signed in to your Usher account, " + p.To + ", with a recovery code instead of the authenticator app.",
		Paragraphs: []string{
			"It was used on " + formatTimeInZone(p.At, p.Zone) + " and no longer works. " + advice,
		},
		Button:        "Create new recovery codes",
		Link:          p.Settings,
		SecondaryLink: link{"If it wasn't you,", "reset your password now", p.Reset},
		Reason:        "You're receiving this email because it's about the security of your account.",
		Support:       p.Support,
	}.accountMessage(mail.KindRecoveryCodeUsed, p.To, p.ToName, subject)
}

// WrongCodesProps are the properties of WrongCodes and WrongSignInCodes. A nil Zone is UTC.
type WrongCodesProps struct {
	To      string
	ToName  string
	At      time.Time // of the last wrong code
	Zone    *time.Location
	Reset   string // URL of the page to request a password reset
	Support string
}

// WrongCodes is the email to the owner of an account after repeated wrong codes of the authenticator app or recovery codes.
func WrongCodes(p WrongCodesProps) mail.Message {
	return p.message("Several wrong codes were entered for your Usher account, "+p.To+".",
		"The last one was entered on "+formatTimeInZone(p.At, p.Zone)+". Getting that far takes your password, a code from your email or an account that "+
			"you connected. Without a right code, no one can sign in.",
		"If it was you, check that the clock of your phone is right, or use a recovery code.")
}

// WrongSignInCodes is the email to the owner of an account after repeated wrong one-time codes.
func WrongSignInCodes(p WrongCodesProps) mail.Message {
	return p.message("Several wrong one-time codes were entered to sign in to your Usher account, "+p.To+".",
		"The last one was entered on "+formatTimeInZone(p.At, p.Zone)+". Without a code from your email, no one can sign in this way.",
		"Don't share these codes with anyone. We never ask for them by phone or email.")
}

func (p WrongCodesProps) message(intro string, paragraphs ...string) mail.Message {
	const title = "Wrong codes were entered for your account"
	return layout{
		Title:         title,
		Intro:         intro,
		Paragraphs:    paragraphs,
		SecondaryLink: link{"If it wasn't you,", "reset your password now", p.Reset},
		Reason:        "You're receiving this email because it's about the security of your account.",
		Support:       p.Support,
	}.accountMessage(mail.KindWrongCodes, p.To, p.ToName, title)
}

// AccountDeletedProps are the properties of AccountDeleted. A nil Zone is UTC.
type AccountDeletedProps struct {
	To      string
	ToName  string
	At      time.Time
	Zone    *time.Location
	Support string
}

// AccountDeleted is the last email to the owner of an account.
func AccountDeleted(p AccountDeletedProps) mail.Message {
	return layout{
		Title: "Your account was deleted",
		Intro: "The Usher account " + p.To + " no longer exists.",
		Paragraphs: []string{
			"It was deleted on " + formatTimeInZone(p.At, p.Zone) + " after its password was entered. You were removed from your teams and signed out on all devices.",
			reportHint(p.Support),
		},
		Reason:  "You're receiving this email because " + p.To + " was the address of the account. This is the last email about it.",
		Support: p.Support,
	}.accountMessage(mail.KindAccountDeleted, p.To, p.ToName, "Your Usher account was deleted")
}

// TestProps are the properties of Test.
type TestProps struct {
	To      string
	ToName  string
	Server  string // public URL
	By      string // name of the user who sent it
	Support string
}

// Test is the email that shows whether email is delivered (R160).
func Test(p TestProps) mail.Message {
	return layout{
		Title:      "Email delivery works",
		Intro:      "This is a test email from Usher at " + p.Server + ".",
		Paragraphs: []string{"You received it, so invitations and password resets from this server can reach you too. There's nothing to do."},
		Reason:     "You're receiving this email because " + text.Isolate(p.By) + " sent a test email from the Admin Panel.",
		Support:    p.Support,
	}.accountMessage(mail.KindTest, p.To, p.ToName, "Test email from Usher")
}

// accountMessage is message with high priority.
func (l layout) accountMessage(kind, to, toName, subject string) mail.Message {
	m := l.message(kind, to, toName, subject)
	m.HighPriority = true
	return m
}

const linkExpiry = "This link works once and expires on"
const codeExpiry = "It works once and expires on"

func reportHint(support string) string {
	return "If it wasn't you, contact " + orElse(support, "your server administrator") + " immediately."
}
