package invitations

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/people"
	"usher/hooks/seats"
	"usher/hooks/tools/errs"
)

// maxShownErrors is how many rows with a fault a survey names.
const maxShownErrors = 50

// ImportPreview says what an import of a list would come to, without trying it.
type ImportPreview struct {
	Total                 int
	Invited               int    // would be invited
	Updated               int    // are invited, and would be with these roles
	Malformed             int    // are no addresses
	Duplicates            int    // stand further up in the list
	AlreadyMembers        int    // have what is offered already
	AlreadyInvited        int    // are invited with the same roles
	Limited               int    // were invited as often today as their address may be
	Forbidden             int    // may not be offered these roles by the actor
	MissingAdminSeats     int    // Admin seats that are missing
	MissingOrganizerSeats int    // Organizer seats that are missing
	OverDailyLimit        int    // have a seat, and are beyond what a new team can send today
	DailyLimitText        string // that limit in a sentence; empty if it refuses none
	Errors                []LinePreview
}

// WithinSeats is how many rows the free seats are enough for.
func (s ImportPreview) WithinSeats() int {
	return max(0, s.Invited+s.Updated-max(s.MissingAdminSeats, s.MissingOrganizerSeats))
}

// SendCount is how many invitations would be sent.
func (s ImportPreview) SendCount() int { return s.WithinSeats() - s.OverDailyLimit }

// PreviewImport tells what StartImport would do with a list. It reads and writes nothing, so that a list of ten thousand
// holds nobody up; the rows are judged for good when their turn comes.
func PreviewImport(app core.App, actor *actors.Actor, offer Request) (ImportPreview, error) {
	survey := ImportPreview{Total: len(offer.Lines)}
	if err := validateImport(app, actor, offer, false); err != nil {
		return survey, err
	}
	known, err := findKnownRows(app, actor.Team.Id, offer.Lines)
	if err != nil {
		return survey, err
	}
	now, err := seats.Of(app, actor.Team.Id)
	if err != nil {
		return survey, err
	}
	limits, err := limitsOf(app, actor)
	if err != nil {
		return survey, err
	}
	admins, organizers, err := survey.countLines(offer, known, limits)
	if err != nil {
		return survey, err
	}
	survey.MissingAdminSeats, survey.MissingOrganizerSeats = missingSeats(now.Admin, admins), missingSeats(now.Organizer, organizers)
	left, limited, err := remainingToday(app, actor.Team)
	if err != nil {
		return survey, err
	}
	if limited && survey.WithinSeats() > left {
		survey.OverDailyLimit, survey.DailyLimitText = survey.WithinSeats()-left, dailyLimitText()
	}
	return survey, nil
}

// countLines counts the lines, and how many seats of each kind they would take.
func (s *ImportPreview) countLines(offer Request, known map[string]people.Row, limits *rowLimits) (admins, organizers int, err error) {
	seen := make(map[string]bool, len(offer.Lines))
	for _, line := range offer.Lines {
		who := known[line.Address]
		now, open := rowState(who)
		wanted, settled := offer.Roles.Without(now.Held), s.AlreadyMembers+s.AlreadyInvited
		switch {
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
		case canInvite(limits.actor, offer.Roles, now.Held) != nil:
			seen[line.Address] = true
			s.refuse(line, canInvite(limits.actor, offer.Roles, now.Held))
			continue
		case now.alreadyHas(wanted) || now.InTeam() && wanted.None() && !offer.Roles.None():
			s.AlreadyMembers++
		case who.Invited && open == wanted:
			s.AlreadyInvited++
		default:
			refused, err := limits.judge(line, who, now.Held, open)
			if err != nil {
				return 0, 0, err
			}
			if refused != nil {
				seen[line.Address] = true
				s.refuse(line, refused)
				continue
			}
			if who.Invited {
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

// rowState is what the person of a row is in the team, and what is open to be answered.
func rowState(row people.Row) (now membershipState, open actors.Roles) {
	if row.User != "" {
		now = membershipState{row.Roles(), row.Kind}
	}
	if row.Invited {
		open = row.InvitedRoles()
	}
	return now, open
}
