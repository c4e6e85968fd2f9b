package hooks

import (
	"context"
	"database/sql"
	"database/sql/driver"

	"github.com/pocketbase/dbx"
	"modernc.org/sqlite" // the driver that PocketBase uses, too

	"usher/hooks/record"
)

// DBConnect opens a database as PocketBase does, and lets every transaction take the write lock when it
// begins. A transaction that reads first and is overtaken by another process could not be written otherwise.
func DBConnect(path string) (*dbx.DB, error) {
	db := sql.OpenDB(connector(path + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)" +
		"&_pragma=journal_size_limit(200000000)&_pragma=synchronous(NORMAL)&_pragma=foreign_keys(ON)" +
		"&_pragma=temp_store(MEMORY)&_pragma=cache_size(-32000)&_txlock=immediate"))
	if err := db.Ping(); err != nil {
		return nil, err
	}
	return dbx.NewFromDB(db, "sqlite"), nil
}

// connector makes connections that keep the statements of record.Kept prepared: reading and planning a short
// statement takes SQLite longer than running it.
type connector string

func (c connector) Driver() driver.Driver { return &sqlite.Driver{} }

func (c connector) Connect(context.Context) (driver.Conn, error) {
	opened, err := c.Driver().Open(string(c))
	if err != nil {
		return nil, err
	}
	return &conn{opened.(sqliteConn), map[string]*kept{}}, nil
}

// maxKept is how many statements a connection keeps.
const maxKept = 64

// sqliteConn is what database/sql uses of a connection of the driver.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
	driver.Pinger
}

type conn struct {
	sqliteConn
	kept map[string]*kept
}

// kept is a prepared statement; open while somebody reads its rows.
type kept struct {
	driver.Stmt
	open bool
}

// find is the prepared statement of a query that is to be kept, or nil.
func (c *conn) find(ctx context.Context, query string) (*kept, error) {
	if !record.IsKept(ctx) {
		return nil, nil
	}
	if statement, ok := c.kept[query]; ok || len(c.kept) >= maxKept {
		if ok && !statement.open {
			return statement, nil
		}
		return nil, nil
	}
	prepared, err := c.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	c.kept[query] = &kept{Stmt: prepared}
	return c.kept[query], nil
}

func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	statement, err := c.find(ctx, query)
	if err != nil {
		return nil, err
	}
	if statement == nil {
		return c.sqliteConn.ExecContext(ctx, query, args)
	}
	return statement.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	statement, err := c.find(ctx, query)
	if err != nil {
		return nil, err
	}
	if statement == nil {
		return c.sqliteConn.QueryContext(ctx, query, args)
	}
	rows, err := statement.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	statement.open = true
	return &reading{rows, statement}, nil
}

// reading gives the statement free when its rows were read.
type reading struct {
	driver.Rows
	of *kept
}

func (r *reading) Close() error {
	r.of.open = false
	return r.Rows.Close()
}

func (c *conn) Close() error {
	for _, statement := range c.kept {
		_ = statement.Close()
	}
	return c.sqliteConn.Close()
}
