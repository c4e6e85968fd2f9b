// Package audit records who did what in a log that is append-only: each row is chained to the previous one of its team
// by a hash (R151).
package audit

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/ratelimit"
	"usher/hooks/tools/text"
)

// Entry is one action to record. Team is empty for actions that concern only an account.
type Entry struct {
	Team       string
	Actor      string // account id; empty for the server itself
	ActorName  string
	IP         string // network address
	Action     string // "invitation.accept"
	Target     string // id of the record acted on
	TargetName string
	Detail     map[string]any
}

// Administrator is the actor name of server administrators.
const Administrator = "Server administrator"

// NewEntry returns an entry for an action by a user of a team.
func NewEntry(actor *actors.Actor, action string) *Entry {
	return &Entry{Team: actor.Team.Id, Actor: actor.Account.Id, ActorName: actor.Name(), IP: actor.IP, Action: action}
}

// NewAccountEntry returns an entry for an action by an account outside the team pages. team may be "".
func NewAccountEntry(account *core.Record, team, ip, action string) *Entry {
	return &Entry{Team: team, Actor: account.Id, ActorName: actors.DisplayName(account), IP: ip, Action: action}
}

// WithTarget sets the target and returns the entry.
func (e *Entry) WithTarget(id, name string) *Entry {
	e.Target, e.TargetName = id, name
	return e
}

// With sets a detail and returns the entry.
func (e *Entry) With(key string, value any) *Entry {
	if e.Detail == nil {
		e.Detail = map[string]any{}
	}
	e.Detail[key] = value
	return e
}

// Do runs an action and writes its entry in one transaction. If the action is refused, the transaction is rolled back and
// the entry is written with the code of the refusal as its result. An entry whose Action is empty is not written.
func Do(app core.App, entry *Entry, action func(tx core.App) error) error {
	err := app.RunInTransaction(func(tx core.App) error {
		if err := action(tx); err != nil {
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

// Write writes the entry of an action that succeeded, in its transaction.
func Write(tx core.App, entry *Entry) error { return writeEntry(tx, entry, resultOK) }

// WriteRefused writes the entry of an action that was refused with the code.
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
	// Plain SQL: saving a record would cost as much as the action itself.
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

// maxText is the length in characters at which texts are truncated. It is that of the longest description.
const maxText = 500

func truncateText(s string) string { return text.Shorten(s, maxText) }

// truncateDetails truncates every text. Refused input is recorded too, and entries can't be deleted.
func truncateDetails(detail map[string]any) map[string]any {
	for key, value := range detail {
		if s, ok := value.(string); ok {
			detail[key] = truncateText(s)
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

// timeLayout has a fixed width, so that times sort as text.
const timeLayout = "2006-01-02T15:04:05.000000Z"

// timestampAfter returns the current time, or previous if the clock was set back: times must grow with the sequence.
func timestampAfter(previous string) string {
	return max(previous, time.Now().UTC().Format(timeLayout))
}
