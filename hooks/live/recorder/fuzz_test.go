package recorder

import (
	"encoding/binary"
	"testing"
	"time"

	"usher/hooks/tools/webm"
)

// packetsOf splits bytes into packets: how far number, timestamp and clock move, whether the packet is marked, and a payload.
func packetsOf(data []byte, each func(number uint16, stamp uint32, wait time.Duration, marker bool, payload []byte)) {
	for len(data) >= 5 {
		number, stamp, wait, marker := uint16(int8(data[0])), uint32(int8(data[1]))*1500, time.Duration(data[2])*4*time.Millisecond, data[3]&1 != 0
		length := min(int(data[4]), len(data)-5)
		if data[3]&2 != 0 { // far away
			number, stamp = number<<8, stamp<<16
		}
		each(number, stamp, wait, marker, data[5:5+length])
		data = data[5+length:]
	}
}

// packet is the inverse of packetsOf, for a packet that follows in order.
func packet(stamp byte, marker bool, payload []byte) []byte {
	flags := byte(0)
	if marker {
		flags = 1
	}
	payload = payload[:min(len(payload), 255)]
	return append([]byte{1, stamp, 10, flags, byte(len(payload))}, payload...)
}

// Nothing that a participant sends makes the recorder panic, or leaves a file that can't be finished.
func FuzzTrack(f *testing.F) {
	vp8 := func(key bool) []byte { return append([]byte{0x10}, vp8Frame(key, 640, 360, 7, 40)...) }
	f.Add(byte(0), append(packet(2, true, vp8(true)), packet(2, true, vp8(false))...))
	f.Add(byte(0), append(packet(2, false, vp8(true)), packet(0, true, []byte{0, 1, 2})...))
	layered := append(packet(2, false, vp9Payload(vp9KeyFrame(320, 180, 1), 0, true, [2]int{320, 180}, [2]int{640, 360})), packet(0, true, vp9Payload([]byte{0x86, 1}, 1, true))...)
	f.Add(byte(1), append(layered, packet(2, true, vp9Payload([]byte{0x86, 1}, 0, false))...))
	f.Add(byte(2), append(packet(1, true, []byte{0xfc, 1, 2}), packet(1, true, []byte{0xff, 0xff})...))
	f.Fuzz(func(t *testing.T, which byte, data []byte) {
		codec := []webm.Codec{webm.VP8, webm.VP9, webm.Opus}[which%3]
		g := newRig(t, nil)
		s := g.publish("eve", SourceCamera, codec)
		packetsOf(data, func(number uint16, stamp uint32, wait time.Duration, marker bool, payload []byte) {
			s.number, s.stamp = s.number+number-1, s.stamp+stamp
			if len(payload) == 12 { // a report as well
				s.report(binary.BigEndian.Uint64(payload), binary.BigEndian.Uint32(payload[8:]), g.now())
			}
			s.send(payload, marker)
			g.advance(wait)
		})
		spent := g.now().Sub(rigStart)
		m := g.finish()
		if longest := (spent + 3*believeFor + time.Minute).Milliseconds(); m.Milliseconds > longest {
			t.Fatalf("got a recording of %d ms after %s", m.Milliseconds, spent)
		}
		for _, part := range m.Parts {
			if part.Offset < 0 || part.Duration <= 0 || part.Offset+part.Duration > m.Milliseconds {
				t.Fatalf("got %+v in a recording of %d ms", part, m.Milliseconds)
			}
			readBlocks(t, g.dir, part.File)
		}
	})
}
