package database

import "modernc.org/libc"

// A statement that fires a trigger lets SQLite keep each page as it was, in pieces of a kilobyte, until the statement
// ends. Its allocator cuts them out of regions that it asks of the system, and gives a region back when nothing
// in it is in use: three regions for each invitation that is accepted, which cost more than the trigger's work. One piece in
// each of these is held for ever, so that the regions stay.
const (
	chunkSize   = 2048 // bytes: what a kilobyte and a word are rounded up to
	regionSize  = 64 << 10
	regionCount = 8 // for 60 pages in a statement
)

func init() {
	thread := libc.NewTLS()
	defer thread.Close()
	const each = (regionSize - 1) / chunkSize // the region's own head takes the room of one
	pieces := make([]uintptr, each*regionCount)
	for n := range pieces {
		pieces[n] = libc.Xmalloc(thread, chunkSize)
	}
	for n, address := range pieces {
		if n%each != 0 {
			libc.Xfree(thread, address)
		}
	}
}
