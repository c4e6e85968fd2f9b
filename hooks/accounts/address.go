// Package accounts keeps who a person is to this server: the address, the password, the picture, and the
// devices on which the person is signed in.
package accounts

import (
	"net/mail"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"usher/hooks/tools/errs"
)

// CodeBadEmail is the code of an address that cannot be one.
const CodeBadEmail = "bad_email"

// maxEmailLength is the longest address that mail servers carry, in bytes (RFC 5321, 4.5.3.1.3).
const maxEmailLength = 254

// domainProfile reads a domain as browsers and mail servers do: UTS 46, strict, with the length of DNS labels checked.
var domainProfile = idna.New(idna.MapForLookup(), idna.StrictDomainName(true), idna.VerifyDNSLength(true), idna.BidiRule())

// CanonicalEmail is the one form in which an address is stored and compared: without spaces around it, the
// domain as ASCII, lower case. Tags behind a plus are kept. A refusal says what is wrong with it.
func CanonicalEmail(address string) (string, error) {
	address = strings.TrimSpace(address)
	refuse := func(sentence string) (string, error) { return "", errs.Invalid("email", CodeBadEmail, sentence) }
	at := strings.LastIndexByte(address, '@')
	switch {
	case address == "":
		return refuse("An address is needed.")
	case at < 0:
		return refuse("No @ in the address.")
	case at == 0:
		return refuse("Nothing before the @.")
	case at == len(address)-1:
		return refuse("Nothing behind the @.")
	case strings.ContainsAny(address, " \t\r\n"):
		return refuse("A space in the address.")
	case norm.NFKC.String(address) != address:
		return refuse("Letters that look like others. Type the address again.")
	}
	local, domain := address[:at], address[at+1:]
	if !isASCII(local) {
		return refuse("Letters before the @ that mail servers do not carry.")
	}
	ascii, err := domainProfile.ToASCII(domain)
	if err != nil || !strings.Contains(ascii, ".") || strings.HasSuffix(ascii, ".") {
		return refuse("No such domain behind the @.")
	}
	canonical := strings.ToLower(local + "@" + ascii)
	if len(canonical) > maxEmailLength || len(local) > 64 {
		return refuse("Too long for an address.")
	}
	if parsed, err := mail.ParseAddress(canonical); err != nil || parsed.Address != canonical || strings.ContainsAny(local, `"<>()[]\,;:`) {
		return refuse("Not an address that mail can reach.")
	}
	return canonical, nil
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < 0x21 || r > 0x7e })
}

// MaskEmail shows an address to somebody who need not know it: "l••••@example.org" (R53).
func MaskEmail(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 1 {
		return "••••"
	}
	return address[:1] + "••••" + address[at:]
}
