package emails

import (
	"time"

	"usher/hooks/mail"
)

// The letters about an account go first, and name nobody: whoever typed an address into a form may not
// put words into the mail of its owner.

// ConfirmAddressProps is what ConfirmAddress needs. Zone nil is UTC; Support is the settings' Support.
type ConfirmAddressProps struct {
	To      string
	Link    string
	Expires time.Time
	Zone    *time.Location
	Support string
}

// ConfirmAddress asks the owner of an address to confirm it, after a sign-up.
func ConfirmAddress(p ConfirmAddressProps) mail.Message {
	l := layout{
		Title:      "Confirm your address",
		Intro:      "One step is left before your Usher account is ready.",
		Paragraphs: []string{"Confirm that " + p.To + " is yours."},
		Expiry:     newTimeLine("The link works once, until", p.Expires, p.Zone),
		Button:     "Confirm address",
		Link:       p.Link,
		Reason:     "You get this letter because somebody signed up for Usher with your address. It was not you? Leave it: without your answer the account stays closed.",
		Support:    p.Support,
	}.message(mail.KindConfirmAddress, p.To, "", "Confirm your address")
	l.HighPriority = true
	return l
}

// AlreadyRegisteredProps is what AlreadyRegistered needs.
type AlreadyRegisteredProps struct {
	To      string
	ToName  string
	SignIn  string // address of the sign-in page
	Reset   string // address of the page that asks for a reset
	Support string
}

// AlreadyRegistered answers a sign-up with the address of an account: to its owner alone, for the page says
// the same for every address.
func AlreadyRegistered(p AlreadyRegisteredProps) mail.Message {
	l := layout{
		Title:         "You already have an account",
		Intro:         "Somebody signed up for Usher with " + p.To + ".",
		Paragraphs:    []string{"This address has an account already, and nothing about it has changed. If it was you, sign in."},
		Button:        "Sign in",
		Link:          p.SignIn,
		SecondaryLink: link{"Password forgotten?", "Choose a new one", p.Reset},
		Reason:        "You get this letter because your address was typed into the sign-up form of Usher. It was not you? You need not do anything.",
		Support:       p.Support,
	}.message(mail.KindAlreadyRegistered, p.To, p.ToName, "You already have an Usher account")
	l.HighPriority = true
	return l
}

// ResetPasswordProps is what ResetPassword needs.
type ResetPasswordProps struct {
	To      string
	ToName  string
	Link    string
	Expires time.Time
	Zone    *time.Location
	Support string
}

// ResetPassword carries the link to a page that sets a new password. No letter carries a password (R61).
func ResetPassword(p ResetPasswordProps) mail.Message {
	l := layout{
		Title:      "Choose a new password",
		Intro:      "For your Usher account " + p.To + ".",
		Paragraphs: []string{"The new password ends every other sign-in of the account."},
		Expiry:     newTimeLine("The link works once, until", p.Expires, p.Zone),
		Button:     "Choose a new password",
		Link:       p.Link,
		Reason:     "You get this letter because a new password was asked for with your address. It was not you? Leave it: your password stays as it is.",
		Support:    p.Support,
	}.message(mail.KindResetPassword, p.To, p.ToName, "Choose a new password")
	l.HighPriority = true
	return l
}

// ChangeAddressProps is what ChangeAddress needs. To is the new address.
type ChangeAddressProps struct {
	To      string
	ToName  string
	Old     string
	Link    string
	Expires time.Time
	Zone    *time.Location
	Support string
}

// ChangeAddress asks the owner of a new address to confirm it.
func ChangeAddress(p ChangeAddressProps) mail.Message {
	l := layout{
		Title:      "Confirm your new address",
		Intro:      "Your Usher account moves from " + maskAddress(p.Old) + " to " + p.To + ".",
		Paragraphs: []string{"Until you confirm, nothing changes: you sign in with the old address, and letters go there."},
		Expiry:     newTimeLine("The link works once, until", p.Expires, p.Zone),
		Button:     "Confirm new address",
		Link:       p.Link,
		Reason:     "You get this letter because somebody wants to use your address for an Usher account. It was not you? Leave it: nothing happens without your answer.",
		Support:    p.Support,
	}.message(mail.KindChangeAddress, p.To, p.ToName, "Confirm your new address")
	l.HighPriority = true
	return l
}

// AddressTakenProps is what AddressTaken needs.
type AddressTakenProps struct {
	To      string
	ToName  string
	SignIn  string // address of the sign-in page
	Reset   string // address of the page that asks for a reset
	Support string
}

