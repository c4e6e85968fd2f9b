package panel

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/audit"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/spreadsheet"
	"usher/hooks/teams"
	"usher/views/frame"
	"usher/views/ui"
	"usher/views/web"
)

// auditLog is who did what in the team (R151). A part of the page gets the entries alone.
func auditLog(e *core.RequestEvent) error {
	log, err := logProps(e)
	faults, refused := web.FaultsOf(err)
	if err != nil && !refused {
		return err
	}
	status := http.StatusOK
	if refused {
		status, log.Faults = web.Status(err), faults
	}
	if web.IsFragment(e) {
		e.Response.Header().Set("HX-Push-Url", log.here())
		return web.Render(e, status, Log(log))
	}
	return showAudit(e, status, log, ChainProps{Check: log.Path + "/verify"})
}

func showAudit(e *core.RequestEvent, status int, log LogProps, chain ChainProps) error {
	around, err := shell(e, "audit", ui.Crumb{Label: "Audit log"})
	if err != nil {
		return err
	}
	return web.Render(e, status, Audit(AuditProps{Shell: around, Zone: frame.ZoneOf(web.Actor(e)).String(), Log: log, Chain: chain}))
}

// verifyAudit says whether the chain of entries is whole.
func verifyAudit(e *core.RequestEvent) error {
	rows, err := audit.Check(e.App, web.Actor(e))
	chain := ChainProps{Check: auditPath(e) + "/verify", Checked: true, Rows: rows}
	var broken *audit.Broken
	switch faults, refused := web.FaultsOf(err); {
	case errors.As(err, &broken):
		chain.Broken, chain.Missing = broken.Seq, broken.Missing
	case refused:
		web.SetWait(e, err)
		chain.Checked, chain.Refused = false, faults["base"]
	case err != nil:
		return err
	}
	if web.IsFragment(e) {
		return web.Render(e, http.StatusOK, Chain(chain))
	}
	log, err := logProps(e)
	if err != nil {
		return err
	}
	return showAudit(e, http.StatusOK, log, chain)
}

// exportAudit is the log as it is filtered, as CSV.
func exportAudit(e *core.RequestEvent) error {
	actor := web.Actor(e)
	query, err := audit.ReadQuery(e.Request.URL.Query(), frame.ZoneOf(actor))
	if err != nil {
		return err
	}
	return download(e, "audit", func(to io.Writer) error { return audit.Export(e.App, actor, query, frame.ZoneOf(actor), to) })
}

// exportUsers is the list of users as it is filtered, as CSV.
func exportUsers(e *core.RequestEvent) error {
	actor, query := web.Actor(e), queryOf(e.Request.URL.Query())
	return download(e, "users", func(to io.Writer) error { return members.Export(e.App, actor, query, frame.ZoneOf(actor), to) })
}

// download answers with a file named after the team and the day.
func download(e *core.RequestEvent, of string, write func(io.Writer) error) error {
	actor := web.Actor(e)
	return web.Download(e, spreadsheet.Name(teams.Of(actor.Team).Slug(), of, time.Now().In(frame.ZoneOf(actor))), write)
}

// logProps reads the entries of the address. A refusal leaves what was typed.
func logProps(e *core.RequestEvent) (LogProps, error) {
	actor, values := web.Actor(e), e.Request.URL.Query()
	query, err := audit.ReadQuery(values, frame.ZoneOf(actor))
	log := LogProps{
		Path: auditPath(e), Person: query.Person, Kind: query.Kind, Result: query.Result, Before: query.Before,
		From: record.Cut(values.Get("from"), 40), To: record.Cut(values.Get("to"), 40), Zone: frame.ZoneOf(actor),
	}
	if err != nil {
		return log, err
	}
	page, err := audit.List(e.App, actor, query)
	if err != nil {
		return log, err
	}
	log.Next = page.Next
	for _, row := range page.Rows {
		log.Rows = append(log.Rows, log.row(row, actor.Account.Id))
	}
	log.About, err = about(e, query.Person, page.Rows)
	return log, err
}

func (p LogProps) row(row audit.Row, you string) LogRow {
	sentence := row.Sentence()
	r := LogRow{
		At: row.Time(), Zone: p.Zone, Sentence: sentence, From: row.From, Refused: row.Refused(), Reason: row.Reason(), Notes: row.Notes(),
		You: row.Actor == you,
	}
	if row.Actor != "" {
		r.WhoHref = p.about(row.Actor)
	}
	if row.Target != "" {
		r.WhomHref = p.about(row.Target)
	}
	return r
}

// about is the name of whom the entries are about, where the query has an id; empty where it has words.
func about(e *core.RequestEvent, id string, rows []audit.Row) (string, error) {
	if !audit.IsID(id) {
		return "", nil
	}
	person, err := members.FindRow(e.App, web.Actor(e).Team.Id, id)
	if err == nil {
		return person.Called(), nil
	}
	if !errors.Is(err, record.ErrNotFound) {
		return "", err
	}
	for _, row := range rows {
		switch id {
		case row.Actor:
			return row.Sentence().Who, nil
		case row.Target:
			return row.TargetName, nil
		}
	}
	return "somebody who is not here any more", nil
}

// at is the address of the log with some of its filters changed.
func (p LogProps) at(change map[string]string) string { return p.under(p.Path, change) }

func (p LogProps) under(path string, change map[string]string) string {
	values := url.Values{}
	for name, value := range map[string]string{"person": p.Person, "kind": p.Kind, "result": p.Result, "from": p.From, "to": p.To} {
		if other, ok := change[name]; ok {
			value = other
		}
		if value != "" {
			values.Set(name, value)
		}
	}
	if before := change["before"]; before != "" {
		values.Set("before", before)
	}
	if len(values) == 0 {
		return path
	}
	return path + "?" + values.Encode()
}

// here is the address of the page itself.
func (p LogProps) here() string {
	if p.Before == 0 {
		return p.at(nil)
	}
	return p.at(map[string]string{"before": strconv.Itoa(p.Before)})
}

// about is the address of everything about one person.
func (p LogProps) about(id string) string { return p.Path + "?person=" + url.QueryEscape(id) }

func (p LogProps) older() string { return p.at(map[string]string{"before": strconv.Itoa(p.Next)}) }
