package invitations

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/seats"
)

// maxFaults is how many rows with a fault a survey names.
const maxFaults = 50

// Survey says what an import of a list would come to, without trying it.
type Survey struct {
	Total      int
	Invited    int    // would be invited
	Updated    int    // are invited, and would be with these roles
	Malformed  int    // are no addresses
	Duplicates int    // stand further up in the list
	Members    int    // have what is offered already
	Asked      int    // are invited with the same roles
	Limited    int    // were invited as often today as their address may be
	Forbidden  int    // may not be offered these roles by the actor
	NoAdmin    int    // Admin seats that are missing
	NoOrganize int    // Organizer seats that are missing
	TooMany    int    // have a seat, and are beyond what a new team can send today
	Daily      string // that limit in a sentence; empty if it refuses none
	Faults     []Fate
}

// Seated is how many rows the free seats are enough for.
func (s Survey) Seated() int {
	return max(0, s.Invited+s.Updated-max(s.NoAdmin, s.NoOrganize))
}

// Sends is how many invitations would be sent.
func (s Survey) Sends() int { return s.Seated() - s.TooMany }

// Look tells what StartImport would do with a list. It reads and writes nothing, so that a list of ten thousand
// holds nobody up; the rows are judged for good when their turn comes.
func Look(app core.App, actor *actors.Actor, offer Offer) (Survey, error) {
	survey := Survey{Total: len(offer.Lines)}
	if err := mayImport(app, actor, offer, false); err != nil {
		return survey, err
	}
	known, err := knownOf(app, actor.Team.Id, offer.Lines)
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
	admins, organizers, err := survey.judge(offer, known, limits)
	if err != nil {
		return survey, err
	}
	survey.NoAdmin, survey.NoOrganize = missing(now.Admin, admins), missing(now.Organizer, organizers)
	left, limited, err := leftToday(app, actor.Team)
	if err != nil {
		return survey, err
	}
	if limited && survey.Seated() > left {
		survey.TooMany, survey.Daily = survey.Seated()-left, dailySentence()
	}
	return survey, nil
}

// judge counts the lines, and how many seats of each kind they would take.
func (s *Survey) judge(offer Offer, known map[string]members.Row, limits *rowLimits) (admins, organizers int, err error) {
	seen := make(map[string]bool, len(offer.Lines))
	for _, line := range offer.Lines {
		who := known[line.Address]
		now, open := standsAs(who)
		wanted, settled := offer.Roles.Without(now.Held), s.Members+s.Asked
		switch {
		case line.Fault != nil:
			s.Malformed++
			s.fault(line, line.Fault)
			continue
		case seen[line.Address]:
			s.Duplicates++
			s.fault(line, listedTwice())
			continue
		case line.Address == limits.actor.Account.Email():
			s.Members++
		case mayOffer(limits.actor, offer.Roles, now.Held) != nil:
			seen[line.Address] = true
			s.refuse(line, mayOffer(limits.actor, offer.Roles, now.Held))
			continue
		case now.has(wanted) || now.In() && wanted.None() && !offer.Roles.None():
			s.Members++
		case who.Asked && open == wanted:
			s.Asked++
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
			if who.Asked {
				s.Updated++
			} else {
				s.Invited++
			}
		}
		seen[line.Address] = true
		if s.Members+s.Asked == settled {
			more := wanted.Without(open)
			admins, organizers = admins+seat(more.Admin), organizers+seat(more.Organizer)
		}
	}
	return admins, organizers, nil
}

func (s *Survey) refuse(line Line, refused error) {
	if record.Code(refused) == record.CodeNotAllowed {
		s.Forbidden++
	} else {
		s.Limited++
	}
	s.fault(line, refused)
}

func (s *Survey) fault(line Line, err error) {
	if len(s.Faults) == maxFaults {
		return
	}
	_, code, sentence, _ := record.Refusal(err)
	s.Faults = append(s.Faults, Fate{Line: line, Status: Refused, Code: code, Message: sentence})
}

func seat(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func missing(seats seats.Count, n int) int {
	if seats.Fits(n) {
		return 0
	}
	return n - seats.Free()
}

func knownOf(app core.App, team string, lines []Line) (map[string]members.Row, error) {
	addresses := make([]string, 0, len(lines))
	for _, line := range lines {
		if line.Fault == nil {
			addresses = append(addresses, line.Address)
		}
	}
	return members.ByAddress(app, team, addresses)
}

// standsAs is what the person of a row is in the team, and what is open to be answered.
func standsAs(row members.Row) (now standing, open actors.Roles) {
	if row.User != "" {
		now = standing{row.Roles(), row.Kind}
	}
	if row.Asked {
		open = row.Offered()
	}
	return now, open
}
