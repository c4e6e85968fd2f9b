package mail

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// statusOrder is the order of the states of a sent email. Reports arrive in any order; the last in this list wins, so that
// the same reports always lead to the same state:
//
//	sent        the provider accepted it
//	delayed     the recipient's server hasn't accepted it yet, and the provider tries again
//	returned    it bounced for a temporary reason, such as a full mailbox, and isn't tried again
//	failed      it was never sent
//	delivered   the recipient's server accepted it; an out-of-office reply, which may be reported as returned, doesn't change that
//	bounced     it bounced permanently, which a server may report after it accepted the email
//	complained  the recipient marked it as spam, so it arrived
var statusOrder = []string{Sent, Delayed, Returned, Failed, Delivered, Bounced, Complained}

// transitions has the states that may follow a state.
var transitions = func() map[string][]string {
	all := map[string][]string{
		Queued:  {Queued, Sending, Failed, Dropped},
		Sending: append([]string{Sending, Queued}, statusOrder...),
	}
	for n, status := range statusOrder {
		all[status] = statusOrder[n:]
	}
	all[Dropped] = []string{Dropped}
	return all
}()

// isReported reports whether only a report of the provider leads to the state.
func isReported(status string) bool {
	return status != Sent && status != Failed && slices.Contains(statusOrder, status)
}

// applyReports sets the state that the email's reports lead to, whatever their order, and reports whether anything
// changed.
func (m *Email) applyReports(tx core.App) (changed bool, err error) {
	if m.ProviderID() == "" {
		return false, nil
	}
	var reports []report
	err = tx.DB().Select("event", "provider_id", "status", "at", "error").From("mail_reports").
		Where(dbx.HashExp{"provider_id": m.ProviderID()}).All(&reports)
	if err != nil {
		return false, fmt.Errorf("read the reports of an email: %w", err)
	}
	if len(reports) == 0 {
		return false, nil
	}
	slices.SortFunc(reports, func(a, b report) int {
		if d := slices.Index(statusOrder, b.Status) - slices.Index(statusOrder, a.Status); d != 0 {
			return d
		}
		return strings.Compare(a.At+a.Event, b.At+b.Event) // of two with the same state, the earlier wins
	})
	last := reports[0]
	if slices.Index(statusOrder, last.Status) < slices.Index(statusOrder, m.Status()) {
		return false, nil
	}
	for _, r := range reports {
		if r.Status == Delivered && (m.DeliveredAt().IsZero() || r.At < m.DeliveredAt().String()) {
			m.Set("delivered", r.At)
		}
	}
	m.Set("status", last.Status)
	m.Set("error", last.Error)
	m.Set("reported", last.At)
	m.Set("unreachable", last.Status == Bounced || last.Status == Complained)
	return true, nil
}
