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
	Slug        *string // its link, /r/{slug}; empty: made of the name
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
