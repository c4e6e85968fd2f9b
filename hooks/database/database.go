// Package database opens SQLite for PocketBase with prepared statements that are kept between uses.
package database

import (
	"context"
	"database/sql"
	"database/sql/driver"

	"github.com/pocketbase/dbx"

	"usher/hooks/record"
)

// DBConnect opens a database as PocketBase does, but transactions take the write lock when they begin. Otherwise a transaction
// that reads first would fail if another process wrote in the meantime.
func DBConnect(path string) (*dbx.DB, error) {
	db := sql.OpenDB(connector(path + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)" +
		"&_pragma=journal_size_limit(200000000)&_pragma=synchronous(NORMAL)&_pragma=foreign_keys(ON)" +
		"&_pragma=temp_store(MEMORY)&_pragma=cache_size(-32000)&_txlock=immediate"))
	if err := db.Ping(); err != nil {
		return nil, err
	}
	return dbx.NewFromDB(db, "sqlite"), nil
}

// connector opens connections that keep the statements of record.Prepared: SQLite takes longer to parse and plan a short
// statement than to run it.
type connector string

func (c connector) Driver() driver.Driver { return registered }

func (c connector) Connect(context.Context) (driver.Conn, error) {
	opened, err := c.Driver().Open(string(c))
	if err != nil {
		return nil, err
	}
	return &conn{opened.(sqliteConn), map[string]*preparedStmt{}}, nil
}

// maxPrepared is the maximum number of statements kept by a connection.
const maxPrepared = 64

// sqliteConn is the interface of a driver connection that database/sql uses.
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
	statements map[string]*preparedStmt
}

// preparedStmt is a kept statement. It is in use while its rows are read.
type preparedStmt struct {
	driver.Stmt
	inUse bool
}

// findPrepared returns the kept statement of a query, or nil if it isn't kept or is in use.
func (c *conn) findPrepared(ctx context.Context, query string) (*preparedStmt, error) {
	if !record.IsPrepared(ctx) {
		return nil, nil
	}
	if statement, ok := c.statements[query]; ok || len(c.statements) >= maxPrepared {
		if ok && !statement.inUse {
			return statement, nil
		}
		return nil, nil
	}
	prepared, err := c.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	c.statements[query] = &preparedStmt{Stmt: prepared}
	return c.statements[query], nil
}

func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	statement, err := c.findPrepared(ctx, query)
	if err != nil {
		return nil, err
	}
	if statement == nil {
		return c.sqliteConn.ExecContext(ctx, query, args)
	}
	return statement.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	statement, err := c.findPrepared(ctx, query)
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
	statement.inUse = true
	return &preparedRows{rows, statement}, nil
}

// preparedRows releases the statement when closed.
type preparedRows struct {
	driver.Rows
	statement *preparedStmt
}

func (r *preparedRows) Close() error {
	r.statement.inUse = false
	return r.Rows.Close()
}

func (c *conn) Close() error {
	for _, statement := range c.statements {
		_ = statement.Close()
	}
	return c.sqliteConn.Close()
}