// AddressTaken answers a change of address to that of an account: to its owner alone, for the page says the same
// for every address.
func AddressTaken(p AddressTakenProps) mail.Message {
	l := layout{
		Title:         "This address has an account already",
		Intro:         "Somebody wanted to use " + p.To + " for another Usher account.",
		Paragraphs:    []string{"Nothing has changed: an address belongs to one account. If it was you, sign in with this one. To use the address for the other, delete this account first, or give it another address."},
		Button:        "Sign in",
		Link:          p.SignIn,
		SecondaryLink: link{"Password forgotten?", "Choose a new one", p.Reset},
		Reason:        "You get this letter because your address was typed in as the new one of another account. It was not you? You need not do anything.",
		Support:       p.Support,
	}.message(mail.KindAddressTaken, p.To, p.ToName, "This address has an Usher account already")
	l.HighPriority = true
	return l
}

// AddressChangedProps is what AddressChanged needs. To is the old address; New is shown masked.
type AddressChangedProps struct {
	To      string
	ToName  string
	New     string
	At      time.Time
	Zone    *time.Location
	Support string
}

// AddressChanged tells the old address.
func AddressChanged(p AddressChangedProps) mail.Message {
	l := layout{
		Title:      "Your address was changed",
		Intro:      "Your Usher account now belongs to " + maskAddress(p.New) + ".",
		Paragraphs: []string{"It was changed on " + formatTimeInZone(p.At, p.Zone) + ". This address no longer signs in, and gets no more letters about the account.", reportHint(p.Support)},
		Reason:     "You get this letter because " + p.To + " was the address of the account.",
		Support:    p.Support,
	}.message(mail.KindAddressChanged, p.To, p.ToName, "Your address was changed")
	l.HighPriority = true
	return l
}

// PasswordChangedProps is what PasswordChanged needs. Reset is the address of the page that asks for a reset.
type PasswordChangedProps struct {
	To      string
	ToName  string
	At      time.Time
	Zone    *time.Location
	Reset   string
	Support string
}

// PasswordChanged tells the owner.
func PasswordChanged(p PasswordChangedProps) mail.Message {
	l := layout{
		Title:         "Your password was changed",
		Intro:         "For your Usher account " + p.To + ".",
		Paragraphs:    []string{"It was changed on " + formatTimeInZone(p.At, p.Zone) + ". Other devices have been signed out."},
		SecondaryLink: link{"It was not you? Take the account back now:", "Choose a new password", p.Reset},
		Reason:        "You get this letter because every change of your password is told to you. If it was you, there is nothing to do.",
		Support:       p.Support,
	}.message(mail.KindPasswordChanged, p.To, p.ToName, "Your password was changed")
	l.HighPriority = true
	return l
}

// AccountDeletedProps is what AccountDeleted needs.
type AccountDeletedProps struct {
	To      string
	ToName  string
	At      time.Time
	Zone    *time.Location
	Support string
}

// AccountDeleted is the last letter that an account gets.
func AccountDeleted(p AccountDeletedProps) mail.Message {
	l := layout{
		Title:      "Your account is deleted",
		Intro:      "The Usher account " + p.To + " is gone.",
		Paragraphs: []string{"It was deleted on " + formatTimeInZone(p.At, p.Zone) + ", with its places in teams and every sign-in. Somebody who was asked for the password gave it.", reportHint(p.Support)},
		Reason:     "You get this letter because " + p.To + " was the address of the account. It is the last one.",
		Support:    p.Support,
	}.message(mail.KindAccountDeleted, p.To, p.ToName, "Your Usher account is deleted")
	l.HighPriority = true
	return l
}

// TestProps is what Test needs. Server is the public address; By the name of whoever asked.
type TestProps struct {
	To      string
	ToName  string
	Server  string
	By      string
	Support string
}

// Test proves that letters arrive (R160).
func Test(p TestProps) mail.Message {
	l := layout{
		Title:      "Letters arrive",
		Intro:      "This is a test letter from Usher at " + p.Server + ".",
		Paragraphs: []string{"You can read it, so invitations and resets from this server reach you, too. There is nothing to do."},
		Reason:     "You get this letter because " + p.By + " asked for a test in the Admin Panel.",
		Support:    p.Support,
	}.message(mail.KindTest, p.To, p.ToName, "Test letter from Usher")
	l.HighPriority = true
	return l
}

func reportHint(support string) string {
	if support == "" {
		return "It was not you? Tell whoever runs this server at once."
	}
	return "It was not you? Write to " + support + " at once."
}
