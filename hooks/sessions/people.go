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
)

// asked is somebody whom a form asks to a session.
type asked struct {
	address, name, user, part string
}

// people reads whom the form asks, the host not counted: each address once, with the account of who is in the team.
func (f Form) people(tx core.App, team string, host *core.Record) ([]asked, error) {
	if n := len(f.Guests) + len(f.Cohosts); n > MaxPeople || len(f.Presenters) > MaxPeople {
		n = max(n, len(f.Presenters))
		return nil, record.Refuse("guests", CodeTooManyPeople, fmt.Sprintf("At most %d people can be asked to a session; these are %d. Ask fewer, or send them the link of an open room.", MaxPeople, n))
	}
	list := &roll{at: map[string]int{}}
	for _, id := range f.Cohosts {
		cohost, err := cohostOf(tx, team, id)
		if err != nil {
			return nil, err
		}
		if id != host.Id {
			list.add(asked{cohost.Email(), cohost.GetString("name"), cohost.Id, Cohost})
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
			case one.Fault != nil:
				bad = append(bad, strings.TrimSpace(line))
			case one.Address != host.Email():
				list.add(asked{address: one.Address, name: one.Name, part: group.part})
			}
		}
	}
	if len(bad) > 0 {
		return nil, record.Refuse("guests", accounts.CodeBadEmail, notAddresses(bad))
	}
	return list.people, list.known(tx, team)
}

// roll is a list of people, one an address: who is on it stays as he was put on it first.
type roll struct {
	people []asked
	at     map[string]int
}

func (l *roll) add(one asked) {
	if n, there := l.at[one.address]; there {
		if l.people[n].name == "" {
			l.people[n].name = one.name
		}
		return
	}
	l.at[one.address] = len(l.people)
	l.people = append(l.people, one)
}

// known fills in the accounts and names of those who are in the team.
func (l *roll) known(tx core.App, team string) error {
	for chunk := range slices.Chunk(l.people, 500) {
		var rows []struct{ Email, ID, Name string }
		addresses := make([]any, len(chunk))
		for n := range chunk {
			addresses[n] = chunk[n].address
		}
		err := tx.DB().Select("u.email", "u.id", "u.name").From("users u").
			InnerJoin("memberships m", dbx.NewExp("m.user = u.id AND m.team = {:team}", dbx.Params{"team": team})).
			Where(dbx.In("u.email", addresses...)).AndWhere(dbx.NewExp("u.verified")).All(&rows)
		if err != nil {
			return fmt.Errorf("look for the accounts of who is asked: %w", err)
		}
		for _, row := range rows {
			if n, there := l.at[row.Email]; there {
				l.people[n].user = row.ID
				if row.Name != "" {
					l.people[n].name = row.Name
				}
			}
		}
	}
	return nil
}

func cohostOf(tx core.App, team, id string) (*core.Record, error) {
	member, err := members.IsMember(tx, team, id)
	if err != nil {
		return nil, err
	}
	if !member {
		return nil, record.Refuse("cohosts", CodeBadCohost, "Co-hosts are members of the team. Choose one from the list, or ask the person as a guest.")
	}
	account, err := tx.FindRecordById("users", id, record.Keep)
	if err != nil {
		return nil, fmt.Errorf("find the account of a co-host: %w", err)
	}
	return account, nil
}

func notAddresses(bad []string) string {
	const shown = 5
	more := ""
	if len(bad) > shown {
		bad, more = bad[:shown], fmt.Sprintf(" and %d more", len(bad)-shown)
	}
	for n := range bad {
		bad[n] = "“" + record.Cut(bad[n], 60) + "”"
	}
	return "Not an address: " + strings.Join(bad, ", ") + more + ". Correct or remove it."
}

// ask puts people on the list of a session.
func ask(tx core.App, s *Session, people []asked) error {
	for _, one := range people {
		p, err := blankPerson(tx, s.Record, one.address)
		if err != nil {
			return err
		}
		p.Load(map[string]any{"name": record.Cut(one.name, 80), "user": one.user, "part": one.part, "state": StateInvited})
		if err := record.Write(tx, p); err != nil {
			return err
		}
	}
	return nil
}

// takeOff takes everybody off the list of a session whom a form does not ask, and says who went. Who is out stays so.
func takeOff(tx core.App, s *Session, people []asked) (gone []*Participant, err error) {
	rows, err := Participants(tx, s.Id)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		stays := slices.ContainsFunc(people, func(one asked) bool { return one.address == row.Address() })
		if stays || row.Part() == Host || row.State() == StateOut {
			continue
		}
		if err := tx.Delete(row); err != nil {
			return nil, err
		}
		gone = append(gone, row)
	}
	return gone, nil
}

// putOn puts everybody on the list of a session whom a form asks, in the part that it says, and says who came.
func putOn(tx core.App, s *Session, people []asked) (came []*Participant, err error) {
	rows, err := Participants(tx, s.Id)
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
			if err := ask(tx, s, []asked{one}); err != nil {
				return nil, err
			}
			p, err := ParticipantBy(tx, s.Id, one.address)
			if err != nil {
				return nil, err
			}
			came = append(came, p)
			continue
		}
		known := one.user == "" || row.UserID() != ""
		if row.Part() == Host || row.State() == StateOut || row.Part() == one.part && known {
			continue
		}
		row.Set("part", one.part)
		if !known {
			row.Set("user", one.user)
		}
		if err := tx.Save(row); err != nil {
			return nil, err
		}
	}
	return came, nil
}
