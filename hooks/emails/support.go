package emails

import (
	"cmp"
	"fmt"

	"usher/hooks/mail"
	"usher/hooks/tools/text"
)

// SupportRequestProps are the properties of SupportRequest.
type SupportRequestProps struct {
	To       string
	Name     string // of who asks; may be empty
	From     string // their address
	Message  string
	SignedIn bool // the address is that of an account
}

// SupportRequest is the email to the support address with a request from the help pages (R172). Replies go to who asks.
func SupportRequest(p SupportRequestProps) mail.Message {
	who := cmp.Or(p.Name, p.From)
	known := "They weren't signed in, so the address isn't confirmed."
	if p.SignedIn {
		known = "They were signed in with this address."
	}
	m := layout{
		Title:      "Support request from " + text.Isolate(who),
		Intro:      fmt.Sprintf("%s (%s) needs help.", text.Isolate(who), p.From),
		NoteAuthor: text.Isolate(who), Note: p.Message,
		Paragraphs: []string{known + " Reply to this email to answer."},
		Reason:     "You're receiving this email because this is the support address of an Usher server.",
	}.message(mail.KindSupportRequest, p.To, "", "Support request from "+who)
	m.ReplyTo = p.From
	return m
}
