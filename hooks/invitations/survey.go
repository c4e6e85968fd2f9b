package invitations

import (
	"encoding/json"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

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
	Invited    int // would be invited
	Updated    int // are invited, and would be with these roles
	Malformed  int // are no addresses
	Duplicates int // stand further up in the list
	Members    int // have what is offered already
	Asked      int // are invited with the same roles
	NoAdmin    int // Admin seats that are missing
	NoOrganize int // Organizer seats that are missing
	Faults     []Fate
}

// Sends is how many letters would leave, as far as the seats reach.
func (s Survey) Sends() int {
	return max(0, s.Invited+s.Updated-max(s.NoAdmin, s.NoOrganize))
}

// Look tells what StartImport would do with a list. It reads and writes nothing, so that a list of ten thousand
// holds nobody up; the rows are judged for good when their turn comes.
func Look(app core.App, actor *actors.Actor, offer Offer) (Survey, error) {
	survey := Survey{Total: len(offer.Lines)}
	if err := mayAsk(app, actor, offer, "import.start", MaxImport, "Import"); err != nil {
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
	admins, organizers := survey.judge(offer, known)
	survey.NoAdmin, survey.NoOrganize = missing(now.Admin, admins), missing(now.Organizer, organizers)
	return survey, nil
}

// judge counts the lines, and how many seats of each kind they would take.
func (s *Survey) judge(offer Offer, known map[string]acquaintance) (admins, organizers int) {
	seen := make(map[string]bool, len(offer.Lines))
	for _, line := range offer.Lines {
		who := known[line.Address]
		wanted, settled := offer.Roles.Without(who.held()), s.Members+s.Asked
		switch {
		case line.Fault != nil:
			s.Malformed++
			s.fault(line, line.Fault)
			continue
		case seen[line.Address]:
			s.Duplicates++
			s.fault(line, listedTwice())
			continue
		case who.Kind != "" && (wanted.None() && !offer.Roles.None() || offer.Roles.None() && who.Kind == members.Member || wanted.Admin && who.Owner):
			s.Members++
		case who.Asked && who.asked() == wanted:
			s.Asked++
		case who.Asked:
			s.Updated++
		default:
			s.Invited++
		}
		seen[line.Address] = true
		if s.Members+s.Asked == settled {
			more := wanted.Without(who.asked())
			admins, organizers = admins+seat(more.Admin), organizers+seat(more.Organizer)
		}
	}
	return admins, organizers
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

// acquaintance is what an address of a list is in the team, and what it is asked to be.
type acquaintance struct {
	Address        string `db:"address"`
	Kind           string `db:"kind"`
	Owner          bool   `db:"owner"`
	Admin          bool   `db:"admin"`
	Organizer      bool   `db:"organizer"`
	Asked          bool   `db:"asked"`
	AskedAdmin     bool   `db:"asked_admin"`
	AskedOrganizer bool   `db:"asked_organizer"`
}

func (a acquaintance) held() actors.Roles {
	return actors.Roles{Owner: a.Owner, Admin: a.Admin, Organizer: a.Organizer}
}

func (a acquaintance) asked() actors.Roles {
	return actors.Roles{Admin: a.AskedAdmin, Organizer: a.AskedOrganizer}
}

func knownOf(app core.App, team string, lines []Line) (map[string]acquaintance, error) {
	addresses := make([]string, 0, len(lines))
	for _, line := range lines {
		if line.Fault == nil {
			addresses = append(addresses, line.Address)
		}
	}
	data, err := json.Marshal(addresses)
	if err != nil {
		return nil, fmt.Errorf("look who is known: %w", err)
	}
	var rows []acquaintance
	err = app.DB().NewQuery(`SELECT j.value address, coalesce(m.kind, '') kind, coalesce(m.owner, 0) owner, coalesce(m.admin, 0) admin,
			coalesce(m.organizer, 0) organizer, i.id IS NOT NULL asked, coalesce(i.admin, 0) asked_admin, coalesce(i.organizer, 0) asked_organizer
		FROM json_each({:list}) j
		LEFT JOIN users u ON u.email = j.value COLLATE NOCASE AND u.email != ''
		LEFT JOIN memberships m ON m.team = {:team} AND m.user = u.id
		LEFT JOIN invitations i ON i.team = {:team} AND i.email = j.value AND i.status = 'pending' AND i.expires > {:now}
		WHERE m.id IS NOT NULL OR i.id IS NOT NULL`).
		Bind(dbx.Params{"list": string(data), "team": team, "now": types.NowDateTime().String()}).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("look who is known: %w", err)
	}
	known := make(map[string]acquaintance, len(rows))
	for _, row := range rows {
		known[row.Address] = row
	}
	return known, nil
}
