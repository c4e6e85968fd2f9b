package webm

import (
	"bytes"
	"errors"
	"testing"
	"time"
)

// failingReader fails once a read reaches beyond a place, as a disk with a bad block does.
type failingReader struct {
	*bytes.Reader
	from int64
}

var errDisk = errors.New("input/output error")

func (r failingReader) ReadAt(b []byte, at int64) (int, error) {
	if at+int64(len(b)) > r.from {
		return 0, errDisk
	}
	return r.Reader.ReadAt(b, at)
}

// What can't be read may be whole, so that a file isn't cut off there.
func TestScan_ReadFails_IsAnError(t *testing.T) {
	var out bytes.Buffer
	w, err := NewWriter(&out, Track{Codec: VP8, Width: 640, Height: 360})
	if err != nil {
		t.Fatal(err)
	}
	for n := range 100 {
		if err := w.WriteFrame(time.Duration(n)*40*time.Millisecond, n%25 == 0, bytes.Repeat([]byte{1}, 100)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	size := int64(out.Len())
	for from := int64(0); from < size; from += 97 {
		if c, err := scan(failingReader{bytes.NewReader(out.Bytes()), from}, size); !errors.Is(err, errDisk) {
			t.Fatalf("reads fail from %d: got %+v, %v, want %v", from, c, err, errDisk)
		}
	}
	if c, err := scan(failingReader{bytes.NewReader(out.Bytes()), size}, size); err != nil || c.frames != 100 || c.truncated {
		t.Errorf("got %+v, %v, want 100 frames", c, err)
	}
}
