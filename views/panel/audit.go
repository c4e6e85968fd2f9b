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
	"usher/hooks/paths"
	"usher/hooks/people"
	"usher/hooks/teams"
	"usher/hooks/tools/csvfile"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

// auditLog shows the audit log of the team (R151). Fragment requests get only the entries.
func auditLog(e *core.RequestEvent) error {
	log, err := loadLog(e)
	faults, refused := web.FormErrorsOf(err)
	if err != nil && !refused {
		return err
	}
	status := http.StatusOK
	if refused {
		status, log.Errors = web.StatusCode(err), faults
	}
	if web.IsFragment(e) {
		e.Response.Header().Set("HX-Push-Url", log.currentHref())
		return web.Render(e, status, Log(log))
	}
	return showAudit(e, status, log, ChainProps{CheckURL: verifyPath(e)})
}

func showAudit(e *core.RequestEvent, status int, log LogProps, chain ChainProps) error {
	pageShell, err := shell(e, "audit", ui.Breadcrumb{Label: "Audit log"})
	if err != nil {
		return err
	}
	return web.Render(e, status, Audit(AuditProps{Shell: pageShell, Zone: layout.ZoneFor(web.Actor(e)).String(), Log: log, Chain: chain}))
}

// verifyAudit verifies the hash chain of the team's entries.
func verifyAudit(e *core.RequestEvent) error {
	rows, err := audit.VerifyTeam(e.App, web.Actor(e))
	chain := ChainProps{CheckURL: verifyPath(e), Checked: true, Rows: rows}
	var broken *audit.ChainError
	switch faults, refused := web.FormErrorsOf(err); {
	case errors.As(err, &broken):
		chain.Broken, chain.Missing = broken.Seq, broken.Missing
	case refused:
		web.SetRetryAfter(e, err)
		chain.Checked, chain.Error = false, faults["base"]
	case err != nil:
		return err
	}
	if web.IsFragment(e) {
		return web.Render(e, http.StatusOK, Chain(chain))
	}
	log, err := loadLog(e)
	if err != nil {
		return err
	}
	return showAudit(e, http.StatusOK, log, chain)
}

// exportAudit sends the filtered log as CSV.
func exportAudit(e *core.RequestEvent) error {
	actor := web.Actor(e)
	query, err := audit.ParseQuery(e.Request.URL.Query(), layout.ZoneFor(actor))
	if err != nil {
		return err
	}
	return download(e, "audit", func(to io.Writer) error { return audit.Export(e.App, actor, query, layout.ZoneFor(actor), to) })
}

// exportUsers sends the filtered user list as CSV.
func exportUsers(e *core.RequestEvent) error {
	actor, query := web.Actor(e), parseQuery(e.Request.URL.Query())
	return download(e, "users", func(to io.Writer) error { return people.Export(e.App, actor, query, layout.ZoneFor(actor), to) })
}

// download sends a CSV file named after the team and the date.
func download(e *core.RequestEvent, of string, write func(io.Writer) error) error {
	actor := web.Actor(e)
	return web.ServeCSV(e, csvfile.FileName(teams.Of(actor.Team).Slug(), of, time.Now().In(layout.ZoneFor(actor))), write)
}

// loadLog loads the entries that the URL asks for. If a filter is invalid, it returns the filters as typed with the error.
func loadLog(e *core.RequestEvent) (LogProps, error) {
	actor, values := web.Actor(e), e.Request.URL.Query()
	query, err := audit.ParseQuery(values, layout.ZoneFor(actor))
	log := LogProps{
		Path: auditPath(e), Person: query.Person, Kind: query.Kind, Result: query.Result, Before: query.Before,
		From: text.Truncate(values.Get("from"), 40), To: text.Truncate(values.Get("to"), 40), Zone: layout.ZoneFor(actor),
	}
	if err != nil {
		return log, err
	}
	page, err := audit.List(e.App, actor, query)
	if err != nil {
		return log, err
	}
	log.Next = page.Next
	var ids []string
	for _, row := range page.Rows {
		ids = append(ids, row.Actor, row.Target)
	}
	links, err := loadLogLinks(e, ids)
	if err != nil {
		return log, err
	}
	for _, row := range page.Rows {
		log.Rows = append(log.Rows, newLogRow(row, log.Zone, links, actor.Account.Id))
	}
	log.PersonName, err = aboutName(e, query.Person, page.Rows)
	return log, err
}

func newLogRow(row audit.Row, zone *time.Location, links map[string]string, you string) LogRow {
	return LogRow{
		At: row.Time(), Zone: zone, Sentence: row.Sentence(), IP: row.IP, Refused: row.Refused(), Reason: row.Reason(), Notes: row.Notes(zone),
		You: row.Actor == you, ByAccount: row.Actor != "", ActorHref: links[row.Actor], TargetHref: links[row.Target],
	}
}

// loadLogLinks returns the pages of the users and objects with these ids. What the team no longer has is missing.
func loadLogLinks(e *core.RequestEvent, ids []string) (map[string]string, error) {
	subjects, err := people.FindSubjects(e.App, web.Actor(e).Team.Id, ids)
	links := make(map[string]string, len(subjects))
	for id, subject := range subjects {
		switch subject.Kind {
		case people.SubjectUser:
			links[id] = usersPath(e) + "/" + subject.ID
		case people.SubjectRoom:
			links[id] = roomsPath(e) + "/" + subject.ID
		case people.SubjectSession:
			links[id] = paths.Session(e.Request.PathValue("team"), subject.ID)
		case people.SubjectRecording:
			links[id] = paths.PanelRecordings(e.Request.PathValue("team")) + "/" + subject.ID
		case people.SubjectImport:
			links[id] = importPath(e) + "/" + subject.ID
		case people.SubjectJob:
			links[id] = usersPath(e) + "/jobs/" + subject.ID
		case people.SubjectTeam:
			links[id] = settingsPath(e)
		}
	}
	return links, err
}

// aboutName returns the name of the user or object that entries are filtered by if the query is an ID, and "" if it is text.
func aboutName(e *core.RequestEvent, id string, rows []audit.Row) (string, error) {
	if !audit.IsID(id) {
		return "", nil
	}
	person, err := people.FindRow(e.App, web.Actor(e).Team.Id, id)
	if err == nil {
		return person.DisplayName(), nil
	}
	if !errors.Is(err, errs.ErrNotFound) {
		return "", err
	}
	for _, row := range rows {
		switch id {
		case row.Actor:
			return row.Sentence().Actor, nil
		case row.Target:
			return row.TargetName, nil
		}
	}
	subjects, err := people.FindSubjects(e.App, web.Actor(e).Team.Id, []string{id})
	switch subjects[id].Kind {
	case people.SubjectRoom:
		return "This room", err
	case people.SubjectSession:
		return "This session", err
	case people.SubjectRecording:
		return "This recording", err
	}
	return "Former user", err
}

// href returns the URL of the log with some of its filters changed.
func (p LogProps) href(change map[string]string) string { return p.hrefUnder(p.Path, change) }

func (p LogProps) hrefUnder(path string, change map[string]string) string {
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

// currentHref returns the URL of this page of the log.
func (p LogProps) currentHref() string {
	if p.Before == 0 {
		return p.href(nil)
	}
	return p.href(map[string]string{"before": strconv.Itoa(p.Before)})
}

func (p LogProps) olderHref() string {
	return p.href(map[string]string{"before": strconv.Itoa(p.Next)})
}
