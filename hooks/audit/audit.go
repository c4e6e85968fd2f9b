// Package audit keeps who did what: rows that are only ever added, each tied to the one before it
// in its team by a hash (R151).
package audit

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/ratelimit"
	"usher/hooks/tools/text"
)

// Entry is one deed. Team is empty for what belongs to an account alone.
type Entry struct {
	Team       string
	Actor      string // account id; empty for the server itself
	ActorName  string
	IP         string // network address
	Action     string // "invitation.accept"
	Target     string // id of whom or what it was done to
	TargetName string
	Detail     map[string]any
}

// Administrator is the name of an actor who runs the server, and isn't a user of the team.
const Administrator = "Server administrator"

// NewEntry begins an entry with who acts.
func NewEntry(actor *actors.Actor, action string) *Entry {
	return &Entry{Team: actor.Team.Id, Actor: actor.Account.Id, ActorName: actor.Name(), IP: actor.IP, Action: action}
}

// NewAccountEntry begins an entry of an account that acts for itself, in a team or in none ("").
func NewAccountEntry(account *core.Record, team, from, action string) *Entry {
	return &Entry{Team: team, Actor: account.Id, ActorName: actors.DisplayName(account), IP: from, Action: action}
}

// WithTarget names the target.
func (e *Entry) WithTarget(id, name string) *Entry {
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
		return writeEntry(tx, entry, resultOK)
	})
	return RecordRefusal(app, entry, err)
}

// RecordRefusal writes the entry with the code of err as its result if err is a refusal, and returns err. It is for an
// action that is refused before its transaction; Do writes its own refusals. It must not be called in a transaction:
// what is refused there is rolled back.
func RecordRefusal(app core.App, entry *Entry, err error) error {
	code := errs.Code(err)
	if code == "" {
		return err
	}
	failed := app.RunInTransaction(func(tx core.App) error { return writeEntry(tx, entry, code) })
	if failed != nil {
		app.Logger().Error("write a refusal to the audit log", "error", failed)
	}
	return err
}

// Write adds an entry to the transaction of a deed that was done.
func Write(tx core.App, entry *Entry) error { return writeEntry(tx, entry, resultOK) }

// WriteRefused adds an entry of a deed that was refused with that code.
func WriteRefused(tx core.App, entry *Entry, code string) error { return writeEntry(tx, entry, code) }

func writeEntry(tx core.App, entry *Entry, result string) error {
	if entry.Action == "" {
		return nil
	}
	last, err := findChainHead(tx, entry.Team)
	if err != nil {
		return err
	}
	detail, err := json.Marshal(truncateDetails(entry.Detail))
	if err != nil {
		return fmt.Errorf("write audit: %w", err)
	}
	r := Row{
		Team: entry.Team, Seq: last.Seq + 1, Previous: last.Hash, Actor: entry.Actor, ActorName: truncateText(entry.ActorName), IP: truncateText(ratelimit.NormalizeIP(entry.IP)),
		Action: entry.Action, Target: truncateText(entry.Target), TargetName: truncateText(entry.TargetName), Detail: string(detail), Result: result, At: timestampAfter(last.At),
	}
	// By SQL: a save would cost as much as the deed that the row tells of.
	_, err = tx.NonconcurrentDB().NewQuery(`INSERT INTO audit
		(id, team, seq, previous, actor, actor_name, address, action, target, target_name, detail, result, at, hash) VALUES
		({:id}, {:team}, {:seq}, {:previous}, {:actor}, {:name}, {:address}, {:action}, {:target}, {:target_name}, {:detail}, {:result}, {:at}, {:hash})`).WithContext(record.Prepared).
		Bind(dbx.Params{"id": core.GenerateDefaultRandomId(), "team": r.Team, "seq": r.Seq, "previous": r.Previous, "actor": r.Actor, "name": r.ActorName,
			"address": r.IP, "action": r.Action, "target": r.Target, "target_name": r.TargetName,
			"detail": r.Detail, "result": r.Result, "at": r.At, "hash": r.computeHash()}).Execute()
	if err != nil {
		return fmt.Errorf("write audit: %w", err)
	}
	return nil
}

// maxText is the longest text that is written down, in characters. A description has as many.
const maxText = 500

func truncateText(s string) string {
	if utf8.RuneCountInString(s) > maxText {
		return text.Truncate(s, maxText-1) + "…"
	}
	return s
}

// truncateDetails are the details, each as long as it may be: what was typed is written down though it was refused, and
// nobody can take it out again.
func truncateDetails(detail map[string]any) map[string]any {
	for key, value := range detail {
		if text, ok := value.(string); ok {
			detail[key] = truncateText(text)
		}
	}
	return detail
}

type chainHead struct {
	Seq  int    `db:"seq"`
	Hash string `db:"hash"`
	At   string `db:"at"`
}

func findChainHead(tx core.App, team string) (chainHead, error) {
	var last chainHead
	err := tx.DB().NewQuery("SELECT seq, hash, at FROM audit WHERE team = {:t} ORDER BY seq DESC LIMIT 1").WithContext(record.Prepared).
		Bind(dbx.Params{"t": team}).One(&last)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return last, fmt.Errorf("find the newest audit row: %w", err)
	}
	return last, nil
}

// timeLayout is how a moment is written: always as long, so that later ones sort behind.
const timeLayout = "2006-01-02T15:04:05.000000Z"

// timestampAfter is now, or the moment of the row before if the clock was set back: rows are found by their time.
func timestampAfter(before string) string { return max(before, time.Now().UTC().Format(timeLayout)) }
