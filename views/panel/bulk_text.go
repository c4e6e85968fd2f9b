package panel

import (
	"fmt"
	"slices"
	"strings"

	"usher/hooks/bulk"
	"usher/views/layout"
	"usher/views/ui"
)

// phrases are a deed in words, for one person by name and for several by number.
type phrases struct{ one, many string }

func (p phrases) text(lines []bulk.RowResult) string {
	switch len(lines) {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf(p.one, lines[0].DisplayName())
	}
	return fmt.Sprintf(p.many, ui.Number(len(lines)))
}

// joinPhrases are the phrases of every status of which there are lines, as the beginning of a sentence. A name at its
// start stays as it is written.
func joinPhrases(r bulk.Result, by map[string]phrases, between string) string {
	var parts []string
	for _, status := range []string{bulk.Removed, bulk.Revoked, bulk.Resent, bulk.RoleRevoked, bulk.Tagged} {
		lines := r.WithStatus(status)
		said := by[status].text(lines)
		if said == "" {
			continue
		}
		if len(parts) == 0 && (len(lines) > 1 || !strings.HasPrefix(by[status].one, "%s")) {
			said = capitalize(said)
		}
		parts = append(parts, said)
	}
	return strings.Join(parts, between)
}

// bulkTitle asks whether to do it.
func bulkTitle(r bulk.Result) string {
	role := r.Action.Role.Label()
	return joinPhrases(r, map[string]phrases{
		bulk.Removed:     {"remove %s from the team", "remove %s users from the team"},
		bulk.Revoked:     {"revoke the invitation of %s", "revoke %s invitations"},
		bulk.Resent:      {"send the invitation of %s again", "send %s invitations again"},
		bulk.RoleRevoked: {"revoke the role " + role + " of %s", "revoke the role " + role + " of %s users"},
	}, " and ") + "?"
}

func bulkConfirmLabel(r bulk.Result) string {
	switch r.Action.Kind {
	case bulk.Revoke:
		return "Revoke"
	case bulk.RevokeRole:
		return "Revoke role"
	case bulk.Resend:
		return "Send"
	}
	return "Remove"
}

// consequences are what the deed does beside what its title says.
func consequences(r bulk.Result) []string {
	var all []string
	switch r.Action.Kind {
	case bulk.Resend:
		return []string{"Each gets a new link, good for 7 days. The old links are dead."}
	case bulk.RevokeRole:
		all = append(all, "It ends at once, on open pages too, and a mail says so. They stay in the team; to get the role back they have to be asked and to accept.")
	case bulk.Remove:
		if len(r.WithStatus(bulk.Removed)) > 0 {
			all = append(all, "Access to this team ends at once, on open pages too, and a mail says so. The accounts and other teams stay. Coming back takes a new invitation.")
		}
	}
	if slices.ContainsFunc(r.Rows, func(l bulk.RowResult) bool { return l.HadInvitation }) {
		all = append(all, "What is still offered to them ends as revoked.")
	}
	if len(r.WithStatus(bulk.Revoked)) > 0 {
		all = append(all, "The links of the invitations die at once. On a page that is open they can no longer be accepted.")
	}
	if freed := r.Freed().Text(); freed != "" {
		all = append(all, "Free again: "+freed+".")
	}
	return all
}

// resultText says what was done: "Noor was removed from the team. Freed: 1 Organizer seat."
func resultText(r bulk.Result) string {
	role := r.Action.Role.Label()
	done := joinPhrases(r, map[string]phrases{
		bulk.Removed:     {"%s was removed from the team", "%s users were removed from the team"},
		bulk.Revoked:     {"the invitation of %s was revoked", "%s invitations were revoked"},
		bulk.Resent:      {"a new link is on its way to %s", "%s new links are on their way"},
		bulk.RoleRevoked: {"%s is no longer " + role, "%s users are no longer " + role},
		bulk.Tagged:      {"the tags of %s were changed", "the tags of %s users were changed"},
	}, ", ")
	if done == "" {
		return "Nothing was changed."
	}
	done += "."
	if freed := r.Freed().Text(); freed != "" {
		done += " Freed: " + freed + "."
	}
	handedOver, cancelled := r.Sessions()
	return done + layout.HandoverSummary(handedOver, cancelled) + layout.RevokedText(r.SentRevoked())
}

// newOutcomeGroups are who is touched how, before the deed or once it is done, and who is left alone and why.
func newOutcomeGroups(r bulk.Result, done bool) []OutcomeGroup {
	var all []OutcomeGroup
	role := r.Action.Role.Label()
	for _, kind := range []struct{ status, icon, before, after string }{
		{bulk.Removed, "user-minus", "Lose their access", "Removed from the team"},
		{bulk.Revoked, "ban", "Their invitation ends", "Invitation revoked"},
		{bulk.Resent, "send", "Get a new link", "Sent again"},
		{bulk.RoleRevoked, "ban", "Lose the role " + role, "No longer " + role},
		{bulk.Tagged, "tag", "Get the tags", "Tags changed"},
	} {
		g := OutcomeGroup{Title: kind.before, Icon: kind.icon}
		if done {
			g.Title, g.Icon, g.Done = kind.after, "check", true
		}
		if lines := r.WithStatus(kind.status); len(lines) > 0 {
			g.Count, g.Reasons = len(lines), reasonGroups(lines)
			all = append(all, g)
		}
	}
	if lines := r.WithStatus(bulk.Skipped); len(lines) > 0 {
		all = append(all, OutcomeGroup{Title: "Left alone", Icon: "circle-slash", Skipped: true, Count: len(lines), Reasons: reasonGroups(lines)})
	}
	return all
}

// reasonGroups are the names of lines, one part for each reason.
func reasonGroups(lines []bulk.RowResult) []ReasonGroup {
	var all []ReasonGroup
	at := map[string]int{}
	for _, l := range lines {
		n, known := at[l.Message]
		if !known {
			n, at[l.Message] = len(all), len(all)
			all = append(all, ReasonGroup{Reason: l.Message})
		}
		if l.DisplayName() != "" {
			all[n].Names = append(all[n].Names, l.DisplayName())
		}
	}
	return all
}
