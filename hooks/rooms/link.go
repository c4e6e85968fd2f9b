package rooms

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"usher/hooks/record"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// FindBySlug finds the room with that link in any team, or returns errs.ErrNotFound.
func FindBySlug(app core.App, slug string) (*Room, error) {
	return record.One[Room](app.RecordQuery("rooms").AndWhere(dbx.NewExp("slug = {:slug} COLLATE NOCASE", dbx.Params{"slug": slug})), "find a room")
}

// FindByOldSlug finds the room that had that link and has another one now, or returns errs.ErrNotFound. The visitor learns that
// the link was replaced, but not the new one (R92).
func FindByOldSlug(app core.App, slug string) (*Room, error) {
	return record.One[Room](app.RecordQuery("rooms").AndWhere(dbx.NewExp(
		"id IN (SELECT room FROM room_links WHERE slug = {:slug} COLLATE NOCASE)", dbx.Params{"slug": slug})), "find a room")
}

const (
	maxReadable    = 40 // characters of the room's name in a link
	secretLength   = 10 // random characters
	secretAlphabet = "abcdefghijkmnpqrstuvwxyz23456789"
)

var secretPattern = regexp.MustCompile(fmt.Sprintf(`-[%s]{%d}$`, secretAlphabet, secretLength))

// IsGuessable reports whether a link could be found by guessing: it doesn't end in random characters of the server, with both
// letters and digits.
func IsGuessable(slug string) bool {
	end := secretPattern.FindString(slug)
	return !strings.ContainsAny(end, "23456789") || !strings.ContainsAny(end, "abcdefghijkmnpqrstuvwxyz")
}

// slugFromName is the readable link of a room with that name.
func slugFromName(name string) string {
	slug := text.Slug(name, maxReadable)
	if slug == "" || text.LooksLikeID(slug) {
		slug = strings.Trim("room-"+slug, "-")
	}
	return slug
}

// secretSlug is a link with that name that can't be guessed.
func secretSlug(name string) string {
	for {
		link := slugFromName(name) + "-" + security.RandomStringWithAlphabet(secretLength, secretAlphabet)
		if !IsGuessable(link) {
			return link
		}
	}
}

// ensureSlug sets the link of a room without one from its name, and validates a given link. A link that lets anyone in is an
// invitation (R72): if a room is opened to anyone, or is open and gets a new link, the link ends in random characters.
func ensureSlug(app core.App, r *core.Record) (err error) {
	given := r.GetString("slug")
	opened := r.GetString("entry") == AccessAnyone && record.Changed(r, "slug", "entry")
	switch {
	case given == "":
		given, err = availableSlug(app, r)
	case record.Changed(r, "slug"):
		err = validateSlug(app, given, r.Id)
	}
	if err == nil && opened && IsGuessable(given) {
		given = secretSlug(given)
	}
	r.Set("slug", given)
	return err
}

// availableSlug is the default link of a room: its name, if that link is available.
func availableSlug(tx core.App, r *core.Record) (string, error) {
	slug := slugFromName(r.GetString("name"))
	taken, err := slugTaken(tx, slug, r.Id)
	if err != nil || !taken {
		return slug, err
	}
	return secretSlug(slug), nil
}

// slugTaken reports whether another room has or had the link.
func slugTaken(tx core.App, slug, room string) (bool, error) {
	var taken int
	err := tx.DB().NewQuery(`SELECT EXISTS (SELECT 1 FROM rooms WHERE slug = {:slug} COLLATE NOCASE AND id != {:room})
		OR EXISTS (SELECT 1 FROM room_links WHERE slug = {:slug} COLLATE NOCASE AND room != {:room})`).
		Bind(dbx.Params{"slug": slug, "room": room}).Row(&taken)
	if err != nil {
		return false, fmt.Errorf("look for a link: %w", err)
	}
	return taken == 1, nil
}

func validateSlug(tx core.App, slug, room string) error {
	if err := text.ValidateSlug(slug, MaxSlug); err != nil {
		return err
	}
	taken, err := slugTaken(tx, slug, room)
	if err == nil && taken {
		err = errs.Invalid("slug", CodeTaken, "This link is or was used by another room. Choose another one.")
	}
	return err
}

// rememberOldSlug stores the previous link of a room, and deletes it if the room gets it back.
func rememberOldSlug(tx core.App, room, old, now string) error {
	again, err := tx.FindAllRecords("room_links", dbx.NewExp("slug = {:slug} COLLATE NOCASE AND room = {:room}", dbx.Params{"slug": now, "room": room}))
	if err != nil {
		return fmt.Errorf("find a replaced link: %w", err)
	}
	for _, link := range again {
		if err := tx.Delete(link); err != nil {
			return fmt.Errorf("forget a replaced link: %w", err)
		}
	}
	collection, err := tx.FindCachedCollectionByNameOrId("room_links")
	if err != nil {
		return fmt.Errorf("find replaced links: %w", err)
	}
	link := core.NewRecord(collection)
	link.Load(map[string]any{"room": room, "slug": old})
	return tx.Save(link)
}
