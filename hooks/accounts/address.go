// Package accounts manages accounts: email address, password, profile picture and signed-in devices.
package accounts

import (
	"net/mail"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"usher/hooks/tools/errs"
)

// CodeBadEmail is the code of an invalid email address.
const CodeBadEmail = "bad_email"

// maxEmailLength is the longest address that mail servers accept, in bytes (RFC 5321, 4.5.3.1.3).
const maxEmailLength = 254

// domainProfile converts domains as browsers and mail servers do: strict UTS 46 with DNS label lengths checked.
var domainProfile = idna.New(idna.MapForLookup(), idna.StrictDomainName(true), idna.VerifyDNSLength(true), idna.BidiRule())

// CanonicalEmail returns the form in which an email address is stored and compared: trimmed, in lower case, with the domain
// in ASCII. Tags after a plus are kept. The error says what is wrong with the address.
func CanonicalEmail(address string) (string, error) {
	address = strings.TrimSpace(address)
	refuse := func(sentence string) (string, error) { return "", errs.Invalid("email", CodeBadEmail, sentence) }
	at := strings.LastIndexByte(address, '@')
	switch {
	case address == "":
		return refuse("Enter an email address.")
	case at < 0:
		return refuse("No @ in the address.")
	case at == 0:
		return refuse("Nothing before the @.")
	case at == len(address)-1:
		return refuse("Nothing after the @.")
	case strings.ContainsAny(address, " \t\r\n"):
		return refuse("There is a space in the address.")
	case norm.NFKC.String(address) != address:
		return refuse("The address contains lookalike characters. Type it again.")
	}
	local, domain := address[:at], address[at+1:]
	if !isASCII(local) {
		return refuse("Unsupported characters before the @.")
	}
	ascii, err := domainProfile.ToASCII(domain)
	if err != nil || !strings.Contains(ascii, ".") || strings.HasSuffix(ascii, ".") {
		return refuse("Invalid domain after the @.")
	}
	canonical := strings.ToLower(local + "@" + ascii)
	if len(canonical) > maxEmailLength || len(local) > 64 {
		return refuse("The address is too long.")
	}
	if parsed, err := mail.ParseAddress(canonical); err != nil || parsed.Address != canonical || strings.ContainsAny(local, `"<>()[]\,;:`) {
		return refuse("Not a valid email address.")
	}
	return canonical, nil
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < 0x21 || r > 0x7e })
}

// MaskEmail hides most of the part before the @: "l••••@example.org" (R53).
func MaskEmail(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 1 {
		return "••••"
	}
	return address[:1] + "••••" + address[at:]
}
