package rooms

import (
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// Profile is the settings of a room (R91). A nil field stays as it is, or gets the default of a new room: access by invitation,
// no waiting room, not before the host, recording by the host, and the plan's limits.
type Profile struct {
	Name           *string
	Slug           *string // the link, /r/{slug}; empty: from the name. Random characters are added if anyone can enter
	Description    *string
	Access         *string // one of the Access constants
	Lobby          *bool   // a host admits each participant
	JoinBeforeHost *bool   // participants can join before the host
	Muted          *bool   // microphones are off on entry
	Recording      *string // one of the Recording constants
	MaxPeople      *int    // 0: the plan's limit
	Quality        *string // one of Qualities
}

// apply sets the profile's fields on a room and returns the names of the changed ones.
func (p Profile) apply(r *core.Record) (changed []string) {
	before := r.Fresh()
	for field, value := range map[string]*string{"name": p.Name, "slug": p.Slug, "description": p.Description,
		"entry": p.Access, "recording": p.Recording, "quality": p.Quality} {
		if value != nil {
			r.Set(field, strings.TrimSpace(*value))
		}
	}
	for field, value := range map[string]*bool{"lobby": p.Lobby, "early": p.JoinBeforeHost, "muted": p.Muted} {
		if value != nil {
			r.Set(field, *value)
		}
	}
	if p.MaxPeople != nil {
		r.Set("people", *p.MaxPeople)
	}
	for _, field := range profileFields {
		if record.Differs(r, before, field) {
			changed = append(changed, field)
		}
	}
	return changed
}

var profileFields = []string{"name", "slug", "description", "entry", "lobby", "early", "muted", "recording", "people", "quality"}

// Choice is a value of a setting with its label and description.
type Choice struct{ Key, Label, Hint string }

// AccessChoices are the access levels of a room in display order.
var AccessChoices = []Choice{
	{AccessInvited, "Invited people only", "Only people invited to the session can join."},
	{AccessTeam, "Everyone in the team", "Members can join without an invitation. Guests need one."},
	{AccessAnyone, "Anyone with the link", "Anyone who has the link joins as a guest of the team."},
}

// RecordingChoices are the recording settings of a room (R91).
var RecordingChoices = []Choice{
	{RecordingOff, "Off", "Sessions can't be recorded."},
	{RecordingByHost, "By the host", "The host and co-hosts start and stop the recording."},
	{RecordingAlways, "Always", "Sessions are recorded from start to end."},
}

// RecordingNote explains what the recording setting does.
const RecordingNote = "Everyone sees before joining, and while it's on, that a session is recorded."

// ChoiceFor is the choice with that key.
func ChoiceFor(among []Choice, key string) Choice {
	for _, choice := range among {
		if choice.Key == key {
			return choice
		}
	}
	return Choice{Key: key, Label: key}
}

// choiceField is a field with fixed values; first is the default.
type choiceField struct {
	field, initial, code, message string
	allowed                       []string
}

var choiceFields = []choiceField{
	{"entry", AccessInvited, "bad_entry", "Choose who can enter: invited people, the team or anyone with the link.", []string{AccessInvited, AccessTeam, AccessAnyone}},
	{"recording", RecordingByHost, "bad_recording", "Choose when sessions are recorded: off, by the host or always.", []string{RecordingOff, RecordingByHost, RecordingAlways}},
	{"quality", "2160p", "bad_quality", "Choose a maximum resolution: 360p, 720p, 1080p or 2160p.", Qualities},
}

func (c choiceField) validate(word string) error {
	if slices.Contains(c.allowed, word) {
		return nil
	}
	return errs.Invalid(c.field, c.code, c.message)
}

// sameName reports whether two room names are too similar.
func sameName(a, b string) bool { return strings.EqualFold(a, b) }
