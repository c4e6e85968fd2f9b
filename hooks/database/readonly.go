package database

import (
	"database/sql"
	"net/url"

	"github.com/pocketbase/dbx"
)

// OpenReadOnly opens a database without changing it or its folder. With final, nothing may write it meanwhile.
func OpenReadOnly(path string, final bool) (*dbx.DB, error) {
	options := "mode=ro&_pragma=busy_timeout(10000)&_pragma=temp_store(MEMORY)&_pragma=cache_size(-32000)"
	if final {
		options += "&immutable=1"
	}
	db := sql.OpenDB(connector((&url.URL{Scheme: "file", Path: path, OmitHost: true}).String() + "?" + options))
	if err := db.Ping(); err != nil {
		_ = db.Close()
		return nil, err
	}
	return dbx.NewFromDB(db, "sqlite"), nil
}
