package panel

import (
	"fmt"
	"strings"

	"usher/hooks/billing"
	"usher/hooks/plans"
	"usher/hooks/sessions"
	"usher/hooks/tools/text"
	"usher/views/ui"
)

var limitLabels = map[string]string{
	plans.AdminSeats: "Admin seats", plans.OrganizerSeats: "Organizer seats", plans.Licences: "Licences", plans.SessionMinutes: "Longest session",
	plans.SessionPeople: "People in a session", plans.StorageBytes: "Storage for recordings", plans.RetentionDays: "Recordings are kept for",
}

// limitValue is a limit for readers, such as "25" or "2 hours".
func limitValue(name string, limit int64) string {
	switch {
	case limit == plans.Unlimited:
		return "No limit"
	case name == plans.SessionMinutes:
		return sessions.FormatMinutes(int(limit))
	case name == plans.StorageBytes:
		return text.Storage(limit)
	case name == plans.RetentionDays:
		return "Up to " + ui.Count(int(limit), "day", "days")
	}
	return ui.Number(int(limit))
}

// usedText says how much of a limit is in use; "" for limits of single sessions.
func usedText(l billing.Limit) string {
	switch l.Name {
	case plans.AdminSeats, plans.OrganizerSeats:
		words := ui.Number(int(l.Used)) + " used, " + ui.Number(int(l.Reserved)) + " reserved"
		if l.Before != plans.Unlimited {
			words += ", " + ui.Number(int(max(0, l.Before-l.Used-l.Reserved))) + " free"
		}
		return words
	case plans.Licences:
		return ui.Number(int(l.Used)) + " in use"
	case plans.StorageBytes:
		return text.Storage(l.Used) + " used"
	}
	return ""
}

func limitRows(p *billing.Preview) []LimitRow {
	var rows []LimitRow
	for _, l := range p.Limits {
		rows = append(rows, LimitRow{Label: limitLabels[l.Name], Before: limitValue(l.Name, l.Before), After: limitValue(l.Name, l.After), Used: usedText(l),
			Changed: l.Before != l.After, Lowered: l.Lowered(), Exceeded: l.Exceeded()})
	}
	return rows
}

// planText lists what a plan includes.
func planText(plan *plans.Plan) string {
	var parts []string
	count := func(limit, one, many string) {
		n := plan.Limit(limit)
		if n == plans.Unlimited {
			parts = append(parts, "unlimited "+many)
		} else {
			parts = append(parts, ui.Count(int(n), one, many))
		}
	}
	count(plans.AdminSeats, "Admin seat", "Admin seats")
	count(plans.OrganizerSeats, "Organizer seat", "Organizer seats")
	count(plans.Licences, "licence", "licences")
	session := "sessions of any length"
	if n := plan.Limit(plans.SessionMinutes); n != plans.Unlimited {
		session = "sessions up to " + sessions.FormatMinutes(int(n))
	}
	if n := plan.Limit(plans.SessionPeople); n != plans.Unlimited {
		session += " with up to " + ui.Count(int(n), "person", "people")
	}
	parts = append(parts, session)
	if n := plan.Limit(plans.StorageBytes); n != plans.Unlimited {
		parts = append(parts, text.Storage(n)+" for recordings")
	} else {
		parts = append(parts, "unlimited storage")
	}
	return text.Capitalize(strings.Join(parts, ", ")) + "."
}

// monthly is a price for readers, or "" without one.
func monthly(p plans.Price) string {
	if !p.IsSet() {
		return ""
	}
	return p.String() + " a month"
}

// effects says what a lower limit does to what the team already has. Nothing is deleted.
func effects(p *billing.Preview) []string {
	var all []string
	for _, l := range p.Limits {
		if !l.Lowered() {
			continue
		}
		switch l.Name {
		case plans.SessionMinutes:
			all = append(all, fmt.Sprintf("Sessions end after %s, also those that are scheduled for longer.", sessions.FormatMinutes(int(l.After))))
		case plans.SessionPeople:
			all = append(all, fmt.Sprintf("At most %s can be in a session, also in those that are scheduled for more.", ui.Count(int(l.After), "person", "people")))
		case plans.StorageBytes:
			if l.Exceeded() {
				all = append(all, "No recording can start until less storage is used. Existing recordings are kept.")
			}
		case plans.RetentionDays:
			all = append(all, "How long recordings are kept stays as it is until you change it.")
		}
	}
	return all
}

// freeAdvice says how to free what a change can't leave; "" if it leaves enough.
func freeAdvice(p *billing.Preview) string {
	var advice []string
	for _, l := range p.Limits {
		switch {
		case !l.Lowered() || !l.Exceeded():
		case l.Name == plans.Licences:
			advice = append(advice, "To free a licence, end a session.")
		case len(advice) == 0 && (l.Name == plans.AdminSeats || l.Name == plans.OrganizerSeats):
			advice = append(advice, "To free a seat, revoke a role or a pending invitation.")
		}
	}
	return strings.Join(advice, " ")
}

var changeStatuses = map[string][2]string{
	billing.Requested: {"pending", "Requested"}, billing.Unpaid: {"pending", "Waiting for payment"}, billing.Scheduled: {"pending", "Scheduled"}, billing.Applied: {"accepted", "Applied"},
	billing.Declined: {"declined", "Declined"}, billing.Withdrawn: {"revoked", "Withdrawn"},
}

func newChangeRow(c *billing.Change, times text.ReaderZone) ChangeRow {
	row := ChangeRow{ID: c.Id, Summary: c.Summary(), By: c.ByName(), At: c.Created(), Starts: c.Starts(), Times: times, Status: changeStatuses[c.Status()],
		Scheduled: c.Status() == billing.Scheduled, Reason: c.Reason(), Unpaid: c.Status() == billing.Unpaid,
		Payable: c.Status() == billing.Unpaid && c.PayPage() != "", PayBy: c.PayBy()}
	if c.PriceBefore() != c.PriceAfter() {
		row.Price = monthly(c.PriceAfter())
	}
	return row
}
