package rooms

import (
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// Profile is what Owner and Admins say about a room (R91). A nil field stays as it is; of a new room it is what rooms
// begin with: invited people alone, no lobby, nobody before the host, recorded by the host, as many people and as
// good a picture as the plan lets.
type Profile struct {
	Name           *string
	Slug           *string // its link, /r/{slug}; empty: made of the name. Where anyone may enter, what nobody guesses is put behind it
	Description    *string
	Access         *string // Invited, Team or Anyone
	Lobby          *bool   // the host admits everybody
	JoinBeforeHost *bool   // people may join before the host
	Muted          *bool   // microphones are off on entry
	Recording      *string // Never, ByHost or Always
	MaxPeople      *int    // at most; 0: as many as the plan lets
	Quality        *string // the highest of the Qualities
}

// apply writes the profile into a room, and names the fields in which it differs from before.
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

// Choice is one of a few words, as it is explained to people.
type Choice struct{ Key, Label, Hint string }

// AccessChoices are who may enter a room, in the order in which they are shown.
var AccessChoices = []Choice{
	{AccessInvited, "Invited people only", "Whoever was asked to the session that runs there."},
	{AccessTeam, "Everyone in the team", "Every member, asked or not. A guest only if asked."},
	{AccessAnyone, "Anyone with the link", "Whoever has the link comes in, as a guest of the team."},
}

// RecordingChoices are when sessions in a room are to be recorded (R91).
var RecordingChoices = []Choice{
	{RecordingOff, "Off", "No session may be recorded."},
	{RecordingByHost, "By the host", "When the host says so."},
	{RecordingAlways, "Always", "From the start of a session to its end."},
}

// RecordingNote says of the choice what becomes of it.
const RecordingNote = "Usher records nothing itself: a program of yours that does reads this through the API."

// ChoiceFor is the choice of that key.
func ChoiceFor(among []Choice, key string) Choice {
	for _, choice := range among {
		if choice.Key == key {
			return choice
		}
	}
	return Choice{Key: key, Label: key}
}

// choiceField is a field that is one of a few words; first is what a room begins with.
type choiceField struct {
	field, initial, code, message string
	allowed                       []string
}

var choiceFields = []choiceField{
	{"entry", AccessInvited, "bad_entry", "Choose who may enter: invited people, the team, or anyone with the link.", []string{AccessInvited, AccessTeam, AccessAnyone}},
	{"recording", RecordingByHost, "bad_recording", "Choose whether sessions are recorded: off, by the host, or always.", []string{RecordingOff, RecordingByHost, RecordingAlways}},
	{"quality", "2160p", "bad_quality", "Choose the highest picture: 360p, 720p, 1080p or 2160p.", Qualities},
}

func (c choiceField) validate(word string) error {
	if slices.Contains(c.allowed, word) {
		return nil
	}
	return errs.Invalid(c.field, c.code, c.message)
}

// sameName reports whether two rooms would be taken for each other.
func sameName(a, b string) bool { return strings.EqualFold(a, b) }
