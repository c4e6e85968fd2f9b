package panel

import (
	"slices"
	"strings"

	"usher/hooks/members"
	"usher/hooks/plans"
	"usher/hooks/seats"
	"usher/views/ui"
)

const (
	maxDrawn   = 60  // seats of a kind; more are a bar
	maxHolders = 500 // who holds them; seats of others are drawn without a name
)

// seatMap draws the seats of one kind: used, reserved, free, in fives.
func seatMap(word, path string, count seats.Count, holders []seats.Holder, holds func(seats.Holder) bool) SeatsProps {
	props := SeatsProps{
		Word: word, Limit: count.Limit, Used: count.Used, Reserved: count.Reserved, Free: count.Free(),
		Unlimited: count.Limit == plans.Unlimited, See: address(path, members.Query{Role: strings.ToLower(word)}),
	}
	drawn := max(count.Limit, count.Used+count.Reserved)
	if drawn > maxDrawn {
		props.Bar = true
		return props
	}
	var all []Seat
	named := func(reserved bool, number int) {
		first := len(all)
		for _, h := range holders {
			if holds(h) && h.Reserved == reserved && len(all)-first < number {
				all = append(all, seatOf(h, word, path))
			}
		}
		for len(all)-first < number {
			all = append(all, Seat{State: stateOf(reserved), Label: capital(stateOf(reserved)) + " seat"})
		}
	}
	named(false, count.Used)
	named(true, count.Reserved)
	for len(all) < count.Limit {
		all = append(all, Seat{State: "free", Label: "Free seat"})
	}
	props.Fives = slices.Collect(slices.Chunk(all, 5))
	return props
}

func stateOf(reserved bool) string {
	if reserved {
		return "reserved"
	}
	return "used"
}

func seatOf(h seats.Holder, word, path string) Seat {
	seat := Seat{State: stateOf(h.Reserved), Initials: ui.Initials(h.Called()), Label: h.Called()}
	if h.ID != "" {
		seat.Href = path + "/" + h.ID
	} else {
		seat.New = true
	}
	switch {
	case h.Reserved && h.ID != "":
		seat.Label += ", asked, expires in " + until(h.Expires.Time())
	case h.Owner && word == "Admin":
		seat.Label += ", Owner"
	}
	return seat
}
