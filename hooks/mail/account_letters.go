package mail

import "time"

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
func ConfirmAddress(p ConfirmAddressProps) Letter {
	l := sheet{
		Title:   "Confirm your address",
		Lead:    "One step is left before your Usher account is ready.",
		Says:    []string{"Confirm that " + p.To + " is yours."},
		Until:   by("The link works once, until", p.Expires, p.Zone),
		Button:  "Confirm address",
		Link:    p.Link,
		Why:     "You get this letter because somebody signed up for Usher with your address. It was not you? Leave it: without your answer the account stays closed.",
		Support: p.Support,
	}.letter(KindConfirmAddress, p.To, "", "Confirm your address")
	l.First = true
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
func AlreadyRegistered(p AlreadyRegisteredProps) Letter {
	l := sheet{
		Title:   "You already have an account",
		Lead:    "Somebody signed up for Usher with " + p.To + ".",
		Says:    []string{"This address has an account already, and nothing about it has changed. If it was you, sign in."},
		Button:  "Sign in",
		Link:    p.SignIn,
		Other:   link{"Password forgotten?", "Choose a new one", p.Reset},
		Why:     "You get this letter because your address was typed into the sign-up form of Usher. It was not you? You need not do anything.",
		Support: p.Support,
	}.letter(KindAlreadyRegistered, p.To, p.ToName, "You already have an Usher account")
	l.First = true
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
func ResetPassword(p ResetPasswordProps) Letter {
	l := sheet{
		Title:   "Choose a new password",
		Lead:    "For your Usher account " + p.To + ".",
		Says:    []string{"The new password ends every other sign-in of the account."},
		Until:   by("The link works once, until", p.Expires, p.Zone),
		Button:  "Choose a new password",
		Link:    p.Link,
		Why:     "You get this letter because a new password was asked for with your address. It was not you? Leave it: your password stays as it is.",
		Support: p.Support,
	}.letter(KindResetPassword, p.To, p.ToName, "Choose a new password")
	l.First = true
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
func ChangeAddress(p ChangeAddressProps) Letter {
	l := sheet{
		Title:   "Confirm your new address",
		Lead:    "Your Usher account moves from " + masked(p.Old) + " to " + p.To + ".",
		Says:    []string{"Until you confirm, nothing changes: you sign in with the old address, and letters go there."},
		Until:   by("The link works once, until", p.Expires, p.Zone),
		Button:  "Confirm new address",
		Link:    p.Link,
		Why:     "You get this letter because somebody wants to use your address for an Usher account. It was not you? Leave it: nothing happens without your answer.",
		Support: p.Support,
	}.letter(KindChangeAddress, p.To, p.ToName, "Confirm your new address")
	l.First = true
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
func AddressTaken(p AddressTakenProps) Letter {
	l := sheet{
		Title:   "This address has an account already",
		Lead:    "Somebody wanted to use " + p.To + " for another Usher account.",
		Says:    []string{"Nothing has changed: an address belongs to one account. If it was you, sign in with this one. To use the address for the other, delete this account first, or give it another address."},
		Button:  "Sign in",
		Link:    p.SignIn,
		Other:   link{"Password forgotten?", "Choose a new one", p.Reset},
		Why:     "You get this letter because your address was typed in as the new one of another account. It was not you? You need not do anything.",
		Support: p.Support,
	}.letter(KindAddressTaken, p.To, p.ToName, "This address has an Usher account already")
	l.First = true
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
func AddressChanged(p AddressChangedProps) Letter {
	l := sheet{
		Title:   "Your address was changed",
		Lead:    "Your Usher account now belongs to " + masked(p.New) + ".",
		Says:    []string{"It was changed on " + on(p.At, p.Zone) + ". This address no longer signs in, and gets no more letters about the account.", notYou(p.Support)},
		Why:     "You get this letter because " + p.To + " was the address of the account.",
		Support: p.Support,
	}.letter(KindAddressChanged, p.To, p.ToName, "Your address was changed")
	l.First = true
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
func PasswordChanged(p PasswordChangedProps) Letter {
	l := sheet{
		Title:   "Your password was changed",
		Lead:    "For your Usher account " + p.To + ".",
		Says:    []string{"It was changed on " + on(p.At, p.Zone) + ". Other devices have been signed out."},
		Other:   link{"It was not you? Take the account back now:", "Choose a new password", p.Reset},
		Why:     "You get this letter because every change of your password is told to you. If it was you, there is nothing to do.",
		Support: p.Support,
	}.letter(KindPasswordChanged, p.To, p.ToName, "Your password was changed")
	l.First = true
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
func AccountDeleted(p AccountDeletedProps) Letter {
	l := sheet{
		Title:   "Your account is deleted",
		Lead:    "The Usher account " + p.To + " is gone.",
		Says:    []string{"It was deleted on " + on(p.At, p.Zone) + ", with its places in teams and every sign-in. Somebody who was asked for the password gave it.", notYou(p.Support)},
		Why:     "You get this letter because " + p.To + " was the address of the account. It is the last one.",
		Support: p.Support,
	}.letter(KindAccountDeleted, p.To, p.ToName, "Your Usher account is deleted")
	l.First = true
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
func Test(p TestProps) Letter {
	l := sheet{
		Title:   "Letters arrive",
		Lead:    "This is a test letter from Usher at " + p.Server + ".",
		Says:    []string{"You can read it, so invitations and resets from this server reach you, too. There is nothing to do."},
		Why:     "You get this letter because " + p.By + " asked for a test in the Admin Panel.",
		Support: p.Support,
	}.letter(KindTest, p.To, p.ToName, "Test letter from Usher")
	l.First = true
	return l
}

func notYou(support string) string {
	if support == "" {
		return "It was not you? Tell whoever runs this server at once."
	}
	return "It was not you? Write to " + support + " at once."
}
