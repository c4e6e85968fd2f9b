package bulk

import (
	"strconv"
	"strings"

	"usher/hooks/actors"
)

// What came of a row.
const (
	Removed     = "removed"
	Revoked     = "revoked" // its invitation
	Resent      = "resent"
	RoleRevoked = "role_revoked"
	Tagged      = "tagged"
	Skipped     = "skipped"
)

// Codes of rows that were passed over without a refusal of the deed itself.
const (
	CodeNotFound    = "not_found"     // nobody of this team: unknown, of another team, or removed meanwhile
	CodeNothingToDo = "nothing_to_do" // the row has nothing that the deed is about
	CodeOwnRole     = "own_role"      // whoever gives up a role may lose the right to go on
)

// FreedSeats is how many seats became free, reserved ones included.
type FreedSeats struct{ Admin, Organizer int }

// Plus adds both.
func (f FreedSeats) Plus(more FreedSeats) FreedSeats {
	return FreedSeats{f.Admin + more.Admin, f.Organizer + more.Organizer}
}

// Text is the seats as people read them: "2 Admin seats and 1 Organizer seat"; empty for none.
func (f FreedSeats) Text() string {
	var words []string
	for _, kind := range []struct {
		n    int
		word string
	}{{f.Admin, "Admin seat"}, {f.Organizer, "Organizer seat"}} {
		switch {
		case kind.n == 1:
			words = append(words, "1 "+kind.word)
		case kind.n > 1:
			words = append(words, strconv.Itoa(kind.n)+" "+kind.word+"s")
		}
	}
	return strings.Join(words, " and ")
}

// SeatsFreedBy is what is free again when these roles end, held or offered.
func SeatsFreedBy(ended ...actors.Roles) FreedSeats {
	var all FreedSeats
	for _, roles := range ended {
		all = all.Plus(seatsUsedBy(roles))
	}
	return all
}

// seatsUsedBy is the seats that roles use or reserve.
func seatsUsedBy(roles actors.Roles) FreedSeats {
	var f FreedSeats
	if roles.CanUsePanel() {
		f.Admin = 1
	}
	if roles.Organizer {
		f.Organizer = 1
	}
	return f
}

// RowResult is what came of one row. Name and Email are empty for who is not there.
type RowResult struct {
	ID            string // as it was chosen
	Name          string
	Email         string
	Status        string
	Code          string // of who was passed over
	Message       string // why
	Freed         FreedSeats
	HadInvitation bool // of who was removed: an open invitation ended with it

	HandedOver int // sessions that the person was to host, which another hosts now
	Cancelled  int // and which are cancelled

	SentRevoked int // pending invitations that the user had sent, and that ended with the user's right to

	Link string // of an invitation that was sent again, only where no mail is sent (R60)
}

// DisplayName is the name, or the address of who has none.
func (l RowResult) DisplayName() string {
	if l.Name != "" {
		return l.Name
	}
	return l.Email
}

// Result is what came of a deed, a line for each row that was chosen (R84).
type Result struct {
	Action Action
	Rows   []RowResult
}

// WithStatus are the lines of a status.
func (r Result) WithStatus(status string) []RowResult {
	var lines []RowResult
	for _, l := range r.Rows {
		if l.Status == status {
			lines = append(lines, l)
		}
	}
	return lines
}

// Done is how many rows the deed was done to.
func (r Result) Done() int { return len(r.Rows) - len(r.WithStatus(Skipped)) }

// Sessions is how many scheduled sessions the deed handed over and cancelled in all.
func (r Result) Sessions() (handedOver, cancelled int) {
	for _, l := range r.Rows {
		handedOver, cancelled = handedOver+l.HandedOver, cancelled+l.Cancelled
	}
	return handedOver, cancelled
}

// SentRevoked is how many pending invitations that the users had sent were revoked in all.
func (r Result) SentRevoked() (n int) {
	for _, l := range r.Rows {
		n += l.SentRevoked
	}
	return n
}

// Freed is how many seats the deed freed in all.
func (r Result) Freed() FreedSeats {
	var all FreedSeats
	for _, l := range r.Rows {
		all = all.Plus(l.Freed)
	}
	return all
}
