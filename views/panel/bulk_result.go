package panel

import (
	"net/url"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"usher/hooks/bulk"
	"usher/hooks/people"
	"usher/views/ui"
	"usher/views/web"
)

// resultTTL is how long a result waits for the page that shows it. After that, only the audit log has it.
const resultTTL = 10 * time.Minute

// maxStoredResults is how many results are kept for one user: each may have a thousand rows, and some are never shown.
const maxStoredResults = 5

// resultStore keeps results in memory for the page after the action. Each is shown once, to the user who acted.
type resultStore struct {
	mu      sync.Mutex
	results map[string]storedResult
}

type storedResult struct {
	bulk.Result
	team, account string
	expires       time.Time
}

func resultStoreOf(app core.App) *resultStore {
	return app.Store().GetOrSet("usher.panel.receipts", func() any { return &resultStore{results: map[string]storedResult{}} }).(*resultStore)
}

// put stores a result and returns its ID. If the user has too many, the oldest is dropped.
func (r *resultStore) put(stored storedResult) (id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	own, oldest := 0, ""
	for id, old := range r.results {
		if old.expires.Before(now) {
			delete(r.results, id)
			continue
		}
		if old.account == stored.account {
			if own++; oldest == "" || old.expires.Before(r.results[oldest].expires) {
				oldest = id
			}
		}
	}
	if own >= maxStoredResults {
		delete(r.results, oldest)
	}
	id, stored.expires = security.RandomString(12), now.Add(resultTTL)
	r.results[id] = stored
	return id
}

// take removes and returns a result if it belongs to the account and team and has not expired.
func (r *resultStore) take(id, team, account string) (bulk.Result, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	stored, ok := r.results[id]
	if !ok || stored.team != team || stored.account != account || stored.expires.Before(time.Now()) {
		return bulk.Result{}, false
	}
	delete(r.results, id)
	return stored.Result, true
}

// redirectWithResult redirects to the list, which shows the result once (R84).
func redirectWithResult(e *core.RequestEvent, result bulk.Result, query people.Query) error {
	actor := web.Actor(e)
	id := resultStoreOf(e.App).put(storedResult{Result: result, team: actor.Team.Id, account: actor.Account.Id})
	to, err := url.Parse(queryHref(usersPath(e), query))
	if err != nil {
		return err
	}
	values := to.Query()
	values.Set("receipt", id)
	to.RawQuery = values.Encode()
	return web.Redirect(e, to.String())
}

// takeResultProps returns the result that the URL names and forgets it; nil if there is none.
func takeResultProps(e *core.RequestEvent, query people.Query) *BulkResultProps {
	actor := web.Actor(e)
	result, ok := resultStoreOf(e.App).take(e.Request.URL.Query().Get("receipt"), actor.Team.Id, actor.Account.Id)
	if !ok {
		return nil
	}
	return newBulkResultProps(result, queryHref(usersPath(e), query))
}

func newBulkResultProps(result bulk.Result, close string) *BulkResultProps {
	props := &BulkResultProps{Text: resultText(result), Succeeded: result.Done() > 0, CloseURL: close}
	for _, g := range newOutcomeGroups(result, true) {
		if g.Skipped || len(result.Rows) > 1 {
			props.Groups = append(props.Groups, g)
		}
	}
	for _, l := range result.Rows {
		if l.Link != "" {
			props.Links = append(props.Links, NamedLink{l.DisplayName(), l.Link})
		}
	}
	return props
}

// queryFields returns the query of the list as form fields.
func queryFields(q people.Query) []ui.HiddenField {
	at, _ := url.Parse(queryHref("/", q))
	var fields []ui.HiddenField
	for _, name := range []string{"q", "role", "status", "kind", "tag", "inactive", "sort", "page", "after", "before"} {
		if value := at.Query().Get(name); value != "" {
			fields = append(fields, ui.HiddenField{Name: name, Value: value})
		}
	}
	return fields
}
