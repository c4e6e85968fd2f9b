// Package answers has the answers to questions about teams, seats, invitations, sessions and usage (R155). The help pages list all of
// them, and other pages show the sentences where a question arises, so that both say the same.
package answers

import (
	"strings"

	"usher/hooks/tools/text"
)

// The readers of an answer.
const (
	Admins     = "admins"
	Organizers = "organizers"
	Guests     = "guests"
)

// Sentences that other pages show, too.
const (
	Seats       = "The Owner and Admins use an Admin seat, Organizers an Organizer seat. Users with both roles use one of each. " + NoSeat
	NoSeat      = "Members and guests don't use a seat."
	LicenceUse  = "Each running session uses a licence and returns it when it ends. Scheduled sessions don't use one."
	GuestListed = "Guests appear in the team's list of users, don't use a seat and see only the sessions they're invited to."
	Remove      = "Remove users who are in the team. Revoke invitations that have not been accepted yet."
	Rooms       = RoomPlace + " " + RoomLicence
	RoomPlace   = "A room is a permanent place for sessions, with its own link and settings."
	RoomLicence = "A room doesn't use a licence. A session running in it does."
	RoomBooking = "Everyone who can host can book a room. Bookings can't overlap."
	Switching   = "Everything belongs to one team: its plan, users, rooms, sessions, recordings and usage. Switching shows those of another team, and your roles there."
	Panel       = "The Admin Panel is where the Owner and Admins manage users, seats, rooms, usage and the plan. Working in it doesn't disturb running sessions."
	NoTeams     = "The Admin Panel lists only teams in which you have accepted the Admin or Owner role."
	UsageDiffer = "Scheduled time is what was planned when the session was scheduled. Actual time is how long it ran. They differ when a session ends early or late, never starts, or runs with other settings."
	UsageUpdate = "Usage updates by itself while the page is open. “Refresh” does it immediately."
)

// Answer is a question with its answer.
type Answer struct {
	ID         string // anchor
	Question   string
	Text       []string // paragraphs
	For        []string // readers
	Words      string   // other words to find it by
	Permission bool     // followed by the table of roles and permissions
}

// Matches reports whether the answer has every word of the query.
func (a Answer) Matches(query string) bool {
	all := text.Fold(a.Question + " " + strings.Join(a.Text, " ") + " " + a.Words)
	for _, word := range strings.Fields(text.Fold(query)) {
		if !strings.Contains(all, word) {
			return false
		}
	}
	return query != ""
}

// Of returns the answers for a reader, in order.
func Of(reader string) []Answer {
	var own []Answer
	for _, a := range All {
		for _, one := range a.For {
			if one == reader {
				own = append(own, a)
			}
		}
	}
	return own
}

// Search returns the answers that match the query.
func Search(query string) []Answer {
	var found []Answer
	for _, a := range All {
		if a.Matches(query) {
			found = append(found, a)
		}
	}
	return found
}
