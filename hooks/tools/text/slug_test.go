package text_test

import (
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/text"
)

func TestSlug(t *testing.T) {
	for name, want := range map[string]string{
		"Café Zürich & Co.": "cafe-zurich-co", "  Edit   bay 2 ": "edit-bay-2", "../admin": "admin", "Größe": "gro-e", "日本放送": "", "": "", "--": "",
		strings.Repeat("a", 60): strings.Repeat("a", 20), strings.Repeat("a", 19) + " b": strings.Repeat("a", 19), "ﬁne ①": "fine-1",
	} {
		if got := text.Slug(name, 20); got != want {
			t.Errorf("%q becomes %q, not %q", name, got, want)
		}
	}
	for slug, want := range map[string]bool{core.GenerateDefaultRandomId(): true, "abcdefghij12345": true, "abcdefghij1234": false, "abcdefghij-2345": false, "": false} {
		if text.LooksLikeID(slug) != want {
			t.Errorf("%q passes for an id: %v, want %v", slug, !want, want)
		}
	}
}
