package billing

import (
	"net/http"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/errs"
)

// CodeBadSignature is the code of an error because a webhook isn't signed by the payment provider.
const CodeBadSignature = "bad_signature"

// syncedKinds are the beginnings of the kinds of events that can change what a team has.
var syncedKinds = []string{"checkout.session.", "customer.subscription.", "invoice."}

// HandleWebhook processes a webhook of the payment provider once, and commits it. An event only says that something changed: the state is
// read from the provider, so that events can arrive late, twice and in any order. It ignores other kinds of events and those about customers
// of other programs. It returns an error if the webhook isn't signed or is too old, and errs.ErrNotFound if changes aren't paid.
func HandleWebhook(app core.App, header http.Header, body []byte) error {
	if !IsPaid(app) {
		return errs.ErrNotFound
	}
	p, err := findProvider(app)
	if err != nil {
		return err
	}
	event, err := p.ReadEvent(header, body)
	if err != nil {
		return errs.Invalid("base", CodeBadSignature, "The signature doesn't match, or is older than five minutes.")
	}
	synced := false
	for _, kind := range syncedKinds {
		synced = synced || strings.HasPrefix(event.Kind, kind)
	}
	if !synced || event.Customer == "" {
		return nil
	}
	account, err := findAccountByCustomer(app, event.Customer)
	if err != nil {
		return errs.IgnoreNotFound(err)
	}
	if fresh, err := isFresh(app, event); err != nil || !fresh {
		return err
	}
	return syncEvent(app, account.TeamID(), event)
}
