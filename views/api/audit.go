package api

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/audit"
	"usher/hooks/people"
	"usher/hooks/teams"
	"usher/hooks/tools/csvfile"
	"usher/views/web"
)

type auditPage struct {
	Items []auditEntry `json:"items"`
	Next  *int         `json:"next"` // value of before for the next page; null on the last page
}

// auditEntry is an entry of the audit log, with a readable sentence.
type auditEntry struct {
	Number   int             `json:"number"`
	At       string          `json:"at"`
	Actor    auditSubject    `json:"actor"` // no id for the server and the command line
	Action   string          `json:"action"`
	Target   auditSubject    `json:"target"`
	From     string          `json:"from"`
	Result   string          `json:"result"` // done or refused
	Code     string          `json:"code"`   // of a refusal
	Details  json.RawMessage `json:"details"`
	Sentence string          `json:"sentence"`
}

type auditSubject struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func listAudit(e *core.RequestEvent) error {
	query, err := parseAuditQuery(e)
	if err != nil {
		return err
	}
	page, err := audit.List(e.App, web.Actor(e), query)
	if err != nil {
		return err
	}
	answer := auditPage{Items: make([]auditEntry, 0, len(page.Rows))}
	if page.Next > 0 {
		answer.Next = &page.Next
	}
	for _, row := range page.Rows {
		answer.Items = append(answer.Items, auditEntryOf(row))
	}
	return e.JSON(http.StatusOK, answer)
}

func parseAuditQuery(e *core.RequestEvent) (audit.Query, error) {
	query, err := audit.ParseQuery(e.Request.URL.Query(), callerZone(e))
	if err != nil {
		return query, err
	}
	if query.Before, err = queryInt(e, "before"); err != nil {
		return query, err
	}
	query.Size, err = queryInt(e, "perPage")
	return query, err
}

func auditEntryOf(row audit.Row) auditEntry {
	entry := auditEntry{
		Number: row.Seq, At: row.Time().UTC().Format(time.RFC3339Nano), Actor: auditSubject{row.Actor, row.ActorName}, Action: row.Action,
		Target: auditSubject{row.Target, row.TargetName}, From: row.IP, Result: audit.ResultDone, Details: json.RawMessage(row.Detail),
		Sentence: row.Sentence().String(),
	}
	if row.Refused() {
		entry.Result, entry.Code = audit.ResultRefused, row.Result
	}
	if !json.Valid(entry.Details) {
		entry.Details = json.RawMessage("null")
	}
	return entry
}

// auditCheck is the result of verifying a team's hash chain.
type auditCheck struct {
	Entries int  `json:"entries"`
	Whole   bool `json:"whole"`
	Broken  *int `json:"broken"` // number of the first entry that doesn't match; null: none
}

// verifyAudit checks the hash chain of the team's entries and reports the first broken entry.
func verifyAudit(e *core.RequestEvent) error {
	rows, err := audit.VerifyTeam(e.App, web.Actor(e))
	var broken *audit.ChainError
	if err != nil && !errors.As(err, &broken) {
		return err
	}
	answer := auditCheck{Entries: rows, Whole: broken == nil}
	if broken != nil {
		answer.Broken = &broken.Seq
	}
	return e.JSON(http.StatusOK, answer)
}

func exportAudit(e *core.RequestEvent) error {
	query, err := parseAuditQuery(e)
	if err != nil {
		return err
	}
	zone := callerZone(e)
	return web.ServeCSV(e, exportFileName(e, "audit"), func(to io.Writer) error {
		return audit.Export(e.App, web.Actor(e), query, zone, to)
	})
}

func exportUsers(e *core.RequestEvent) error {
	query, err := parseUserQuery(e)
	if err != nil {
		return err
	}
	return web.ServeCSV(e, exportFileName(e, "users"), func(to io.Writer) error {
		return people.Export(e.App, web.Actor(e), query, callerZone(e), to)
	})
}

func exportFileName(e *core.RequestEvent, of string) string {
	return csvfile.FileName(teams.Of(web.Actor(e).Team).Slug(), of, time.Now().In(callerZone(e)))
}

// callerZone returns the caller's time zone.
func callerZone(e *core.RequestEvent) *time.Location {
	return accounts.Zone(e.Auth, teams.Of(web.Actor(e).Team).Zone())
}
