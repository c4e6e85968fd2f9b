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

// FindBySlug reads the room with that link, of whatever team, or record.ErrNotFound.
func FindBySlug(app core.App, slug string) (*Room, error) {
	room := &Room{}
	err := app.RecordQuery("rooms").AndWhere(dbx.NewExp("slug = {:slug} COLLATE NOCASE", dbx.Params{"slug": slug})).Limit(1).One(room)
	return mapNotFound(room, err)
}

// FindByOldSlug reads the room that once had that link and has another one now, or record.ErrNotFound. Whoever comes by
// the old link is told that it was replaced, and not by what (R92).
func FindByOldSlug(app core.App, slug string) (*Room, error) {
	room := &Room{}
	err := app.RecordQuery("rooms").AndWhere(dbx.NewExp(
		"id IN (SELECT room FROM room_links WHERE slug = {:slug} COLLATE NOCASE)", dbx.Params{"slug": slug})).Limit(1).One(room)
	return mapNotFound(room, err)
}

const (
	maxReadable    = 40 // characters of a name in a link
	secretLength   = 10 // characters that nobody guesses
	secretAlphabet = "abcdefghijkmnpqrstuvwxyz23456789"
)

var (
	slugPattern   = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	secretPattern = regexp.MustCompile(fmt.Sprintf(`-[%s]{%d}$`, secretAlphabet, secretLength))
)

// IsGuessable reports whether a link could be found by trying: it does not end in characters as the server draws them,
// letters and digits mixed.
func IsGuessable(slug string) bool {
	end := secretPattern.FindString(slug)
	return !strings.ContainsAny(end, "23456789") || !strings.ContainsAny(end, "abcdefghijkmnpqrstuvwxyz")
}

// slugFromName is the readable link of a room of that name.
func slugFromName(name string) string {
	slug := text.Slug(name, maxReadable)
	if slug == "" || text.LooksLikeID(slug) {
		slug = strings.Trim("room-"+slug, "-")
	}
	return slug
}

// secretSlug is a link of that name that nobody finds by trying.
func secretSlug(name string) string {
	for {
		link := slugFromName(name) + "-" + security.RandomStringWithAlphabet(secretLength, secretAlphabet)
		if !IsGuessable(link) {
			return link
		}
	}
}

// ensureSlug gives a room without a link one of its name, and judges one that was given. A link that lets anyone in is an
// invitation (R72): a room that is opened to anyone, or is open and given a link, ends in characters that nobody
// guesses.
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

// availableSlug is a link for a room that was given none: its name, if that is free.
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
	switch {
	case len(slug) > MaxSlug || !slugPattern.MatchString(slug):
		return errs.Invalid("slug", "bad_slug", fmt.Sprintf("The link takes small letters, digits and single hyphens between them, %d at most.", MaxSlug))
	case text.LooksLikeID(slug):
		return errs.Invalid("slug", "bad_slug", "The link cannot be 15 letters and digits: it would pass for a number of ours. Put a hyphen in.")
	}
	taken, err := slugTaken(tx, slug, room)
	if err == nil && taken {
		err = errs.Invalid("slug", CodeTaken, "Another room has this link, or had it. Choose another one.")
	}
	return err
}

// rememberOldSlug remembers the link that a room had, and forgets one that it takes again.
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
