package recorder

import (
	"encoding/binary"
	"testing"

	"usher/hooks/tools/webm"
)

// vp9KeyFrame is the header of a key frame of profile 0 that is shown, followed by a number.
func vp9KeyFrame(width, height int, number byte) []byte {
	bits := uint64(0b10_00_0_0_1_0) // marker, profile, no existing frame, key frame, shown, not resilient
	bits = bits<<24 | 0x498342
	bits = bits<<4 | 0b001_0 // colour space, range
	bits = bits<<16 | uint64(width-1)
	frame := binary.BigEndian.AppendUint64(nil, bits<<12|uint64(height-1)>>4)
	return append(frame, byte(height-1)<<4, 0, number)
}

// vp9Payload is a frame of a spatial layer with its descriptor, as senders without flexible mode make it.
func vp9Payload(frame []byte, layer int, key bool, sizes ...[2]int) []byte {
	const hasPicture, predicted, hasLayers, begins, ends, hasSizes = 0x80, 0x40, 0x20, 0x08, 0x04, 0x02
	flags := byte(hasPicture | hasLayers | begins | ends)
	if !key {
		flags |= predicted
	}
	if len(sizes) > 0 {
		flags |= hasSizes
	}
	payload := []byte{flags, 5, byte(layer << 1), 0}
	if len(sizes) > 0 {
		payload = append(payload, byte(len(sizes)-1)<<5|0x10)
		for _, size := range sizes {
			payload = binary.BigEndian.AppendUint16(payload, uint16(size[0]))
			payload = binary.BigEndian.AppendUint16(payload, uint16(size[1]))
		}
	}
	return append(payload, frame...)
}

// splitSuperframe returns the frames of a superframe, as Annex B of the VP9 specification describes its index.
func splitSuperframe(t *testing.T, data []byte) (frames [][]byte) {
	t.Helper()
	marker := data[len(data)-1]
	if marker>>5 != 0b110 {
		return [][]byte{data}
	}
	count, bytes := int(marker&7)+1, int(marker>>3&3)+1
	index := data[len(data)-2-count*bytes:]
	if index[0] != marker {
		t.Fatalf("got an index that begins with %x, want %x", index[0], marker)
	}
	for n := range count {
		size := 0
		for i := range bytes {
			size |= int(index[1+n*bytes+i]) << (8 * i)
		}
		frames, data = append(frames, data[:size]), data[size:]
	}
	return frames
}

func TestVP9_LayersOfAPicture_AreOneSuperframe(t *testing.T) {
	const shown = 1 << 1
	for name, layers := range map[string][][2]int{"L1": {{1280, 720}}, "L2": {{640, 360}, {1280, 720}}, "L3": {{320, 180}, {640, 360}, {1280, 720}}} {
		g := newRig(t, nil)
		s := g.publish("ada", SourceCamera, webm.VP9)
		delta := []byte{0x86, 1, 2, 3}
		for n, size := range layers { // a key picture: only its lowest layer is a key frame
			frame := delta
			if n == 0 {
				frame = vp9KeyFrame(size[0], size[1], 7)
			}
			if n == 0 && len(layers) > 1 {
				s.send(vp9Payload(frame, n, true, layers...), false)
				continue
			}
			s.send(vp9Payload(frame, n, true), n == len(layers)-1)
		}
		s.stamp += 3000
		for n := range layers {
			s.send(vp9Payload(delta, n, false), n == len(layers)-1)
		}
		g.advance(frameEvery)
		m := g.finish()
		if len(m.Parts) != 1 || m.Parts[0].Width != 1280 || m.Parts[0].Height != 720 || m.Parts[0].Codec != "vp9" {
			t.Fatalf("%s: got %+v, want 1280x720 in VP9", name, m.Parts)
		}
		blocks := readBlocks(t, g.dir, m.Parts[0].File)
		if len(blocks) != 2 || !blocks[0].key || blocks[1].key {
			t.Fatalf("%s: got %d pictures, want a key picture and another", name, len(blocks))
		}
		for _, b := range blocks {
			frames := splitSuperframe(t, b.data)
			if len(frames) != len(layers) {
				t.Fatalf("%s: got %d frames, want %d", name, len(frames), len(layers))
			}
			if lowest := frames[0]; b.key && (lowest[0]&shown != 0) != (len(layers) == 1) {
				t.Errorf("%s: the lowest frame of a key picture is shown: %v", name, lowest[0]&shown != 0)
			}
			if last := frames[len(frames)-1]; last[0]&shown == 0 {
				t.Errorf("%s: the picture isn't shown", name)
			}
		}
	}
}

func TestParseVP9Key(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {1280, 720}, {65_536, 2160}} {
		if key, width, height := parseVP9Key(vp9KeyFrame(size[0], size[1], 0)); !key || width != size[0] || height != size[1] {
			t.Errorf("got %v, %dx%d, want a key frame of %dx%d", key, width, height, size[0], size[1])
		}
	}
	for _, frame := range [][]byte{nil, {0x86}, {0x82, 0x49, 0x83}, {0x82, 0, 0, 0, 0, 0, 0, 0, 0, 0}} {
		if key, _, _ := parseVP9Key(frame); key {
			t.Errorf("%x is read as a key frame", frame)
		}
	}
}
