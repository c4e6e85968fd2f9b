package audit

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"usher/hooks/actors"
)

// Sentence is what an entry says, in parts: "Marta Oliveira" " revoked the invitation of " "pavel@…" "".
type Sentence struct{ Actor, Action, Target, Rest string }

func (s Sentence) String() string { return s.Actor + s.Action + s.Target + s.Rest }

// Sentence tells the entry to people.
func (r Row) Sentence() Sentence {
	s := Sentence{Actor: r.actorText()}
	before, after, found := strings.Cut(" "+strings.ReplaceAll(r.phrase(), "{roles}", r.rolesText()), "{on}")
	if s.Action = before; found {
		s.Target, s.Rest = r.targetText(), after
	}
	return s
}

func (r Row) phrase() string {
	deed := findActionText(r.Action)
	if r.Refused() {
		return "tried to " + deed.Infinitive
	}
	return deed.Past
}

func (r Row) actorText() string {
	deed := findActionText(r.Action)
	switch {
	case r.Actor == "" && (r.ActorName == "command line" || r.ActorName == "mail provider"):
		return "The " + r.ActorName
	case r.ActorName != "":
		return r.ActorName
	case deed.AnonymousActor != "":
		return deed.AnonymousActor
	}
	return "Usher"
}

func (r Row) targetText() string {
	return cmp.Or(r.TargetName, findActionText(r.Action).AnonymousTarget, "somebody")
}

// rolesText are the roles of the details in words; none is a plain member.
func (r Row) rolesText() string {
	var names []string
	list, _ := r.Details()["roles"].([]any)
	for _, name := range list {
		names = append(names, fmt.Sprint(name))
	}
	roles := actors.Roles{
		Owner: slices.Contains(names, "owner"), Admin: slices.Contains(names, "admin"), Organizer: slices.Contains(names, "organizer"),
	}
	if roles.None() {
		return "a member"
	}
	return roles.Label()
}

// Reason says in a few words why the deed was refused; empty if it was done.
func (r Row) Reason() string {
	if !r.Refused() {
		return ""
	}
	if words, known := reasonTexts[r.Result]; known {
		return words
	}
	return humanize(r.Result) + "."
}

// Note is one detail for people.
type Note struct{ Label, Value string }

// detailLabels are the details that are shown beside a sentence. Others are shown under their own name.
var detailLabels = map[string]string{
	"admins_manage_admins": "Admins may manage Admins", "timezone": "Time zone", "by": "Through", "area": "Through",
	"administrator": "Administrator ID", "admin_seats": "Admin seats", "organizer_seats": "Organizer seats", "members_host": "Members may host",
	"corrected": "Corrected to", "instead": "Instead of", "address": "New address",
}

// Notes are the details that the sentence does not tell.
func (r Row) Notes() []Note {
	details, told := r.Details(), strings.Contains(r.phrase(), "{roles}")
	var notes []Note
	for _, key := range slices.Sorted(maps.Keys(details)) {
		if key == "status" || key == "import" || key == "roles" && told {
			continue
		}
		if value := formatValue(details[key]); value != "" {
			label := detailLabels[key]
			if label == "" {
				label = humanize(key)
			}
			notes = append(notes, Note{label, value})
		}
	}
	return notes
}

func formatValue(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case []any:
		var all []string
		for _, one := range v {
			all = append(all, formatValue(one))
		}
		return strings.Join(all, ", ")
	case map[string]any:
		var all []string
		for _, key := range slices.Sorted(maps.Keys(v)) {
			all = append(all, key+" "+formatValue(v[key]))
		}
		return strings.Join(all, ", ")
	}
	return fmt.Sprint(value)
}

// humanize is a name of the program as words: "not_started" is "Not started".
func humanize(name string) string {
	name = strings.ReplaceAll(name, "_", " ")
	if name == "" {
		return ""
	}
	return capitalize(name)
}

func capitalize(text string) string { return strings.ToUpper(text[:1]) + text[1:] }
