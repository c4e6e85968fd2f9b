package recorder

import (
	"encoding/binary"

	"github.com/pion/rtp/codecs"
)

// vp8 assembles pictures of VP8 (RFC 7741).
type vp8 struct{ data []byte }

func (v *vp8) reset() { v.data = v.data[:0] }

func (v *vp8) size() int { return len(v.data) }

// begins reports whether the payload begins a picture: it starts the first partition.
func (v *vp8) begins(payload []byte) bool { return payload[0]&0x17 == 0x10 }

func (v *vp8) add(payload []byte) error {
	var packet codecs.VP8Packet
	part, err := packet.Unmarshal(payload)
	v.data = append(v.data, part...)
	return err
}

func (v *vp8) picture() (p picture, ok bool) {
	p.data = v.data
	if len(v.data) == 0 {
		return p, false
	}
	if p.key = v.data[0]&1 == 0; p.key {
		if len(v.data) < 10 || v.data[3] != 0x9d || v.data[4] != 0x01 || v.data[5] != 0x2a {
			return p, false
		}
		p.width = int(binary.LittleEndian.Uint16(v.data[6:]) & 0x3fff)
		p.height = int(binary.LittleEndian.Uint16(v.data[8:]) & 0x3fff)
	}
	return p, true
}
