package webm

import (
	"encoding/binary"
	"errors"
	"io"
	"time"
)

// errDamaged means that there is no whole element at a place.
var errDamaged = errors.New("webm: no whole element")

// element is the head of an element.
type element struct {
	id         uint32
	at, body   int64 // where it and its content begin
	size       int64 // of its content; -1: not known
	headerSize int
}

func (e element) end() int64 { return e.body + e.size }

// parseElement parses the head of an element that begins with b.
func parseElement(b []byte) (element, error) {
	id, n, err := parseNumber(b, 4, true)
	if err != nil {
		return element{}, err
	}
	size, m, err := parseNumber(b[n:], 8, false)
	if err != nil {
		return element{}, err
	}
	e := element{id: uint32(id), body: int64(n + m), size: int64(size), headerSize: n + m}
	if size == 1<<(7*m)-1 {
		e.size = -1
	}
	return e, nil
}

// parseNumber parses a number of variable length, whose first byte tells its length in the place of the first bit that is set.
// The bit belongs to ids, but not to sizes.
func parseNumber(b []byte, longest int, withMarker bool) (value uint64, length int, err error) {
	if len(b) == 0 {
		return 0, 0, errDamaged
	}
	length = 1
	for marker := byte(0x80); b[0]&marker == 0; marker >>= 1 {
		if length++; length > longest {
			return 0, 0, errDamaged
		}
	}
	if len(b) < length {
		return 0, 0, errDamaged
	}
	for _, c := range b[:length] {
		value = value<<8 | uint64(c)
	}
	if !withMarker {
		value &= 1<<(7*length) - 1
	}
	return value, length, nil
}

// cluster is where a whole cluster is in a file.
type cluster struct {
	at, size int64 // with its head
	time     time.Duration
	key      bool   // its first frame is a key frame
	repaired []byte // what to write instead of it, if it was cut off
}

// contents is what is whole in a file.
type contents struct {
	clusters   []cluster
	bytes      int64 // of the clusters
	frames     int
	last       time.Duration // of the last frame
	interval   time.Duration // between the last two frames
	seekable   bool          // finished before
	truncated  bool
	seenTracks bool
}

// scan reads a file up to its end or the first damage. A read that fails isn't damage, because what follows may be whole.
func scan(file io.ReaderAt, size int64) (*contents, error) {
	c := &contents{}
	var head [12]byte
	var buffer []byte
	var sawCues, sizeKnown bool
	for at := int64(0); at < size; {
		n, err := file.ReadAt(head[:min(int64(len(head)), size-at)], at)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		e, err := parseElement(head[:n])
		if err != nil {
			c.truncated = true
			break
		}
		e.at, e.body = at, at+e.body
		if e.id == idSegment {
			sizeKnown = e.size >= 0 && e.end() == size
			at = e.body
			continue
		}
		whole := e.size >= 0 && e.size <= size-e.body
		switch e.id {
		case idTracks:
			c.seenTracks = whole
		case idCues:
			sawCues = len(c.clusters) == 0
		case idCluster:
			length := min(e.size, size-e.body)
			if e.size < 0 || length > maxCluster {
				c.truncated = true
				return c, nil
			}
			if int64(cap(buffer)) < length {
				buffer = make([]byte, length)
			}
			buffer = buffer[:length]
			if _, err := file.ReadAt(buffer, e.body); err != nil && !errors.Is(err, io.EOF) {
				return nil, err
			}
			whole = c.addCluster(e, buffer, whole)
		}
		if !whole {
			c.truncated = true
			break
		}
		at = e.end()
	}
	c.seekable = sawCues && sizeKnown && !c.truncated
	return c, nil
}

// addCluster adds the cluster as far as it is whole. body is what the file contains of it. It reports whether all of it is
// whole.
func (c *contents) addCluster(e element, body []byte, whole bool) bool {
	k := cluster{at: e.at, size: e.end() - e.at}
	good, frames := 0, 0
	for good < len(body) {
		b, err := parseElement(body[good:])
		if err != nil || b.size < 0 || b.size > int64(len(body)-good-b.headerSize) {
			break
		}
		content := body[good+b.headerSize:][:b.size]
		if !c.addBlock(&k, b.id, content, frames) {
			break
		}
		if b.id == idSimpleBlock {
			frames++
		}
		good += b.headerSize + len(content)
	}
	whole = whole && good == len(body)
	if frames == 0 {
		return false
	}
	if !whole {
		k.repaired = appendSize(binary.BigEndian.AppendUint32(nil, idCluster), int64(good))
		k.repaired = append(k.repaired, body[:good]...)
		k.size = int64(len(k.repaired))
	}
	c.clusters = append(c.clusters, k)
	c.frames += frames
	c.bytes += k.size
	return whole
}

// addBlock reads an element of the cluster. It reports whether the element is whole.
func (c *contents) addBlock(k *cluster, id uint32, content []byte, frames int) bool {
	switch id {
	case idTimecode:
		if len(content) > 8 || frames > 0 {
			return false
		}
		var ms uint64
		for _, b := range content {
			ms = ms<<8 | uint64(b)
		}
		if ms > uint64(maxTime.Milliseconds()) {
			return false
		}
		k.time = time.Duration(ms) * time.Millisecond
	case idSimpleBlock:
		if len(content) < 5 || content[0] != 0x81 {
			return false
		}
		at := k.time + time.Duration(int16(binary.BigEndian.Uint16(content[1:])))*time.Millisecond
		if at < c.last {
			return false
		}
		if frames == 0 {
			k.key = content[3]&0x80 != 0
		}
		if c.frames+frames > 0 {
			c.interval = at - c.last
		}
		c.last = at
	}
	return true
}
