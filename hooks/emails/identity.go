package emails

import (
	"time"

	"usher/hooks/mail"
)

// IdentityProps are the properties of the emails about identity providers. A nil Zone is UTC.
type IdentityProps struct {
	To       string
	ToName   string
	Provider string // its name: "Google"
	At       time.Time
	Zone     *time.Location
	Account  string // URL of the account's page
	Support  string
}

// IdentityConnected is the email to the owner of an account after it was connected to an identity provider.
func IdentityConnected(p IdentityProps) mail.Message {
	return p.message(mail.KindIdentityConnected, "You can now sign in with "+p.Provider, "Your Usher account, "+p.To+", is connected to "+p.Provider+".",
		"It was connected on "+formatTimeInZone(p.At, p.Zone)+". If it was you, there's nothing to do.")
}

// IdentityDisconnected is the email to the owner of an account after its connection to an identity provider ended.
func IdentityDisconnected(p IdentityProps) mail.Message {
	return p.message(mail.KindIdentityEnded, "You can no longer sign in with "+p.Provider, "Your Usher account, "+p.To+", is no longer connected to "+p.Provider+".",
		"It was disconnected on "+formatTimeInZone(p.At, p.Zone)+". Your email address and password still work.")
}

func (p IdentityProps) message(kind, title, intro, when string) mail.Message {
	return layout{
		Title:         title,
		Intro:         intro,
		Paragraphs:    []string{when},
		SecondaryLink: link{"If it wasn't you,", "check your account and change your password", p.Account},
		Reason:        "You're receiving this email because it's about the security of your account.",
		Support:       p.Support,
	}.accountMessage(kind, p.To, p.ToName, title)
}
