package hooks

import (
	"github.com/pocketbase/dbx"
	_ "modernc.org/sqlite" // the driver that PocketBase uses, too
)

// DBConnect opens a database as PocketBase does, and lets every transaction take the write lock when it
// begins. A transaction that reads first and is overtaken by another process could not be written otherwise.
func DBConnect(path string) (*dbx.DB, error) {
	return dbx.Open("sqlite", path+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)"+
		"&_pragma=journal_size_limit(200000000)&_pragma=synchronous(NORMAL)&_pragma=foreign_keys(ON)"+
		"&_pragma=temp_store(MEMORY)&_pragma=cache_size(-32000)&_txlock=immediate")
}
