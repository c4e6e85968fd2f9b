package invitations

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/people"
	"usher/hooks/seats"
	"usher/hooks/tools/errs"
)

// maxShownErrors is how many invalid rows a preview lists.
const maxShownErrors = 50

// ImportPreview is the expected result of an import, without trying it.
type ImportPreview struct {
	Total                 int
	Invited               int    // would be invited
	Updated               int    // already invited, and would get these roles
	Malformed             int    // not an address
	Unusable              int    // have roles or tags that can't be used
	Duplicates            int    // appear earlier in the list
	AlreadyMembers        int    // already have the roles
	AlreadyInvited        int    // already invited with the same roles
	Limited               int    // over the daily limit of their address
	Forbidden             int    // the actor may not offer them these roles
	MissingAdminSeats     int    // missing Admin seats
	MissingOrganizerSeats int    // missing Organizer seats
	OverDailyLimit        int    // have a seat, but exceed what a new team can send today
	DailyLimitText        string // that limit as a sentence; empty if it doesn't apply
	Errors                []LinePreview
}

// WithinSeats returns the number of rows for which there are free seats.
func (s ImportPreview) WithinSeats() int {
	return max(0, s.Invited+s.Updated-max(s.MissingAdminSeats, s.MissingOrganizerSeats))
}

// SendCount returns the number of invitations that would be sent.
func (s ImportPreview) SendCount() int { return s.WithinSeats() - s.OverDailyLimit }

// PreviewImport returns what StartImport would do with a list. It changes nothing and locks nothing, even for a list of
// ten thousand; each row is checked again when it is processed.
func PreviewImport(app core.App, actor *actors.Actor, req Request) (ImportPreview, error) {
	preview := ImportPreview{Total: len(req.Lines)}
	req = req.checkLines()
	if err := validateImport(app, actor, req, false); err != nil {
		return preview, err
	}
	known, err := findKnownRows(app, actor.Team.Id, req.Lines)
	if err != nil {
		return preview, err
	}
	now, err := seats.Of(app, actor.Team.Id)
	if err != nil {
		return preview, err
	}
	limits, err := limitsOf(app, actor)
	if err != nil {
		return preview, err
	}
	admins, organizers, err := preview.countLines(req, known, limits)
	if err != nil {
		return preview, err
	}
	preview.MissingAdminSeats, preview.MissingOrganizerSeats = missingSeats(now.Admin, admins), missingSeats(now.Organizer, organizers)
	left, limited, err := remainingToday(app, actor.Team)
	if err != nil {
		return preview, err
	}
	if limited && preview.WithinSeats() > left {
		preview.OverDailyLimit, preview.DailyLimitText = preview.WithinSeats()-left, dailyLimitText()
	}
	return preview, nil
}

// countLines counts the lines by result, and returns how many seats of each kind they would take.
func (s *ImportPreview) countLines(req Request, known map[string]people.Row, limits *rowLimits) (admins, organizers int, err error) {
	seen := make(map[string]bool, len(req.Lines))
	for _, line := range req.Lines {
		row := known[line.Address]
		now, open := rowState(row)
		roles := req.RolesFor(line)
		wanted, settled := roles.Without(now.Held), s.AlreadyMembers+s.AlreadyInvited
		switch {
		case line.Err != nil && line.Address != "":
			s.Unusable++
			s.addError(line, line.Err)
			continue
		case line.Err != nil:
			s.Malformed++
			s.addError(line, line.Err)
			continue
		case seen[line.Address]:
			s.Duplicates++
			s.addError(line, duplicateError())
			continue
		case line.Address == limits.actor.Account.Email():
			s.AlreadyMembers++
		case canInvite(limits.actor, roles, now.Held) != nil:
			seen[line.Address] = true
			s.refuse(line, canInvite(limits.actor, roles, now.Held))
			continue
		case now.alreadyHas(wanted) || now.InTeam() && wanted.None() && !roles.None():
			s.AlreadyMembers++
		case row.Invited && open == wanted:
			s.AlreadyInvited++
		default:
			refused, err := limits.judge(line, row, now.Held, open)
			if err != nil {
				return 0, 0, err
			}
			if refused != nil {
				seen[line.Address] = true
				s.refuse(line, refused)
				continue
			}
			if row.Invited {
				s.Updated++
			} else {
				s.Invited++
			}
		}
		seen[line.Address] = true
		if s.AlreadyMembers+s.AlreadyInvited == settled {
			more := wanted.Without(open)
			admins, organizers = admins+countIf(more.Admin), organizers+countIf(more.Organizer)
		}
	}
	return admins, organizers, nil
}

func (s *ImportPreview) refuse(line Line, refused error) {
	if errs.Code(refused) == errs.CodeNotAllowed {
		s.Forbidden++
	} else {
		s.Limited++
	}
	s.addError(line, refused)
}

func (s *ImportPreview) addError(line Line, err error) {
	if len(s.Errors) == maxShownErrors {
		return
	}
	_, code, sentence, _ := errs.Details(err)
	s.Errors = append(s.Errors, LinePreview{Line: line, Status: Refused, Code: code, Message: sentence})
}

func countIf(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func missingSeats(seats seats.Count, n int) int {
	if seats.Fits(n) {
		return 0
	}
	return n - seats.Free()
}

func findKnownRows(app core.App, team string, lines []Line) (map[string]people.Row, error) {
	addresses := make([]string, 0, len(lines))
	for _, line := range lines {
		if line.Err == nil {
			addresses = append(addresses, line.Address)
		}
	}
	return people.ByAddress(app, team, addresses)
}

// rowState returns the membership of a row's address, and the roles of its pending invitation.
func rowState(row people.Row) (now membershipState, open actors.Roles) {
	if row.User != "" {
		now = membershipState{row.Roles(), row.Kind}
	}
	if row.Invited {
		open = row.InvitedRoles()
	}
	return now, open
}
