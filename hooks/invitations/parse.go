package invitations

import "usher/hooks/addresslist"

// Line is an address to invite, as an entry of a list.
type Line = addresslist.Entry

// ParseLines parses addresses that were sent one by one, each alone or as "Name <address>".
func ParseLines(addresses []string) []Line { return addresslist.ParseAll(addresses) }
