package mail

import "strings"

// NoAddressDomain is the domain of the placeholder for the address of a guest who gave none. No mail server has it
// (RFC 2606).
const NoAddressDomain = "joined-by-link.invalid"

// HasAddress reports whether emails can be sent to the address. Others are never queued.
func HasAddress(address string) bool { return !strings.HasSuffix(address, "@"+NoAddressDomain) }
