package members

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
)

// Handover says what happens to the scheduled sessions of a user who can no longer host them (R81, R107). The zero value
// cancels them and notifies the invitees.
type Handover struct {
	To string // the account that becomes their host

	// Undecided is set if a form offered the choice and none was made. The action is refused if the user hosts scheduled
	// sessions, so that no session is cancelled by mistake.
	Undecided bool
}

// Loss is what a user is about to lose: roles, or the membership of the team with all of them.
type Loss struct {
	User   string
	Leaves bool
	Roles  actors.Roles
}

// Removal has the roles that a user lost and those of the pending invitation that ended with the membership. Their seats are
// free again (R79). It counts the scheduled sessions that were handed over or cancelled.
type Removal struct {
	Roles        actors.Roles
	InvitedRoles actors.Roles
	HandedOver   int
	Cancelled    int
}

// HandoverFunc hands over or cancels the scheduled sessions that a user can no longer host after the loss, and returns how
// many there were. It is called in the transaction of the action, before the change.
type HandoverFunc func(tx core.App, actor *actors.Actor, loss Loss, handover Handover) (handedOver, cancelled int, err error)

const handoverKey = "usher.members.handover"

// RegisterHandover registers the function that hands over or cancels sessions. Without one, nothing is done about them.
func RegisterHandover(app core.App, handOver HandoverFunc) { app.Store().Set(handoverKey, handOver) }

// prepare runs what comes before the change: also, and then the handover, which it counts.
func (r *Removal) prepare(tx core.App, actor *actors.Actor, loss Loss, handover Handover, also []BeforeFunc) (err error) {
	for _, do := range also {
		if err := do(tx); err != nil {
			return err
		}
	}
	if handOver, ok := tx.Store().Get(handoverKey).(HandoverFunc); ok {
		r.HandedOver, r.Cancelled, err = handOver(tx, actor, loss, handover)
	}
	return err
}
