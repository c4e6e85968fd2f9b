package join

import "github.com/pocketbase/pocketbase/core"

// ReserveSlot is Pass without the media server.
var ReserveSlot = reserveSlot

// ReserveSlotWithoutTx is Seat without its transaction, for the control of a race.
var ReserveSlotWithoutTx = reserveSlotTx

// JoinWithoutTx is Join without its transaction.
func JoinWithoutTx(app core.App, v *Visitor, name, from string) error {
	plate, err := v.newGuestAccount(app, name)
	if err != nil {
		return err
	}
	return v.joinTx(app, v.auditEntry("session.join", from), plate)
}

// StartBeforeHostWithoutTx is what the first who is in does before the host, without its transaction. started is false if somebody was
// quicker.
func StartBeforeHostWithoutTx(app core.App, v *Visitor, from string) (started bool, err error) {
	entry := v.auditEntry("session.start", from)
	err = startBeforeHostTx(app, v, entry)
	return err == nil && entry.Action != "", err
}
