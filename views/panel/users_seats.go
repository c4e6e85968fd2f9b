package panel

import (
	"slices"
	"strings"

	"usher/hooks/people"
	"usher/hooks/plans"
	"usher/hooks/seats"
	"usher/hooks/tools/text"
	"usher/views/ui"
)

const (
	maxDrawn   = 60  // seats of a role; more are drawn as a bar
	maxHolders = 500 // holders named; further seats are drawn without a name
)

// newSeatsProps describes the seats of a role: used, reserved, then free.
func newSeatsProps(role, path string, count seats.Count, holders []seats.Holder, holds func(seats.Holder) bool) SeatsProps {
	props := SeatsProps{
		Role: role, Limit: count.Limit, Used: count.Used, Reserved: count.Reserved, Free: count.Free(),
		Unlimited: count.Limit == plans.Unlimited, HoldersURL: queryHref(path, people.Query{Role: strings.ToLower(role)}),
	}
	drawn := max(count.Limit, count.Used+count.Reserved)
	if drawn > maxDrawn {
		props.AsBar = true
		return props
	}
	var all []Seat
	addHeld := func(reserved bool, number int) {
		first := len(all)
		for _, h := range holders {
			if holds(h) && h.Reserved == reserved && len(all)-first < number {
				all = append(all, newSeat(h, role, path))
			}
		}
		for len(all)-first < number {
			all = append(all, Seat{State: seatState(reserved), Label: text.Capitalize(seatState(reserved)) + " seat"})
		}
	}
	addHeld(false, count.Used)
	addHeld(true, count.Reserved)
	for len(all) < count.Limit {
		all = append(all, Seat{State: "free", Label: "Free seat"})
	}
	props.Rows = slices.Collect(slices.Chunk(all, 5))
	return props
}

func seatState(reserved bool) string {
	if reserved {
		return "reserved"
	}
	return "used"
}

func newSeat(h seats.Holder, role, path string) Seat {
	seat := Seat{State: seatState(h.Reserved), Initials: ui.Initials(h.DisplayName()), Label: h.DisplayName()}
	if h.ID != "" {
		seat.Href, seat.Drawer = path+"/"+h.ID, true
	} else {
		seat.New = true
	}
	switch {
	case h.Reserved && h.ID != "":
		seat.Label += ", invited, expires in " + timeLeft(h.Expires.Time())
	case h.Owner && role == "Admin":
		seat.Label += ", Owner"
	}
	return seat
}
