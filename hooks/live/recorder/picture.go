package recorder

import (
	"time"

	"usher/hooks/tools/webm"
)

// maxPicture is the largest picture that is recorded, in bytes.
const maxPicture = 4 << 20

// picture is a whole frame of video. Its data is valid until the next packet.
type picture struct {
	data          []byte
	key           bool
	width, height int // of key frames
	stamp         uint32
	arrived       time.Time // its first packet
}

// isClosing reports whether the picture is one of the small black ones by which the media server ends a track.
func (p picture) isClosing() bool { return p.key && p.width <= 16 && p.height <= 16 }

// depacketizer assembles the payloads of a picture.
type depacketizer interface {
	reset()
	size() int
	begins(payload []byte) bool
	add(payload []byte) error
	picture() (p picture, ok bool)
}

func newDepacketizer(codec webm.Codec) depacketizer {
	if codec == webm.VP9 {
		return &vp9{}
	}
	return &vp8{}
}

// assembler makes pictures of packets in order.
type assembler struct {
	depacketizer
	open    bool
	broken  bool // a packet of the picture is missing or damaged
	stamp   uint32
	arrived time.Time
}

// lose tells that packets are missing here.
func (a *assembler) lose() {
	if a.open {
		a.broken = true
	}
}

// take adds a packet and calls each with the pictures that it completes; broken ones are nil. That is the one before, too, if
// its last packet wasn't marked.
func (a *assembler) take(packet received, each func(*picture)) {
	if len(packet.Payload) == 0 {
		return // padding
	}
	if a.open && packet.Timestamp != a.stamp {
		a.end(each)
	}
	if !a.open {
		a.reset()
		a.open, a.broken = true, !a.begins(packet.Payload)
		a.stamp, a.arrived = packet.Timestamp, packet.at
	}
	if !a.broken {
		a.broken = a.size()+len(packet.Payload) > maxPicture || a.add(packet.Payload) != nil
	}
	if packet.Marker {
		a.end(each)
	}
}

func (a *assembler) end(each func(*picture)) {
	a.open = false
	if a.broken {
		each(nil)
		return
	}
	p, ok := a.picture()
	if !ok {
		each(nil)
		return
	}
	p.stamp, p.arrived = a.stamp, a.arrived
	each(&p)
}
