package accounts

import (
	"crypto/sha256"
	"encoding/hex"

	"usher/hooks/mail"
)

// LinkGuestAddress is what identifies a guest of a team who joined by a link open to everyone, and gave no address: the account,
// the membership, the participant and the departure (R71) of a guest are all found by their address. It is made from the secret in
// the browser's cookie, so that a guest who was removed stays removed, whatever their name; another team's differs. No email is
// ever sent to it.
func LinkGuestAddress(team, secret string) string {
	sum := sha256.Sum256([]byte("link guest\n" + team + "\n" + secret))
	return "guest-" + hex.EncodeToString(sum[:12]) + "@" + mail.NoAddressDomain
}

// ShownAddress is the address of an account or participant for people: empty for a guest who gave none.
func ShownAddress(address string) string {
	if !mail.HasAddress(address) {
		return ""
	}
	return address
}

// AddressLabel is ShownAddress, or how a guest without an address came.
func AddressLabel(address string) string {
	if !mail.HasAddress(address) {
		return "Joined by link"
	}
	return address
}
