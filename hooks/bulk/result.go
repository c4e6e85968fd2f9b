package bulk

import (
	"strconv"
	"strings"

	"usher/hooks/actors"
	"usher/hooks/invitations"
)

// Statuses of a row.
const (
	Removed     = "removed"
	Revoked     = "revoked" // the invitation
	Resent      = "resent"
	RoleRevoked = "role_revoked"
	Cleared     = "cleared"
	Tagged      = "tagged"
	Skipped     = "skipped"
)

// Codes of rows that were skipped although the action itself wasn't refused.
const (
	CodeNotFound    = "not_found"                 // unknown, of another team, or removed meanwhile
	CodeNothingToDo = invitations.CodeNothingToDo // the action doesn't apply to the row
	CodeOwnRole     = "own_role"                  // actors can't revoke their own roles in bulk: they could lose the right to continue
)

// FreedSeats counts seats that became free, including reserved ones.
type FreedSeats struct{ Admin, Organizer int }

// Plus returns the sum of both.
func (f FreedSeats) Plus(more FreedSeats) FreedSeats {
	return FreedSeats{f.Admin + more.Admin, f.Organizer + more.Organizer}
}

// Text formats the seats for people: "2 Admin seats and 1 Organizer seat"; empty if there are none.
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

// SeatsFreedBy returns the seats that become free when these roles end, held or offered.
func SeatsFreedBy(ended ...actors.Roles) FreedSeats {
	var all FreedSeats
	for _, roles := range ended {
		all = all.Plus(seatsUsedBy(roles))
	}
	return all
}

// seatsUsedBy returns the seats that roles use or reserve.
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

// RowResult is the result of one row. Name and Email are empty if the row wasn't found.
type RowResult struct {
	ID            string // as selected
	Name          string
	Email         string
	Status        string
	Code          string // of a skipped row
	Message       string // the reason, for people
	Freed         FreedSeats
	HadInvitation bool // of a removed user: a pending invitation ended too

	HandedOver int // sessions of the user that got a new host
	Cancelled  int // sessions of the user that were cancelled

	Recordings int // of sessions that a removed user hosted, which stay with the team

	SentRevoked int // pending invitations sent by the user that were revoked

	Link string // of a resent invitation, only if email isn't enabled (R60)
}

// DisplayName returns the name, or the address if there is none.
func (row RowResult) DisplayName() string {
	if row.Name != "" {
		return row.Name
	}
	return row.Email
}

// Result is the result of an action, with one entry per selected row (R84).
type Result struct {
	Action Action
	Rows   []RowResult
}

// WithStatus returns the rows with the status.
func (r Result) WithStatus(status string) []RowResult {
	var rows []RowResult
	for _, row := range r.Rows {
		if row.Status == status {
			rows = append(rows, row)
		}
	}
	return rows
}

// Done returns the number of rows that weren't skipped.
func (r Result) Done() int { return len(r.Rows) - len(r.WithStatus(Skipped)) }

// Sessions returns how many scheduled sessions were handed over and cancelled in total.
func (r Result) Sessions() (handedOver, cancelled int) {
	for _, row := range r.Rows {
		handedOver, cancelled = handedOver+row.HandedOver, cancelled+row.Cancelled
	}
	return handedOver, cancelled
}

// Recordings returns how many recordings of removed users stay with the team.
func (r Result) Recordings() (n int) {
	for _, row := range r.Rows {
		n += row.Recordings
	}
	return n
}

// SentRevoked returns how many pending invitations sent by the users were revoked in total.
func (r Result) SentRevoked() (n int) {
	for _, row := range r.Rows {
		n += row.SentRevoked
	}
	return n
}

// Freed returns the seats freed in total.
func (r Result) Freed() FreedSeats {
	var all FreedSeats
	for _, row := range r.Rows {
		all = all.Plus(row.Freed)
	}
	return all
}
