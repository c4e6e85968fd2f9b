package panel

import (
	"net/url"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"usher/hooks/bulk"
	"usher/hooks/members"
	"usher/views/ui"
	"usher/views/web"
)

// receiptLife is how long a receipt waits for the page that shows it. Afterwards the audit log has it alone.
const receiptLife = 10 * time.Minute

// maxReceipts is how many wait for one person: each may have a thousand lines, and some are never looked at.
const maxReceipts = 5

// receipts wait in memory for the page after the deed: each is shown once, to whoever did it.
type receipts struct {
	mu   sync.Mutex
	kept map[string]keptReceipt
}

type keptReceipt struct {
	bulk.Receipt
	team, account string
	until         time.Time
}

func receiptsOf(app core.App) *receipts {
	return app.Store().GetOrSet("usher.panel.receipts", func() any { return &receipts{kept: map[string]keptReceipt{}} }).(*receipts)
}

func (r *receipts) keep(kept keptReceipt) (id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	own, oldest := 0, ""
	for id, old := range r.kept {
		if old.until.Before(now) {
			delete(r.kept, id)
			continue
		}
		if old.account == kept.account {
			if own++; oldest == "" || old.until.Before(r.kept[oldest].until) {
				oldest = id
			}
		}
	}
	if own >= maxReceipts {
		delete(r.kept, oldest)
	}
	id, kept.until = security.RandomString(12), now.Add(receiptLife)
	r.kept[id] = kept
	return id
}

func (r *receipts) take(id, team, account string) (bulk.Receipt, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	kept, ok := r.kept[id]
	if !ok || kept.team != team || kept.account != account || kept.until.Before(time.Now()) {
		return bulk.Receipt{}, false
	}
	delete(r.kept, id)
	return kept.Receipt, true
}

// withReceipt sends the person back to the list, with the receipt of what was done (R84).
func withReceipt(e *core.RequestEvent, receipt bulk.Receipt, query members.Query) error {
	actor := web.Actor(e)
	id := receiptsOf(e.App).keep(keptReceipt{Receipt: receipt, team: actor.Team.Id, account: actor.Account.Id})
	to, err := url.Parse(address(usersPath(e), query))
	if err != nil {
		return err
	}
	values := to.Query()
	values.Set("receipt", id)
	to.RawQuery = values.Encode()
	return web.Go(e, to.String())
}

// receiptProps is the receipt of the address, once; nil if there is none.
func receiptProps(e *core.RequestEvent, query members.Query) *ReceiptProps {
	actor := web.Actor(e)
	receipt, ok := receiptsOf(e.App).take(e.Request.URL.Query().Get("receipt"), actor.Team.Id, actor.Account.Id)
	if !ok {
		return nil
	}
	return receiptOf(receipt, address(usersPath(e), query))
}

func receiptOf(receipt bulk.Receipt, close string) *ReceiptProps {
	props := &ReceiptProps{Text: receiptText(receipt), Good: receipt.Done() > 0, Close: close}
	for _, g := range groups(receipt, true) {
		if g.Alone || len(receipt.Lines) > 1 {
			props.Groups = append(props.Groups, g)
		}
	}
	for _, l := range receipt.Lines {
		if l.Link != "" {
			props.Links = append(props.Links, NamedLink{l.Called(), l.Link})
		}
	}
	return props
}

// placeFields are where the list stood, as fields of a form.
func placeFields(q members.Query) []ui.Hidden {
	at, _ := url.Parse(address("/", q))
	var fields []ui.Hidden
	for _, name := range []string{"q", "role", "status", "kind", "tag", "sort", "page", "after", "before"} {
		if value := at.Query().Get(name); value != "" {
			fields = append(fields, ui.Hidden{Name: name, Value: value})
		}
	}
	return fields
}
