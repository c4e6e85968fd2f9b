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
type Sentence struct{ Who, Did, Whom, Rest string }

func (s Sentence) String() string { return s.Who + s.Did + s.Whom + s.Rest }

// Sentence tells the entry to people.
func (r Row) Sentence() Sentence {
	s := Sentence{Who: r.who()}
	before, after, found := strings.Cut(" "+strings.ReplaceAll(r.words(), "{roles}", r.roles()), "{on}")
	if s.Did = before; found {
		s.Whom, s.Rest = r.whom(), after
	}
	return s
}

func (r Row) words() string {
	deed := deedOf(r.Action)
	if r.Refused() {
		return "tried to " + deed.Tries
	}
	return deed.Did
}

func (r Row) who() string {
	deed := deedOf(r.Action)
	switch {
	case r.Actor == "" && (r.ActorName == "command line" || r.ActorName == "mail provider"):
		return "The " + r.ActorName
	case r.ActorName != "":
		return r.ActorName
	case deed.Nobody != "":
		return deed.Nobody
	}
	return "Usher"
}

func (r Row) whom() string {
	return cmp.Or(r.TargetName, deedOf(r.Action).Unnamed, "somebody")
}

// roles are the roles of the details in words; none is a plain member.
func (r Row) roles() string {
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
	return roles.Words()
}

// Reason says in a few words why the deed was refused; empty if it was done.
func (r Row) Reason() string {
	if !r.Refused() {
		return ""
	}
	if words, known := reasons[r.Result]; known {
		return words
	}
	return spelled(r.Result) + "."
}

// Note is one detail for people.
type Note struct{ Label, Value string }

// labels are the details that are shown beside a sentence. Others are shown under their own name.
var labels = map[string]string{
	"admins_manage_admins": "Admins may manage Admins", "timezone": "Time zone", "by": "Through", "area": "Through",
	"administrator": "Administrator ID", "admin_seats": "Admin seats", "organizer_seats": "Organizer seats", "members_host": "Members may host",
	"corrected": "Corrected to", "instead": "Instead of", "address": "New address",
}

// Notes are the details that the sentence does not tell.
func (r Row) Notes() []Note {
	details, told := r.Details(), strings.Contains(r.words(), "{roles}")
	var notes []Note
	for _, key := range slices.Sorted(maps.Keys(details)) {
		if key == "status" || key == "import" || key == "roles" && told {
			continue
		}
		if value := written(details[key]); value != "" {
			label := labels[key]
			if label == "" {
				label = spelled(key)
			}
			notes = append(notes, Note{label, value})
		}
	}
	return notes
}

func written(value any) string {
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
			all = append(all, written(one))
		}
		return strings.Join(all, ", ")
	case map[string]any:
		var all []string
		for _, key := range slices.Sorted(maps.Keys(v)) {
			all = append(all, key+" "+written(v[key]))
		}
		return strings.Join(all, ", ")
	}
	return fmt.Sprint(value)
}

// spelled is a name of the program as words: "not_started" is "Not started".
func spelled(name string) string {
	name = strings.ReplaceAll(name, "_", " ")
	if name == "" {
		return ""
	}
	return capital(name)
}

func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }
