package entry

import "github.com/pocketbase/pocketbase/core"

// Seat is Pass without the media server.
var Seat = seat

// Sit is Seat without its transaction, for the control of a race.
var Sit = sit

// Come is Join without its transaction.
func Come(app core.App, v *Visitor, name, from string) error {
	plate, err := v.plate(app, name)
	if err != nil {
		return err
	}
	return v.come(app, v.entry("session.join", from), plate)
}

// Begin is what the first who is in does before the host, without its transaction. started is false if somebody was
// quicker.
func Begin(app core.App, v *Visitor, from string) (started bool, err error) {
	entry := v.entry("session.start", from)
	err = begin(app, v, entry)
	return err == nil && entry.Action != "", err
}
