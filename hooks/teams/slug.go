package teams

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/text"
)

// baseSlug returns the slug for a name, without checking whether it is taken.
func baseSlug(name string) string {
	slug := text.Slug(name, 50)
	switch {
	case slug == "":
		return "team"
	case text.LooksLikeID(slug):
		return slug + "-team"
	}
	return slug
}

// uniqueSlug returns the slug for a name, with a number appended if another team has it.
func uniqueSlug(tx core.App, name string) (string, error) {
	base := baseSlug(name)
	for n := 1; ; n++ {
		slug := base
		if n > 1 {
			slug = fmt.Sprintf("%s-%d", base, n)
		}
		taken, err := tx.CountRecords("teams", dbx.NewExp("slug = {:s} COLLATE NOCASE", dbx.Params{"s": slug}))
		if err != nil {
			return "", fmt.Errorf("find a free slug: %w", err)
		}
		if taken == 0 && !text.LooksLikeID(slug) {
			return slug, nil
		}
	}
}
