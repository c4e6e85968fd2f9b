package live

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// encodeFrame writes a masked binary frame as RFC 6455, section 5.2, has it.
func encodeFrame(opcode byte, final bool, mask [4]byte, body []byte) []byte {
	first := opcode
	if final {
		first |= 0x80
	}
	frame := []byte{first}
	switch n := len(body); {
	case n <= 125:
		frame = append(frame, 0x80|byte(n))
	case n <= 0xffff:
		frame = binary.BigEndian.AppendUint16(append(frame, 0x80|126), uint16(n))
	default:
		frame = binary.BigEndian.AppendUint64(append(frame, 0x80|127), uint64(n))
	}
	frame = append(frame, mask[:]...)
	for i, b := range body {
		frame = append(frame, b^mask[i%4])
	}
	return frame
}

func TestParseFrame_ReadsWhatAClientWrites(t *testing.T) {
	for _, size := range []int{0, 1, 125, 126, 127, 0xffff, 0x10000} {
		body := bytes.Repeat([]byte{0xa5}, size)
		encoded := encodeFrame(2, true, [4]byte{1, 2, 3, 4}, body)
		for _, tail := range [][]byte{nil, {0x82}, encoded} {
			got, whole, err := parseFrame(append(bytes.Clone(encoded), tail...))
			if err != nil || !whole || got.size != len(encoded) || !got.final || got.opcode != 2 || !bytes.Equal(got.body, body) {
				t.Fatalf("%d bytes: got size %d, whole %v, error %v", size, got.size, whole, err)
			}
		}
	}
}

// FuzzParseFrame feeds it bytes as anyone can send them to the signalling address.
func FuzzParseFrame(f *testing.F) {
	f.Add(encodeFrame(2, true, [4]byte{9, 8, 7, 6}, []byte("hello")))
	f.Add(encodeFrame(9, true, [4]byte{}, nil))
	f.Add(encodeFrame(2, false, [4]byte{1}, bytes.Repeat([]byte{1}, 300)))
	f.Add([]byte{0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4})
	f.Fuzz(func(t *testing.T, data []byte) {
		got, whole, err := parseFrame(data)
		if !whole {
			if got.body != nil {
				t.Fatalf("got a body of %d bytes from a part of a frame, want nil", len(got.body))
			}
			return
		}
		if err != nil || got.size > len(data) || len(got.body) > maxSignal || got.size < len(got.body)+6 {
			t.Fatalf("got size %d, body %d of %d bytes, error %v", got.size, len(got.body), len(data), err)
		}
		again, whole, err := parseFrame(data[:got.size])
		if err != nil || !whole || !bytes.Equal(again.body, got.body) {
			t.Fatalf("got %v, %v without what follows, want the same frame", whole, err)
		}
		if _, whole, _ := parseFrame(data[:got.size-1]); whole {
			t.Fatal("got a whole frame from all but its last byte")
		}
	})
}
