package invitations

import (
	"slices"

	"usher/hooks/actors"
	"usher/hooks/addresslist"
	"usher/hooks/tags"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// Line is an address to invite, as an entry of a list. A line with roles of its own gets these instead of the request's.
type Line = addresslist.Entry

// ParseLines parses addresses that were sent one by one, each alone or as "Name <address>".
func ParseLines(addresses []string) []Line { return addresslist.ParseAll(addresses) }

// CodeBadRole is the code of a line whose roles can't be read.
const CodeBadRole = "bad_role"

// RolesFor returns the roles that the request offers to a line without an error.
func (req Request) RolesFor(line Line) actors.Roles {
	if line.Roles == "" {
		return req.Roles
	}
	roles, _ := parseRoles(line.Roles)
	return roles
}

// parseRoles reads a cell of roles. "Member" is none.
func parseRoles(cell string) (roles actors.Roles, err error) {
	for _, name := range addresslist.SplitRoles(cell) {
		one, err := actors.ParseRoles([]string{name})
		if err != nil {
			return actors.Roles{}, errs.Invalid("roles", CodeBadRole, "“"+text.Shorten(name, 40)+"” can't be given. Use Admin, Organizer or Member.")
		}
		roles = roles.With(one)
	}
	return roles, nil
}

// checkLines returns the request with an error on each line whose roles or tags can't be used, so that nothing is done for it.
func (req Request) checkLines() Request {
	req.Lines = slices.Clone(req.Lines)
	for n, line := range req.Lines {
		if line.Err != nil {
			continue
		}
		if _, err := parseRoles(line.Roles); err != nil {
			req.Lines[n].Err = err
		} else if _, err := tags.NormalizeNames("tags", addresslist.SplitTags(line.Tags)); err != nil {
			req.Lines[n].Err = err
		}
	}
	return req
}
