package emails

import (
	"time"

	"usher/hooks/mail"
)

// PasskeyProps are the properties of the emails about passkeys. A nil Zone is UTC.
type PasskeyProps struct {
	To      string
	ToName  string
	Device  string // where it was created: "Chrome on macOS"
	At      time.Time
	Zone    *time.Location
	Account string // URL of the account's page
	Support string
}

// PasskeyAdded is the email to the owner of an account after a passkey was added.
func PasskeyAdded(p PasskeyProps) mail.Message {
	return p.message(mail.KindPasskeyAdded, "A passkey was added", "A passkey was added to your Usher account, "+p.To+".",
		"It was added in "+p.Device+" on "+formatTimeInZone(p.At, p.Zone)+". If it was you, there's nothing to do.")
}

// PasskeyRemoved is the email to the owner of an account after a passkey was removed.
func PasskeyRemoved(p PasskeyProps) mail.Message {
	return p.message(mail.KindPasskeyRemoved, "A passkey was removed", "A passkey was removed from your Usher account, "+p.To+".",
		"The passkey of "+p.Device+" was removed on "+formatTimeInZone(p.At, p.Zone)+". It can no longer be used to sign in.")
}

func (p PasskeyProps) message(kind, title, intro, when string) mail.Message {
	return layout{
		Title:         title,
		Intro:         intro,
		Paragraphs:    []string{when},
		SecondaryLink: link{"If it wasn't you,", "check your account and change your password", p.Account},
		Reason:        "You're receiving this email because it's about the security of your account.",
		Support:       p.Support,
	}.accountMessage(kind, p.To, p.ToName, title)
}
