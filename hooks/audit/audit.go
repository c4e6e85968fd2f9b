// Package audit keeps who did what: rows that are only ever added, each tied to the one before it
// in its team by a hash (R151).
package audit

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/record"
)

// Entry is one deed. Team is empty for what belongs to an account alone.
type Entry struct {
	Team       string
	Actor      string // account id; empty for the server itself
	ActorName  string
	From       string // network address
	Action     string // "invitation.accept"
	Target     string // id of whom or what it was done to
	TargetName string
	Detail     map[string]any
}

// By begins an entry with who acts.
func By(actor *actors.Actor, action string) *Entry {
	return &Entry{Team: actor.Team.Id, Actor: actor.Account.Id, ActorName: actor.Name(), From: actor.From, Action: action}
}

// Of begins an entry of an account that acts for itself, in a team or in none ("").
func Of(account *core.Record, team, from, action string) *Entry {
	return &Entry{Team: team, Actor: account.Id, ActorName: actors.DisplayName(account), From: from, Action: action}
}

// On names the target.
func (e *Entry) On(id, name string) *Entry {
	e.Target, e.TargetName = id, name
	return e
}

// With adds a detail.
func (e *Entry) With(key string, value any) *Entry {
	if e.Detail == nil {
		e.Detail = map[string]any{}
	}
	e.Detail[key] = value
	return e
}

// Do runs a deed in one transaction, with its entry in the same transaction. A refusal is written
// down after the deed was rolled back, with its code as the result.
func Do(app core.App, entry *Entry, deed func(tx core.App) error) error {
	err := app.RunInTransaction(func(tx core.App) error {
		if err := deed(tx); err != nil {
			return err
		}
		return write(tx, entry, "ok")
	})
	if code := record.Code(err); code != "" {
		refused := app.RunInTransaction(func(tx core.App) error { return write(tx, entry, code) })
		if refused != nil {
			app.Logger().Error("write a refusal to the audit log", "error", refused)
		}
	}
	return err
}

// Write adds an entry to the transaction of a deed that was done.
func Write(tx core.App, entry *Entry) error { return write(tx, entry, "ok") }

// WriteRefused adds an entry of a deed that was refused with that code.
func WriteRefused(tx core.App, entry *Entry, code string) error { return write(tx, entry, code) }

func write(tx core.App, entry *Entry, result string) error {
	if entry.Action == "" {
		return nil
	}
	last, err := newest(tx, entry.Team)
	if err != nil {
		return err
	}
	detail, err := json.Marshal(entry.Detail)
	if err != nil {
		return fmt.Errorf("write audit: %w", err)
	}
	r := row{core.GenerateDefaultRandomId(), entry.Team, last.Seq + 1, last.Hash, entry.Actor, entry.ActorName, entry.From,
		entry.Action, entry.Target, entry.TargetName, string(detail), result, time.Now().UTC().Format(time.RFC3339Nano)}
	_, err = tx.NonconcurrentDB().NewQuery(`INSERT INTO audit
		(id, team, seq, previous, actor, actor_name, address, action, target, target_name, detail, result, at, hash) VALUES
		({:id}, {:team}, {:seq}, {:previous}, {:actor}, {:name}, {:address}, {:action}, {:target}, {:target_name}, {:detail}, {:result}, {:at}, {:hash})`).WithContext(record.Kept).
		Bind(dbx.Params{"id": r.id, "team": r.team, "seq": r.seq, "previous": r.previous, "actor": r.actor, "name": r.actorName,
			"address": r.address, "action": r.action, "target": r.target, "target_name": r.targetName,
			"detail": r.detail, "result": r.result, "at": r.at, "hash": r.hash()}).Execute()
	if err != nil {
		return fmt.Errorf("write audit: %w", err)
	}
	return nil
}

// row is a row as it is stored, but for its hash. It is written by SQL: a save would cost as much as the deed it tells of.
type row struct {
	id         string
	team       string
	seq        int
	previous   string
	actor      string
	actorName  string
	address    string
	action     string
	target     string
	targetName string
	detail     string // JSON
	result     string
	at         string
}

func rowOf(r *core.Record) row {
	return row{r.Id, r.GetString("team"), r.GetInt("seq"), r.GetString("previous"), r.GetString("actor"), r.GetString("actor_name"),
		r.GetString("address"), r.GetString("action"), r.GetString("target"), r.GetString("target_name"),
		r.GetString("detail"), r.GetString("result"), r.GetString("at")}
}

type link struct {
	Seq  int    `db:"seq"`
	Hash string `db:"hash"`
}

func newest(tx core.App, team string) (link, error) {
	var last link
	err := tx.DB().NewQuery("SELECT seq, hash FROM audit WHERE team = {:t} ORDER BY seq DESC LIMIT 1").WithContext(record.Kept).
		Bind(dbx.Params{"t": team}).One(&last)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return last, fmt.Errorf("find the newest audit row: %w", err)
	}
	return last, nil
}

// hash ties a row to the one before it: SHA-256 over all of its fields as a JSON list.
func (r row) hash() string {
	fields, _ := json.Marshal([]any{r.team, r.seq, r.previous, r.actor, r.actorName, r.address,
		r.action, r.target, r.targetName, json.RawMessage(r.detail), r.result, r.at})
	sum := sha256.Sum256(fields)
	return hex.EncodeToString(sum[:])
}

// Verify follows the chain of a team from its first row. The error names the first row that was changed or is missing.
func Verify(app core.App, team string) error {
	rows, err := app.FindRecordsByFilter("audit", "team = {:t}", "seq", 0, 0, dbx.Params{"t": team})
	if err != nil {
		return fmt.Errorf("read the audit log: %w", err)
	}
	previous := ""
	for i, row := range rows {
		switch {
		case row.GetInt("seq") != i+1:
			return fmt.Errorf("audit row %d of team %q is missing", i+1, team)
		case row.GetString("previous") != previous || row.GetString("hash") != rowOf(row).hash():
			return fmt.Errorf("audit row %d of team %q was changed", i+1, team)
		}
		previous = row.GetString("hash")
	}
	return nil
}
