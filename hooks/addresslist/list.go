// Package addresslist reads lists of people that were exported by other programs or pasted: tables with or without
// headings, recipients of an email, plain addresses, contact cards. It never guesses a name: a name comes from a column
// of names or precedes an address in angle brackets.
package addresslist

import (
	"slices"

	"usher/hooks/accounts"
	"usher/hooks/tools/errs"
)

const (
	// MaxEntries is the maximum number of entries that are read. The rest is only counted.
	MaxEntries = 10_000
	// MaxBytes is the maximum size of a file.
	MaxBytes = 2 << 20
)

// Entry is one address of a list, in the original and as read.
type Entry struct {
	Row     int    // where it begins: row of a table, headings and blank rows included, or line of a text; 0 if neither
	Raw     string // original text
	Name    string // empty if there is none, or none that can be used
	Address string // canonical; empty if Err is set
	Roles   string // cell of the column of roles; empty if there is none
	Tags    string // cell of the column of tags
	Err     error  // why there is no address

	missing bool
}

// List is a list as it was read.
type List struct {
	Entries []Entry

	IsTable         bool     // read by columns
	AddressColumn   string   // heading or number of the address column
	NameColumns     []string // headings or numbers of the columns that make up the name
	RolesColumn     string   // heading of the column of roles; empty if there is none
	TagsColumn      string   // heading of the column of tags
	UnusedColumns   []string // headings of the columns that weren't used
	GuessedHeadings bool     // the first row has no address and no known heading, and was read as headings
	RowsAbove       int      // rows skipped above the headings
	ExtraAddresses  int      // additional addresses of a person, skipped
	BadNames        int      // names that can't be used
}

// errTooLong is the error of the entries after the first MaxEntries.
var errTooLong = errs.Invalid("emails", errs.CodeTooMany, "The list is too long.")

var (
	errNoAddress        = errs.Invalid("email", accounts.CodeBadEmail, "This row has no address.")
	errSeveralAddresses = errs.Invalid("email", accounts.CodeBadEmail, "More than one address. Enter one at a time.")
)

// Missing reports whether the place of the address was empty.
func (e Entry) Missing() bool { return e.missing }

// UnreadEntry returns an entry after the first MaxEntries. The list will be refused, so it is only counted.
func UnreadEntry(raw string) Entry { return Entry{Raw: raw, Err: errTooLong} }

// NewEntry returns the entry of an address and a name given separately. A name that can't be used is dropped.
func NewEntry(name, address string) Entry {
	e := Entry{Raw: address, Name: CleanName(name)}
	e.Address, e.Err = parseAddress(address)
	return e
}

// Parse reads exactly one entry: an address, alone or as "Name <address>".
func Parse(text string) Entry {
	list := &List{}
	list.readLine(normalizeText(text), 0)
	addressed := slices.DeleteFunc(slices.Clone(list.Entries), func(e Entry) bool { return e.Err != nil })
	switch {
	case len(list.Entries) == 1:
		list.Entries[0].Raw = text
		return list.Entries[0]
	case len(addressed) > 1:
		return Entry{Raw: text, Err: errSeveralAddresses}
	}
	_, err := accounts.CanonicalEmail(text)
	return Entry{Raw: text, Err: err}
}

// ParseAll reads one entry from each text, in order.
func ParseAll(texts []string) []Entry {
	entries := make([]Entry, 0, len(texts))
	for n, text := range texts {
		if n >= MaxEntries {
			entries = append(entries, UnreadEntry(""))
			continue
		}
		entries = append(entries, Parse(text))
	}
	return entries
}

// reserve makes room for n more entries after the first MaxEntries. It doubles the space, because append alone would copy a list of a
// million lines many times.
func (l *List) reserve(n int) {
	if cap(l.Entries)-len(l.Entries) < n {
		l.Entries = slices.Grow(l.Entries, max(n, len(l.Entries)))
	}
}

// add appends an entry, or only counts it.
func (l *List) add(e Entry) {
	if len(l.Entries) >= MaxEntries {
		e = UnreadEntry("")
	}
	l.Entries = append(l.Entries, e)
}

// Format formats an entry so that Parse reads the same one.
func Format(e Entry) string {
	switch {
	case e.Err != nil:
		return flatten(e.Raw)
	case e.Name == "":
		return e.Address
	case needsQuotes(e.Name):
		return `"` + e.Name + `" <` + e.Address + ">"
	}
	return e.Name + " <" + e.Address + ">"
}
