package mail

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// statusOrder is the order of precedence of what can be known of a letter that left. Reports come in any order; the one
// that stands furthest down holds, so that the same reports always come to the same state:
//
//	sent        the provider took it
//	delayed     the recipient's server does not take it yet, and the provider tries again
//	returned    it came back for a reason that passes, such as a full mailbox, and is not tried again
//	failed      it was never sent: refused, or the provider could not
//	delivered   the recipient's server took it; an absence note, which looks like a return, says nothing against that
//	bounced     it came back for good, which a server may find out after it took the letter
//	complained  the recipient called it unwanted, which only what arrived can be
var statusOrder = []string{Sent, Delayed, Returned, Failed, Delivered, Bounced, Complained}

// transitions are the states that may follow a state.
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

// isReported reports whether a state is one that only the provider's reports lead to.
func isReported(status string) bool {
	return status != Sent && status != Failed && slices.Contains(statusOrder, status)
}

// applyReports brings the letter to where its reports say it is, and reports whether that changed anything. It is a
// function of the reports alone, not of their order.
func (m *Email) applyReports(tx core.App) (changed bool, err error) {
	if m.ProviderID() == "" {
		return false, nil
	}
	var reports []report
	err = tx.DB().Select("event", "provider_id", "status", "at", "error").From("mail_reports").
		Where(dbx.HashExp{"provider_id": m.ProviderID()}).All(&reports)
	if err != nil {
		return false, fmt.Errorf("read what is reported of a letter: %w", err)
	}
	if len(reports) == 0 {
		return false, nil
	}
	slices.SortFunc(reports, func(a, b report) int {
		if d := slices.Index(statusOrder, b.Status) - slices.Index(statusOrder, a.Status); d != 0 {
			return d
		}
		return strings.Compare(a.At+a.Event, b.At+b.Event) // of two that say the same, the first holds
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
