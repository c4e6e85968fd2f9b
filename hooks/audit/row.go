package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// resultOK is the result of an action that succeeded; any other result is the code of its refusal.
const resultOK = "ok"

// Row is an entry as stored in the log.
type Row struct {
	Team       string `db:"team"`
	Seq        int    `db:"seq"` // from 1 without gaps in each team
	Previous   string `db:"previous"`
	Actor      string `db:"actor"`
	ActorName  string `db:"actor_name"`
	IP         string `db:"address"`
	Action     string `db:"action"`
	Target     string `db:"target"`
	TargetName string `db:"target_name"`
	Detail     string `db:"detail"` // JSON
	Result     string `db:"result"`
	At         string `db:"at"`
	Hash       string `db:"hash"`
}

// rowColumns selects a Row. NULL reads as empty, so that a forged row fails verification instead of the scan.
const rowColumns = "coalesce(team, '') team, CAST(seq AS INTEGER) seq, coalesce(previous, '') previous, coalesce(actor, '') actor, " +
	"coalesce(actor_name, '') actor_name, coalesce(address, '') address, coalesce(action, '') action, coalesce(target, '') target, " +
	"coalesce(target_name, '') target_name, coalesce(detail, '') detail, coalesce(result, '') result, coalesce(at, '') at, coalesce(hash, '') hash"

func rowFromRecord(r *core.Record) Row {
	return Row{
		Team: r.GetString("team"), Seq: r.GetInt("seq"), Previous: r.GetString("previous"),
		Actor: r.GetString("actor"), ActorName: r.GetString("actor_name"), IP: r.GetString("address"),
		Action: r.GetString("action"), Target: r.GetString("target"), TargetName: r.GetString("target_name"),
		Detail: r.GetString("detail"), Result: r.GetString("result"), At: r.GetString("at"), Hash: r.GetString("hash"),
	}
}

// computeHash returns the SHA-256 of all fields, including the previous hash, as a JSON array. It returns "", which no row
// has, if the detail isn't valid JSON.
func (r Row) computeHash() string {
	fields, err := json.Marshal([]any{
		r.Team, r.Seq, r.Previous, r.Actor, r.ActorName, r.IP, r.Action, r.Target, r.TargetName,
		json.RawMessage(r.Detail), r.Result, r.At,
	})
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(fields)
	return hex.EncodeToString(sum[:])
}

// Refused reports whether the action was refused.
func (r Row) Refused() bool { return r.Result != resultOK }

// Time returns when the action happened.
func (r Row) Time() time.Time {
	at, _ := time.Parse(time.RFC3339Nano, r.At)
	return at
}

// Details decodes the details of the entry.
func (r Row) Details() map[string]any {
	var details map[string]any
	decoder := json.NewDecoder(strings.NewReader(r.Detail))
	decoder.UseNumber()
	_ = decoder.Decode(&details)
	return details
}
