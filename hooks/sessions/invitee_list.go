package sessions

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/addresslist"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// invitee is a person whom a form invites to a session.
type invitee struct {
	address, name, user, role string
}

// invitees returns the people that the form invites, except the host: each address once, with the accounts of team
// members.
func (f Form) invitees(tx core.App, team string, host *core.Record) ([]invitee, error) {
	if n := len(f.Guests) + len(f.Cohosts); n > MaxPeople || len(f.Presenters) > MaxPeople {
		n = max(n, len(f.Presenters))
		return nil, errs.Invalid("guests", CodeTooManyPeople, fmt.Sprintf("You can invite up to %d people to a session, and this list has %d. Invite fewer people or share the link of an open room.", MaxPeople, n))
	}
	list := &inviteeList{index: map[string]int{}}
	var faults errs.List
	for _, id := range f.Cohosts {
		cohost, err := findCohost(tx, team, id)
		if errs.Code(err) != "" {
			faults.Add(err)
			continue
		}
		if err != nil {
			return nil, err
		}
		if id != host.Id {
			list.add(invitee{cohost.Email(), cohost.GetString("name"), cohost.Id, Cohost})
		}
	}
	var bad []string
	for _, group := range []struct {
		lines []string
		part  string
	}{{f.Presenters, Presenter}, {f.Guests, Attendee}} {
		for _, line := range group.lines {
			one := addresslist.Parse(line)
			switch {
			case one.Err != nil:
				bad = append(bad, strings.TrimSpace(line))
			case one.Address != host.Email():
				list.add(invitee{address: one.Address, name: one.Name, role: group.part})
			}
		}
	}
	if len(bad) > 0 {
		faults.Add(errs.Invalid("guests", accounts.CodeBadEmail, badAddressesMessage(bad)))
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	return list.invitees, list.loadAccounts(tx, team)
}

// inviteeList is a list of people with unique addresses. The first entry of an address wins.
type inviteeList struct {
	invitees []invitee
	index    map[string]int
}

func (l *inviteeList) add(one invitee) {
	if n, there := l.index[one.address]; there {
		if l.invitees[n].name == "" {
			l.invitees[n].name = one.name
		}
		return
	}
	l.index[one.address] = len(l.invitees)
	l.invitees = append(l.invitees, one)
}

// loadAccounts fills in the accounts and names of people who are in the team.
func (l *inviteeList) loadAccounts(tx core.App, team string) error {
	for chunk := range slices.Chunk(l.invitees, 500) {
		var rows []struct{ Email, ID, Name string }
		addresses := make([]any, len(chunk))
		for n := range chunk {
			addresses[n] = chunk[n].address
		}
		err := tx.DB().Select("u.email", "u.id", "u.name").From("users u").
			InnerJoin("memberships m", dbx.NewExp("m.user = u.id AND m.team = {:team}", dbx.Params{"team": team})).
			Where(dbx.In("u.email", addresses...)).AndWhere(dbx.NewExp("u.verified")).All(&rows)
		if err != nil {
			return fmt.Errorf("look for the accounts of invitees: %w", err)
		}
		for _, row := range rows {
			if n, there := l.index[row.Email]; there {
				l.invitees[n].user = row.ID
				if row.Name != "" {
					l.invitees[n].name = row.Name
				}
			}
		}
	}
	return nil
}

func findCohost(tx core.App, team, id string) (*core.Record, error) {
	member, err := members.IsMember(tx, team, id)
	if err != nil {
		return nil, err
	}
	if !member {
		return nil, errs.Invalid("cohosts", CodeBadCohost, "Co-hosts must be members of this team. Choose one from the list or invite them as a guest.")
	}
	account, err := tx.FindRecordById("users", id, record.WithPrepared)
	if err != nil {
		return nil, fmt.Errorf("find the account of a co-host: %w", err)
	}
	return account, nil
}

func badAddressesMessage(bad []string) string {
	const shown = 5
	more := ""
	if len(bad) > shown {
		bad, more = bad[:shown], fmt.Sprintf(" and %d more", len(bad)-shown)
	}
	for n := range bad {
		bad[n] = "“" + text.Truncate(bad[n], 60) + "”"
	}
	return "Not an address: " + strings.Join(bad, ", ") + more + ". Correct or remove it."
}

// addInvitees adds people to a session.
func addInvitees(tx core.App, s *Session, people []invitee) error {
	for _, one := range people {
		p, err := newParticipant(tx, s.Record, one.address)
		if err != nil {
			return err
		}
		p.Load(map[string]any{"name": text.Truncate(one.name, 80), "user": one.user, "part": one.role, "state": StateInvited})
		if err := record.SaveTrusted(tx, p); err != nil {
			return err
		}
	}
	return nil
}

// removeUninvited removes the participants that the form doesn't list and returns them. Excluded participants stay excluded.
func removeUninvited(tx core.App, s *Session, people []invitee) (gone []*Participant, err error) {
	rows, err := ListParticipants(tx, s.Id)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		stays := slices.ContainsFunc(people, func(one invitee) bool { return one.address == row.Address() })
		if stays || row.Role() == Host || row.State() == StateRemoved || row.ByLink() {
			continue
		}
		if err := tx.Delete(row); err != nil {
			return nil, err
		}
		gone = append(gone, row)
	}
	return gone, nil
}

// syncInvitees adds the people that the form lists, updates their roles, and returns those who were added.
func syncInvitees(tx core.App, s *Session, people []invitee) (added []*Participant, err error) {
	rows, err := ListParticipants(tx, s.Id)
	if err != nil {
		return nil, err
	}
	on := map[string]*Participant{}
	for _, row := range rows {
		on[row.Address()] = row
	}
	for _, one := range people {
		row := on[one.address]
		if row == nil {
			if err := addInvitees(tx, s, []invitee{one}); err != nil {
				return nil, err
			}
			p, err := FindParticipantByEmail(tx, s.Id, one.address)
			if err != nil {
				return nil, err
			}
			added = append(added, p)
			continue
		}
		known := one.user == "" || row.UserID() != ""
		if row.Role() == Host || row.State() == StateRemoved || row.Role() == one.role && known {
			continue
		}
		row.Set("part", one.role)
		if !known {
			row.Set("user", one.user)
		}
		if err := tx.Save(row); err != nil {
			return nil, err
		}
	}
	return added, nil
}
