package recorder

import (
	"encoding/binary"

	"github.com/pion/rtp/codecs"
)

// vp9 assembles pictures of VP9 (RFC 9628). A picture can consist of several frames, one a spatial layer.
type vp9 struct {
	data          []byte
	layers        []int // sizes of the frames in data
	width, height int   // of the largest layer, as announced
}

// maxLayers is how many frames the index of a superframe can have.
const maxLayers = 8

func (v *vp9) reset() { v.data, v.layers = v.data[:0], v.layers[:0] }

func (v *vp9) size() int { return len(v.data) }

// begins reports whether the payload begins a frame. The first packet of a picture must.
func (v *vp9) begins(payload []byte) bool { return payload[0]&0x08 != 0 }

func (v *vp9) add(payload []byte) error {
	var packet codecs.VP9Packet
	part, err := packet.Unmarshal(payload)
	if err != nil {
		return err
	}
	if packet.B || len(v.layers) == 0 {
		v.layers = append(v.layers, 0)
	}
	v.layers[len(v.layers)-1] += len(part)
	v.data = append(v.data, part...)
	if packet.V && packet.Y {
		v.width, v.height = 0, 0
		for n := range min(len(packet.Width), len(packet.Height)) {
			v.width, v.height = max(v.width, int(packet.Width[n])), max(v.height, int(packet.Height[n]))
		}
	}
	return nil
}

func (v *vp9) picture() (p picture, ok bool) {
	if len(v.layers) == 0 || len(v.layers) > maxLayers {
		return p, false
	}
	for _, size := range v.layers {
		if size == 0 {
			return p, false
		}
	}
	p.data = v.data
	p.key, p.width, p.height = parseVP9Key(v.data[:v.layers[0]])
	if len(v.layers) == 1 {
		return p, true
	}
	if p.key {
		p.width, p.height = max(p.width, v.width), max(p.height, v.height)
		hideVP9Frame(v.data)
	}
	v.data = appendSuperframeIndex(v.data, v.layers)
	p.data = v.data
	return p, true
}

// hideVP9Frame clears show_frame of a key frame of profile 0 or 2, because it is only the lower layer of a picture. Some
// decoders would show it in addition.
func hideVP9Frame(frame []byte) { frame[0] &^= 1 << 1 }

// appendSuperframeIndex appends the index that tells decoders that several frames make one picture (Annex B of the VP9
// bitstream specification). Without it they decode the first one only.
func appendSuperframeIndex(data []byte, sizes []int) []byte {
	const sizesOfFourBytes = 3
	marker := byte(0b110<<5 | sizesOfFourBytes<<3 | len(sizes) - 1)
	data = append(data, marker)
	for _, n := range sizes {
		data = binary.LittleEndian.AppendUint32(data, uint32(n))
	}
	return append(data, marker)
}

// parseVP9Key reads the uncompressed header of a frame as far as its size, which only key frames have.
func parseVP9Key(frame []byte) (key bool, width, height int) {
	r := bitReader{data: frame}
	if r.read(2) != 0b10 {
		return false, 0, 0
	}
	profile := r.read(1) | r.read(1)<<1
	if profile == 3 {
		r.read(1)
	}
	if showExisting := r.read(1); showExisting == 1 {
		return false, 0, 0
	}
	if notKey := r.read(1); notKey == 1 {
		return false, 0, 0
	}
	r.read(2) // show_frame, error_resilient_mode
	if r.read(24) != 0x498342 {
		return false, 0, 0
	}
	if profile >= 2 {
		r.read(1) // bit depth
	}
	const rgb = 7
	if space := r.read(3); space != rgb {
		r.read(1) // range
		if profile == 1 || profile == 3 {
			r.read(3) // subsampling
		}
	} else if profile == 1 || profile == 3 {
		r.read(1)
	}
	width, height = r.read(16)+1, r.read(16)+1
	return !r.ended, width, height
}

// bitReader reads bits, the highest of a byte first.
type bitReader struct {
	data  []byte
	at    int // bits
	ended bool
}

func (r *bitReader) read(n int) (value int) {
	for range n {
		value <<= 1
		if r.at/8 >= len(r.data) {
			r.ended = true
			continue
		}
		value |= int(r.data[r.at/8]>>(7-r.at%8)) & 1
		r.at++
	}
	return value
}
