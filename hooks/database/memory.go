package database

import "modernc.org/libc"

// During a statement that fires a trigger, SQLite keeps copies of changed pages in chunks of a kilobyte. The allocator takes
// chunks from regions that it maps and unmaps when they are empty, which costs more than the trigger itself: three regions for
// each accepted invitation. One chunk per region is held forever, so that the regions stay mapped.
const (
	chunkSize   = 2048 // bytes: a kilobyte and a word, rounded up
	regionSize  = 64 << 10
	regionCount = 8 // enough for 60 pages per statement
)

func init() {
	thread := libc.NewTLS()
	defer thread.Close()
	const each = (regionSize - 1) / chunkSize // the region's header takes one
	chunks := make([]uintptr, each*regionCount)
	for n := range chunks {
		chunks[n] = libc.Xmalloc(thread, chunkSize)
	}
	for n, address := range chunks {
		if n%each != 0 {
			libc.Xfree(thread, address)
		}
	}
}
