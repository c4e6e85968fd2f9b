package addresslist

import (
	"encoding/csv"
	"slices"
	"strings"
)

// Meanings of the headings of columns that aren't about the person.
const (
	rolesHeading = 1 + iota
	tagsHeading
)

var extraHeadings = headingMap(map[int]string{
	rolesHeading: "role roles userrole userroles teamrole teamroles",
	tagsHeading:  "tag tags usertag usertags",
})

// extraColumns are the columns of the roles and the tags; -1: none.
type extraColumns struct{ roles, tags int }

// findExtraColumns finds the columns by their headings. Other programs have roles of their own: a column in which no cell has a role
// of ours isn't used.
func (t *table) findExtraColumns(heads []string) extraColumns {
	extras := extraColumns{-1, -1}
	if !t.knownHeadings {
		return extras
	}
	for n, head := range heads {
		if slices.Contains(t.addressColumns, n) || slices.Contains(t.nameColumns.columns(), n) {
			continue
		}
		switch meaning := extraHeadings[headingKey(head)]; {
		case meaning == tagsHeading && extras.tags < 0:
			extras.tags = n
		case meaning == rolesHeading && extras.roles < 0 && slices.ContainsFunc(t.dataRows(), func(row []string) bool { return hasRole(cellAt(row, n)) }):
			extras.roles = n
		}
	}
	return extras
}

func hasRole(cell string) bool {
	return slices.ContainsFunc(SplitRoles(cell), func(name string) bool { return name != "owner" && roleNames[name] != "" })
}

// roleNames are the names of roles as lists have them.
var roleNames = map[string]string{"admin": "admin", "organizer": "organizer", "organiser": "organizer", "member": "member", "owner": "owner"}

// SplitRoles returns the names in a cell of roles, such as "Admin, Organizer", in lower case. Names that are no role are returned, too.
func SplitRoles(cell string) []string {
	var names []string
	for _, name := range strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(",;/|+&\n", r) }) {
		name = strings.ToLower(strings.TrimSpace(name))
		if known := roleNames[name]; known != "" {
			name = known
		}
		if name != "" {
			names = append(names, name)
		}
	}
	return names
}

// SplitTags returns the tags in a cell, separated by commas or semicolons.
func SplitTags(cell string) []string {
	var tags []string
	for _, tag := range strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(",;\n", r) }) {
		if tag = strings.TrimSpace(tag); tag != "" {
			tags = append(tags, tag)
		}
	}
	return tags
}

// HasExtras reports whether a list has roles or tags of its own.
func HasExtras(entries []Entry) bool {
	return slices.ContainsFunc(entries, func(e Entry) bool { return e.Roles != "" || e.Tags != "" })
}

// FormatTable formats entries as a CSV file from which Read reads the same ones, with roles and tags. Entries without an address are
// skipped.
func FormatTable(entries []Entry) string {
	var b strings.Builder
	table := csv.NewWriter(&b)
	_ = table.Write([]string{"Email", "Name", "Roles", "Tags"}) // a builder never fails
	for _, e := range entries {
		address := e.Address
		if e.Missing() {
			continue
		}
		if e.Err != nil {
			address = flatten(e.Raw)
		}
		_ = table.Write([]string{address, e.Name, e.Roles, e.Tags})
	}
	table.Flush()
	return strings.TrimSpace(b.String())
}

// Sample returns a list with every column, as an example.
func Sample() string {
	return FormatTable([]Entry{
		{Address: "lucia@example.com", Name: "Lucía Herrera", Roles: "Organizer", Tags: "Sound; Film"},
		{Address: "ben@example.com", Name: "Ben Okafor", Roles: "Member"},
	}) + "\n"
}
