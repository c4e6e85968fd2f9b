package rooms

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"usher/hooks/record"
)

// BySlug reads the room with that link, of whatever team, or record.ErrNotFound.
func BySlug(app core.App, slug string) (*Room, error) {
	room := &Room{}
	err := app.RecordQuery("rooms").AndWhere(dbx.NewExp("slug = {:slug} COLLATE NOCASE", dbx.Params{"slug": slug})).Limit(1).One(room)
	return found(room, err)
}

// ByOldSlug reads the room that once had that link and has another one now, or record.ErrNotFound. Whoever comes by
// the old link is told that it was replaced, and not by what (R92).
func ByOldSlug(app core.App, slug string) (*Room, error) {
	room := &Room{}
	err := app.RecordQuery("rooms").AndWhere(dbx.NewExp(
		"id IN (SELECT room FROM room_links WHERE slug = {:slug} COLLATE NOCASE)", dbx.Params{"slug": slug})).Limit(1).One(room)
	return found(room, err)
}

const (
	readable = 40 // characters of a name in a link
	secret   = 10 // characters that nobody guesses
	letters  = "abcdefghijkmnpqrstuvwxyz23456789"
)

var (
	slugShape   = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	secretShape = regexp.MustCompile(fmt.Sprintf(`-[%s]{%d}$`, letters, secret))
)

// Guessable reports whether a link could be found by trying: it does not end in characters as the server draws them,
// letters and digits mixed.
func Guessable(slug string) bool {
	end := secretShape.FindString(slug)
	return !strings.ContainsAny(end, "23456789") || !strings.ContainsAny(end, "abcdefghijkmnpqrstuvwxyz")
}

// slugOf is the readable link of a room of that name.
func slugOf(name string) string {
	slug := record.Slug(name, readable)
	if slug == "" || record.LooksLikeID(slug) {
		slug = strings.Trim("room-"+slug, "-")
	}
	return slug
}

// unguessable is a link of that name that nobody finds by trying.
func unguessable(name string) string {
	for {
		link := slugOf(name) + "-" + security.RandomStringWithAlphabet(secret, letters)
		if !Guessable(link) {
			return link
		}
	}
}

// slug gives a room without a link one of its name, and judges one that was given. A link that lets anyone in is an
// invitation (R72): a room that is opened to anyone, or is open and given a link, ends in characters that nobody
// guesses.
func slug(app core.App, r *core.Record) (err error) {
	given := r.GetString("slug")
	opened := r.GetString("entry") == Anyone && record.Changed(r, "slug", "entry")
	switch {
	case given == "":
		given, err = freeSlug(app, r)
	case record.Changed(r, "slug"):
		err = judgeSlug(app, given, r.Id)
	}
	if err == nil && opened && Guessable(given) {
		given = unguessable(given)
	}
	r.Set("slug", given)
	return err
}

// freeSlug is a link for a room that was given none: its name, if that is free.
func freeSlug(tx core.App, r *core.Record) (string, error) {
	slug := slugOf(r.GetString("name"))
	taken, err := slugTaken(tx, slug, r.Id)
	if err != nil || !taken {
		return slug, err
	}
	return unguessable(slug), nil
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

func judgeSlug(tx core.App, slug, room string) error {
	switch {
	case len(slug) > MaxSlug || !slugShape.MatchString(slug):
		return record.Refuse("slug", "bad_slug", fmt.Sprintf("The link takes small letters, digits and single hyphens between them, %d at most.", MaxSlug))
	case record.LooksLikeID(slug):
		return record.Refuse("slug", "bad_slug", "The link cannot be 15 letters and digits: it would pass for a number of ours. Put a hyphen in.")
	}
	taken, err := slugTaken(tx, slug, room)
	if err == nil && taken {
		err = record.Refuse("slug", CodeTaken, "Another room has this link, or had it. Choose another one.")
	}
	return err
}

// keepOld remembers the link that a room had, and forgets one that it takes again.
func keepOld(tx core.App, room, old, now string) error {
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
