package invitations

import "usher/hooks/addresslist"

// Line is an address to invite, as a list has it.
type Line = addresslist.Entry

// ParseLines are the lines of addresses that were sent one by one, each alone or as "Name <address>".
func ParseLines(addresses []string) []Line { return addresslist.ParseAll(addresses) }
