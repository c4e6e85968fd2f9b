package recorder

import (
	"time"

	"github.com/pion/rtp"
)

const (
	// holdFor is how long a missing packet is waited for, while the media server is asked to send it again.
	holdFor = 600 * time.Millisecond

	// maxHeld is how many packets are held back at most.
	maxHeld = 1024

	// maxLate is how many packets in a row can be older than the one that is due. After that the sender has restarted.
	maxLate = 200
)

// received is a packet and when it arrived.
type received struct {
	*rtp.Packet
	at time.Time
}

// reorder puts packets in order. A missing one is waited for until hold is over.
type reorder struct {
	hold    time.Duration
	ring    [maxHeld]received
	next    int64 // the extended number of the packet that is due
	highest int64 // of those that arrived
	begun   bool
	late    int  // packets in a row that were too late
	gap     bool // packets before next were given up
	lost    int  // all packets that were given up
}

// push adds a packet. Late and repeated ones are ignored.
func (o *reorder) push(packet *rtp.Packet, at time.Time) {
	if !o.begun {
		o.restart(packet)
	}
	number := o.highest + int64(int16(packet.SequenceNumber-uint16(o.highest)))
	if number < o.next {
		if o.late++; o.late < maxLate {
			return
		}
		o.restart(packet)
		o.gap = true
		number = o.next
	}
	o.late = 0
	if number >= o.next+maxHeld {
		o.lost += int(number - o.next)
		clear(o.ring[:])
		o.next, o.gap = number, true
	}
	if slot := &o.ring[number%maxHeld]; slot.Packet == nil {
		*slot = received{packet, at}
		o.highest = max(o.highest, number)
	}
}

// restart makes the packet the one that is due.
func (o *reorder) restart(packet *rtp.Packet) {
	clear(o.ring[:])
	o.begun, o.late = true, 0
	o.next = int64(packet.SequenceNumber) + 1<<16 // so that numbers aren't negative
	o.highest = o.next
}

// pop returns the next packet in order; ok is false if there is none or it must be waited for. lost is true if packets before
// it were given up.
func (o *reorder) pop(now time.Time) (packet received, lost, ok bool) {
	for o.begun && o.next <= o.highest {
		slot := &o.ring[o.next%maxHeld]
		if slot.Packet != nil {
			packet, *slot = *slot, received{}
			lost, o.gap = o.gap, false
			o.next++
			return packet, lost, true
		}
		// The time counts from the arrival of the packet after the gap, so that several gaps are waited for at the same time.
		after := o.next + 1
		for after < o.highest && o.ring[after%maxHeld].Packet == nil {
			after++
		}
		if now.Sub(o.ring[after%maxHeld].at) < o.hold {
			break
		}
		o.lost += int(after - o.next)
		o.next = after
		o.gap = true
	}
	return received{}, false, false
}
