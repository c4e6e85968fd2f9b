package join

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/sessions"
	"usher/hooks/tools/ratelimit"
)

// CurrentGrant and UpdateGrant are the parts of an update of permissions, with any media server.
var (
	CurrentGrant = currentGrant
	UpdateGrant  = updateGrant
)

// TakeNetworkJoins uses up the joins of a network, and returns how many were left.
func TakeNetworkJoins(app core.App, from string) (left int) {
	for {
		if _, ok := networkJoinLimit.In(app).Take(ratelimit.NetworkKey(from)); !ok {
			return left
		}
		left++
	}
}

// ReserveSlot is IssueToken without the media server.
var ReserveSlot = reserveSlot

// ReserveSlotWithoutTx is ReserveSlot without its transaction, for a control of a race.
var ReserveSlotWithoutTx = reserveSlotTx

// JoinWithoutTx is Join without its transaction.
func JoinWithoutTx(app core.App, v *Visitor, name, from string) error {
	plate, err := v.newGuestAccount(app, name)
	if err != nil {
		return err
	}
	return v.joinTx(app, v.auditEntry("session.join", from), plate)
}

// StartBeforeHostWithoutTx starts a session before the host without a transaction. started is false if it was already started.
func StartBeforeHostWithoutTx(app core.App, v *Visitor, from string) (started bool, err error) {
	entry := v.auditEntry("session.start", from)
	err = startBeforeHostTx(app, v, entry)
	return err == nil && entry.Action != "", err
}

// TurnOnWithoutTx turns an option of a running session on without a transaction.
func TurnOnWithoutTx(app core.App, field string, by *sessions.Participant) error {
	o := option{field, true, func(core.App, *sessions.Session) error { return nil }}
	return o.setTx(app, by, &audit.Entry{})
}

// MeetNowWithoutTx is MeetNow with a transaction for each step, for controls.
func MeetNowWithoutTx(app core.App, actor *actors.Actor, room string) (*Visitor, error) {
	return meetTx(app, actor, room, &audit.Entry{})
}
