package panel

import (
	"fmt"
	"slices"
	"strings"

	"usher/hooks/bulk"
	"usher/hooks/invitations"
	"usher/hooks/tools/text"
	"usher/views/layout"
	"usher/views/ui"
)

// invitationLifetime is how long an invitation link is valid, as text.
var invitationLifetime = text.Duration(invitations.Lifetime)

// phrases describes an outcome, for one user by name and for several by number.
type phrases struct{ one, many string }

func (p phrases) text(lines []bulk.RowResult) string {
	switch len(lines) {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf(p.one, text.Isolate(lines[0].DisplayName()))
	}
	return fmt.Sprintf(p.many, ui.Number(len(lines)))
}

// joinPhrases joins the phrases of every outcome in the result, and capitalizes the first one unless it begins with a
// name.
func joinPhrases(r bulk.Result, by map[string]phrases, between string) string {
	var parts []string
	for _, status := range []string{bulk.Removed, bulk.Revoked, bulk.Resent, bulk.RoleRevoked, bulk.Cleared, bulk.Tagged} {
		lines := r.WithStatus(status)
		phrase := by[status].text(lines)
		if phrase == "" {
			continue
		}
		if len(parts) == 0 && (len(lines) > 1 || !strings.HasPrefix(by[status].one, "%s")) {
			phrase = text.Capitalize(phrase)
		}
		parts = append(parts, phrase)
	}
	return strings.Join(parts, between)
}

// bulkTitle is the title of the confirmation dialog: "Remove Noor from the team?"
func bulkTitle(r bulk.Result) string {
	role := r.Action.Role.Label()
	return joinPhrases(r, map[string]phrases{
		bulk.Removed:     {"remove %s from the team", "remove %s users from the team"},
		bulk.Revoked:     {"revoke the invitation to %s", "revoke %s invitations"},
		bulk.Resent:      {"resend the invitation to %s", "resend %s invitations"},
		bulk.Cleared:     {"clear the invitation to %s from the list", "clear %s invitations from the list"},
		bulk.RoleRevoked: {"revoke the " + role + " role from %s", "revoke the " + role + " role from %s users"},
	}, " and ") + "?"
}

func bulkConfirmLabel(r bulk.Result) string {
	noun := func(one, many string) string {
		if r.Done() == 1 {
			return one
		}
		return many
	}
	switch r.Action.Kind {
	case bulk.Revoke:
		return "Revoke " + noun("invitation", "invitations")
	case bulk.RevokeRole:
		return "Revoke role"
	case bulk.Clear:
		return "Clear from the list"
	case bulk.Resend:
		return "Resend " + noun("invitation", "invitations")
	}
	return "Remove " + noun("user", "users")
}

// newLinkText says what a new invitation link means. who gets it begins the sentence, as in "They get".
func newLinkText(who string) string {
	return who + " a new link that's valid for " + invitationLifetime + ". The previous link no longer works."
}

// consequences lists the effects of the action beyond its title.
func consequences(r bulk.Result, emails bool) []string {
	var all []string
	notified := ", and get an email"
	if !emails {
		notified = ""
	}
	switch r.Action.Kind {
	case bulk.Clear:
		return []string{"They no longer appear among users. The audit log keeps them, and their links still say why they don't work.", "You can invite the same addresses again."}
	case bulk.Resend:
		return []string{newLinkText("Each invitee gets")}
	case bulk.RevokeRole:
		all = append(all, "They lose the role immediately, including on open pages"+notified+". They stay in the team. To get the role back, they have to accept a new invitation.")
	case bulk.Remove:
		if len(r.WithStatus(bulk.Removed)) > 0 {
			all = append(all, "They lose access to this team immediately, including on open pages"+notified+". They keep their accounts and other teams. To rejoin, they need a new invitation.")
			if n := r.Recordings(); n > 0 {
				all = append(all, keptRecordings(n))
			}
		}
	}
	if slices.ContainsFunc(r.Rows, func(l bulk.RowResult) bool { return l.HadInvitation }) {
		all = append(all, "Their pending invitations are revoked.")
	}
	if len(r.WithStatus(bulk.Revoked)) > 0 {
		all = append(all, "The invitation links stop working immediately, including on open pages.")
	}
	if freed := r.Freed().Text(); freed != "" {
		all = append(all, "Frees "+freed+".")
	}
	return all
}

// resultText says what was done: "Noor was removed from the team. Freed: 1 Organizer seat."
func resultText(r bulk.Result) string {
	role := r.Action.Role.Label()
	done := joinPhrases(r, map[string]phrases{
		bulk.Removed:     {"%s was removed from the team", "%s users were removed from the team"},
		bulk.Revoked:     {"the invitation to %s was revoked", "%s invitations were revoked"},
		bulk.Resent:      {"the invitation to %s was resent", "%s invitations were resent"},
		bulk.RoleRevoked: {"%s is no longer an " + role, "%s users are no longer " + role + "s"},
		bulk.Cleared:     {"the invitation to %s was cleared from the list", "%s invitations were cleared from the list"},
		bulk.Tagged:      {"tags were updated for %s", "tags were updated for %s users"},
	}, ", ")
	if done == "" {
		return "No changes were made."
	}
	done += "."
	if freed := r.Freed().Text(); freed != "" {
		done += " Freed: " + freed + "."
	}
	handedOver, cancelled := r.Sessions()
	if n := r.Recordings(); n > 0 {
		done += " " + keptRecordings(n)
	}
	return done + layout.HandoverSummary(handedOver, cancelled) + layout.RevokedText(r.SentRevoked())
}

// keptRecordings says that a team keeps the recordings of removed users.
func keptRecordings(n int) string {
	return ui.Count(n, "recording of a session they hosted stays", "recordings of sessions they hosted stay") + " with the team."
}

// newOutcomeGroups groups the rows of a preview, or of a finished action, by outcome. Skipped rows come last.
func newOutcomeGroups(r bulk.Result, done bool) []OutcomeGroup {
	var all []OutcomeGroup
	role := r.Action.Role.Label()
	for _, kind := range []struct{ status, icon, before, after string }{
		{bulk.Removed, "user-minus", "Lose access", "Removed from the team"},
		{bulk.Revoked, "ban", "Lose their invitation", "Invitation revoked"},
		{bulk.Resent, "send", "Get a new link", "Invitation resent"},
		{bulk.RoleRevoked, "ban", "Lose the " + role + " role", "No longer an " + role},
		{bulk.Cleared, "list-filter", "Leave the list", "Cleared from the list"},
		{bulk.Tagged, "tag", "Get the tags", "Tags updated"},
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
		all = append(all, OutcomeGroup{Title: "Skipped", Icon: "circle-slash", Skipped: true, Count: len(lines), Reasons: reasonGroups(lines)})
	}
	return all
}

// reasonGroups groups the names of rows by reason.
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
