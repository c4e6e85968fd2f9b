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

// resultTTL is how long a receipt waits for the page that shows it. Afterwards the audit log has it alone.
const resultTTL = 10 * time.Minute

// maxStoredResults is how many wait for one person: each may have a thousand lines, and some are never looked at.
const maxStoredResults = 5

// resultStore wait in memory for the page after the deed: each is shown once, to whoever did it.
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

func (r *resultStore) put(kept storedResult) (id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	own, oldest := 0, ""
	for id, old := range r.results {
		if old.expires.Before(now) {
			delete(r.results, id)
			continue
		}
		if old.account == kept.account {
			if own++; oldest == "" || old.expires.Before(r.results[oldest].expires) {
				oldest = id
			}
		}
	}
	if own >= maxStoredResults {
		delete(r.results, oldest)
	}
	id, kept.expires = security.RandomString(12), now.Add(resultTTL)
	r.results[id] = kept
	return id
}

func (r *resultStore) take(id, team, account string) (bulk.Result, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	kept, ok := r.results[id]
	if !ok || kept.team != team || kept.account != account || kept.expires.Before(time.Now()) {
		return bulk.Result{}, false
	}
	delete(r.results, id)
	return kept.Result, true
}

// redirectWithResult sends the person back to the list, with the receipt of what was done (R84).
func redirectWithResult(e *core.RequestEvent, receipt bulk.Result, query people.Query) error {
	actor := web.Actor(e)
	id := resultStoreOf(e.App).put(storedResult{Result: receipt, team: actor.Team.Id, account: actor.Account.Id})
	to, err := url.Parse(queryHref(usersPath(e), query))
	if err != nil {
		return err
	}
	values := to.Query()
	values.Set("receipt", id)
	to.RawQuery = values.Encode()
	return web.Redirect(e, to.String())
}

// takeResultProps is the receipt of the address, once; nil if there is none.
func takeResultProps(e *core.RequestEvent, query people.Query) *BulkResultProps {
	actor := web.Actor(e)
	receipt, ok := resultStoreOf(e.App).take(e.Request.URL.Query().Get("receipt"), actor.Team.Id, actor.Account.Id)
	if !ok {
		return nil
	}
	return newBulkResultProps(receipt, queryHref(usersPath(e), query))
}

func newBulkResultProps(receipt bulk.Result, close string) *BulkResultProps {
	props := &BulkResultProps{Text: resultText(receipt), Succeeded: receipt.Done() > 0, CloseURL: close}
	for _, g := range newOutcomeGroups(receipt, true) {
		if g.Skipped || len(receipt.Rows) > 1 {
			props.Groups = append(props.Groups, g)
		}
	}
	for _, l := range receipt.Rows {
		if l.Link != "" {
			props.Links = append(props.Links, NamedLink{l.DisplayName(), l.Link})
		}
	}
	return props
}

// queryFields are where the list stood, as fields of a form.
func queryFields(q people.Query) []ui.HiddenField {
	at, _ := url.Parse(queryHref("/", q))
	var fields []ui.HiddenField
	for _, name := range []string{"q", "role", "status", "kind", "tag", "sort", "page", "after", "before"} {
		if value := at.Query().Get(name); value != "" {
			fields = append(fields, ui.HiddenField{Name: name, Value: value})
		}
	}
	return fields
}
