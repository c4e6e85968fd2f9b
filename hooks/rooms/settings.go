package rooms

import (
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
)

// Profile is what Owner and Admins say about a room (R91). A nil field stays as it is; of a new room it is what rooms
// begin with: invited people alone, no lobby, nobody before the host, recorded by the host, as many people and as
// good a picture as the plan lets.
type Profile struct {
	Name        *string
	Slug        *string // its link, /r/{slug}; empty: made of the name. Where anyone may enter, what nobody guesses is put behind it
	Description *string
	Entry       *string // Invited, Team or Anyone
	Lobby       *bool   // the host admits everybody
	Early       *bool   // people may join before the host
	Muted       *bool   // microphones are off on entry
	Recording   *string // Never, ByHost or Always
	People      *int    // at most; 0: as many as the plan lets
	Quality     *string // the highest of the Qualities
}

// fill writes the profile into a room, and names the fields in which it differs from before.
func (p Profile) fill(r *core.Record) (changed []string) {
	before := r.Fresh()
	for field, value := range map[string]*string{"name": p.Name, "slug": p.Slug, "description": p.Description,
		"entry": p.Entry, "recording": p.Recording, "quality": p.Quality} {
		if value != nil {
			r.Set(field, strings.TrimSpace(*value))
		}
	}
	for field, value := range map[string]*bool{"lobby": p.Lobby, "early": p.Early, "muted": p.Muted} {
		if value != nil {
			r.Set(field, *value)
		}
	}
	if p.People != nil {
		r.Set("people", *p.People)
	}
	for _, field := range fields {
		if record.Differs(r, before, field) {
			changed = append(changed, field)
		}
	}
	return changed
}

var fields = []string{"name", "slug", "description", "entry", "lobby", "early", "muted", "recording", "people", "quality"}

// Choice is one of a few words, as it is explained to people.
type Choice struct{ Key, Word, Does string }

// Entries are who may enter a room, in the order in which they are shown.
var Entries = []Choice{
	{Invited, "Invited people only", "Whoever was asked to the session that runs there."},
	{Team, "Everyone in the team", "Every member, asked or not. A guest only if asked."},
	{Anyone, "Anyone with the link", "Whoever has the link comes in, as a guest of the team."},
}

// Recordings are when sessions in a room are to be recorded (R91).
var Recordings = []Choice{
	{Never, "Off", "No session may be recorded."},
	{ByHost, "By the host", "When the host says so."},
	{Always, "Always", "From the start of a session to its end."},
}

// WhoRecords says of the choice what becomes of it.
const WhoRecords = "Usher records nothing itself: a program of yours that does reads this through the API."

// Explained is the choice of that key.
func Explained(among []Choice, key string) Choice {
	for _, choice := range among {
		if choice.Key == key {
			return choice
		}
	}
	return Choice{Key: key, Word: key}
}

// choice is a field that is one of a few words; first is what a room begins with.
type choice struct {
	field, first, code, sentence string
	words                        []string
}

var choices = []choice{
	{"entry", Invited, "bad_entry", "Choose who may enter: invited people, the team, or anyone with the link.", []string{Invited, Team, Anyone}},
	{"recording", ByHost, "bad_recording", "Choose whether sessions are recorded: off, by the host, or always.", []string{Never, ByHost, Always}},
	{"quality", "2160p", "bad_quality", "Choose the highest picture: 360p, 720p, 1080p or 2160p.", Qualities},
}

func (c choice) judge(word string) error {
	if slices.Contains(c.words, word) {
		return nil
	}
	return record.Refuse(c.field, c.code, c.sentence)
}

// sameName reports whether two rooms would be taken for each other.
func sameName(a, b string) bool { return strings.EqualFold(a, b) }
