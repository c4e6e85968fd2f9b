package panel

import (
	"fmt"
	"slices"
	"strings"

	"usher/hooks/bulk"
	"usher/views/frame"
	"usher/views/ui"
)

// phrases are a deed in words, for one person by name and for several by number.
type phrases struct{ one, many string }

func (p phrases) of(lines []bulk.Line) string {
	switch len(lines) {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf(p.one, lines[0].Called())
	}
	return fmt.Sprintf(p.many, ui.Number(len(lines)))
}

// joined are the phrases of every status of which there are lines, as the beginning of a sentence. A name at its
// start stays as it is written.
func joined(r bulk.Receipt, by map[string]phrases, between string) string {
	var parts []string
	for _, status := range []string{bulk.Removed, bulk.Revoked, bulk.Resent, bulk.RoleRevoked, bulk.Tagged} {
		lines := r.With(status)
		said := by[status].of(lines)
		if said == "" {
			continue
		}
		if len(parts) == 0 && (len(lines) > 1 || !strings.HasPrefix(by[status].one, "%s")) {
			said = capital(said)
		}
		parts = append(parts, said)
	}
	return strings.Join(parts, between)
}

// questionTitle asks whether to do it.
func questionTitle(r bulk.Receipt) string {
	role := r.Deed.Role.Words()
	return joined(r, map[string]phrases{
		bulk.Removed:     {"remove %s from the team", "remove %s users from the team"},
		bulk.Revoked:     {"revoke the invitation of %s", "revoke %s invitations"},
		bulk.Resent:      {"send the invitation of %s again", "send %s invitations again"},
		bulk.RoleRevoked: {"revoke the role " + role + " of %s", "revoke the role " + role + " of %s users"},
	}, " and ") + "?"
}

func questionYes(r bulk.Receipt) string {
	switch r.Deed.Kind {
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
func consequences(r bulk.Receipt) []string {
	var all []string
	switch r.Deed.Kind {
	case bulk.Resend:
		return []string{"Each gets a new link, good for 7 days. The old links are dead."}
	case bulk.RevokeRole:
		all = append(all, "It ends at once, on open pages too, and a mail says so. They stay in the team; to get the role back they have to be asked and to accept.")
	case bulk.Remove:
		if len(r.With(bulk.Removed)) > 0 {
			all = append(all, "Access to this team ends at once, on open pages too, and a mail says so. The accounts and other teams stay. Coming back takes a new invitation.")
		}
	}
	if slices.ContainsFunc(r.Lines, func(l bulk.Line) bool { return l.Asked }) {
		all = append(all, "What is still offered to them ends as revoked.")
	}
	if len(r.With(bulk.Revoked)) > 0 {
		all = append(all, "The links of the invitations die at once. On a page that is open they can no longer be accepted.")
	}
	if freed := r.Freed().Words(); freed != "" {
		all = append(all, "Free again: "+freed+".")
	}
	return all
}

// receiptText says what was done: "Noor was removed from the team. Freed: 1 Organizer seat."
func receiptText(r bulk.Receipt) string {
	role := r.Deed.Role.Words()
	done := joined(r, map[string]phrases{
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
	if freed := r.Freed().Words(); freed != "" {
		done += " Freed: " + freed + "."
	}
	handedOver, cancelled := r.Sessions()
	return done + frame.PartedWords(handedOver, cancelled) + frame.SentWords(r.SentRevoked())
}

// groups are who is touched how, before the deed or once it is done, and who is left alone and why.
func groups(r bulk.Receipt, done bool) []Group {
	var all []Group
	role := r.Deed.Role.Words()
	for _, kind := range []struct{ status, icon, before, after string }{
		{bulk.Removed, "user-minus", "Lose their access", "Removed from the team"},
		{bulk.Revoked, "ban", "Their invitation ends", "Invitation revoked"},
		{bulk.Resent, "send", "Get a new link", "Sent again"},
		{bulk.RoleRevoked, "ban", "Lose the role " + role, "No longer " + role},
		{bulk.Tagged, "tag", "Get the tags", "Tags changed"},
	} {
		g := Group{Title: kind.before, Icon: kind.icon}
		if done {
			g.Title, g.Icon, g.Done = kind.after, "check", true
		}
		if lines := r.With(kind.status); len(lines) > 0 {
			g.Count, g.Parts = len(lines), parts(lines)
			all = append(all, g)
		}
	}
	if lines := r.With(bulk.Skipped); len(lines) > 0 {
		all = append(all, Group{Title: "Left alone", Icon: "circle-slash", Alone: true, Count: len(lines), Parts: parts(lines)})
	}
	return all
}

// parts are the names of lines, one part for each reason.
func parts(lines []bulk.Line) []Part {
	var all []Part
	at := map[string]int{}
	for _, l := range lines {
		n, known := at[l.Message]
		if !known {
			n, at[l.Message] = len(all), len(all)
			all = append(all, Part{Why: l.Message})
		}
		if l.Called() != "" {
			all[n].Names = append(all[n].Names, l.Called())
		}
	}
	return all
}
