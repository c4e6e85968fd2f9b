package audit

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"usher/hooks/actors"
	"usher/hooks/tools/text"
)

// Sentence is an entry as text, in parts: "Marta Oliveira" " revoked the invitation of " "pavel@…" "".
type Sentence struct{ Actor, Action, Target, Rest string }

func (s Sentence) String() string { return s.Actor + s.Action + s.Target + s.Rest }

// Sentence describes the entry: "Clara Weiss accepted Kestrel, final approval".
func (r Row) Sentence() Sentence {
	s := Sentence{Actor: r.actorText()}
	before, after, found := strings.Cut(" "+r.fillRoles(r.phrase()), "{on}")
	if s.Action = before; found {
		s.Target, s.Rest = r.targetText(), after
	}
	return s
}

func (r Row) actionText() ActionText {
	if r.Action == "session.answer" {
		if reply, ok := answers[fmt.Sprint(r.Details()["answer"])]; ok {
			return reply
		}
	}
	return findActionText(r.Action)
}

func (r Row) phrase() string {
	if r.Refused() {
		return "tried to " + r.actionText().Infinitive
	}
	return r.actionText().Past
}

func (r Row) actorText() string {
	switch {
	case r.Actor == "" && (r.ActorName == "command line" || r.ActorName == "mail provider"):
		return "The " + strings.Replace(r.ActorName, "mail", "email", 1)
	case r.ActorName != "":
		return r.ActorName
	}
	return cmp.Or(r.actionText().AnonymousActor, "Usher")
}

func (r Row) targetText() string {
	return cmp.Or(r.TargetName, r.actionText().AnonymousTarget, "someone")
}

// fillRoles replaces {roles} and {role} with the roles in the details.
func (r Row) fillRoles(phrase string) string {
	if !strings.Contains(phrase, "{role") {
		return phrase
	}
	var names []string
	list, _ := r.Details()["roles"].([]any)
	for _, name := range list {
		names = append(names, fmt.Sprint(name))
	}
	roles := actors.Roles{
		Owner: slices.Contains(names, "owner"), Admin: slices.Contains(names, "admin"), Organizer: slices.Contains(names, "organizer"),
	}
	label, noun := roles.Label(), " role"
	if len(roles.Names()) > 1 {
		noun = " roles"
	}
	phrase = strings.ReplaceAll(phrase, "{role}", label+noun)
	if roles.None() {
		label = "a member"
	}
	return strings.ReplaceAll(phrase, "{roles}", label)
}

// Reason explains why the action was refused. It is empty for an action that succeeded.
func (r Row) Reason() string {
	if !r.Refused() {
		return ""
	}
	if reason, known := reasonTexts[r.Result]; known {
		return reason
	}
	return humanize(r.Result) + "."
}

// Note is a detail of an entry with a label.
type Note struct{ Label, Value string }

// detailLabels names details whose keys don't read well.
var detailLabels = map[string]string{
	"require_two_factors": "Admins must use two-factor authentication", "admins_manage_admins": "Admins can manage other Admins", "timezone": "Time zone", "by": "Via", "area": "Area",
	"administrator": "Administrator ID", "admin_seats": "Admin seats", "organizer_seats": "Organizer seats", "members_host": "Members may host", "keep_chats": "Chats are kept", "open_links": "Sessions open to everyone with the link",
	"corrected": "Corrected to", "instead": "Replaces", "address": "New address", "letter": "Email", "entry": "Who can join", "slug": "Link",
	"series": "Whole series", "inviter": "Inviter ID",
}

// reasonDetails describes the detail "reason" of a session that ended.
var reasonDetails = map[string]string{
	"host": "ended by the host", "admin": "ended by an Admin", "time": "time limit reached", "empty": "everyone had left",
	"elsewhere": "ended in the external tool", "host_gone": "no host was left",
}

// Notes returns the details that the sentence doesn't include. Times are in the zone.
func (r Row) Notes(zone *time.Location) []Note {
	details, phrase := r.Details(), r.phrase()
	_, answered := answers[fmt.Sprint(details["answer"])]
	var notes []Note
	for _, key := range slices.Sorted(maps.Keys(details)) {
		switch {
		case key == "status", key == "import", key == "roles" && strings.Contains(phrase, "{role"), key == "answer" && answered && r.Action == "session.answer":
			continue
		}
		value := formatValue(details[key], zone)
		if known := reasonDetails[value]; known != "" && key == "reason" && r.Action == "session.end" {
			value = text.Capitalize(known)
		}
		if value != "" {
			notes = append(notes, Note{cmp.Or(detailLabels[key], humanize(key)), value})
		}
	}
	return notes
}

// stampPattern matches a time as written in RFC 3339 or stored in the database, alone or within a text.
var stampPattern = regexp.MustCompile(`\b\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})`)

// formatStamp formats a time in the zone: "7 December 2026, 14:00".
func formatStamp(stamp string, zone *time.Location) string {
	at, err := time.Parse(time.RFC3339, strings.Replace(stamp, " ", "T", 1))
	if err != nil {
		return stamp
	}
	return text.DateAndTime(text.ReaderZone{Zone: zone}.In(at), "2 January 2006")
}

func formatValue(value any, zone *time.Location) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return stampPattern.ReplaceAllStringFunc(v, func(stamp string) string { return formatStamp(stamp, zone) })
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case []any:
		var all []string
		for _, one := range v {
			all = append(all, formatValue(one, zone))
		}
		return strings.Join(all, ", ")
	case map[string]any:
		var all []string
		for _, key := range slices.Sorted(maps.Keys(v)) {
			all = append(all, key+" "+formatValue(v[key], zone))
		}
		return strings.Join(all, ", ")
	}
	return fmt.Sprint(value)
}

// humanize turns a key into words: "not_started" becomes "Not started".
func humanize(name string) string {
	return text.Capitalize(strings.ReplaceAll(name, "_", " "))
}
