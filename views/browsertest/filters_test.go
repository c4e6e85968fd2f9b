package browsertest

import "testing"

// The bar over the users is one line on a wide screen, or else the filters and a full line of fields below them.
func TestUsers_Filters_WrapInWholeLines(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	b := f.signIn(t, "marta@halation.example")
	for _, query := range []string{"", "?inactive=true"} {
		b.visit("/admin/halation-post/users" + query)
		for width, lines := range map[int64]int{1440: 1, 1280: 2, 1000: 2} {
			b.resize(width, 900)
			b.settle()
			tops := eval[int](b, `new Set([...document.querySelectorAll(".bar > .filters, .bar > .right > :not(noscript, [type=hidden])")].map(e => {
				const box = e.getBoundingClientRect();
				return Math.round((box.top + box.bottom) / 2);
			})).size`)
			if tops != lines {
				t.Errorf("%q at %d pixels: the bar has %d lines, want %d", query, width, tops, lines)
			}
			edge := eval[bool](b, `document.querySelector(".bar").getBoundingClientRect().right - document.querySelector(".bar > .right").lastElementChild.previousElementSibling.getBoundingClientRect().right < 1`)
			if !edge {
				t.Errorf("%q at %d pixels: the bar doesn't end where the list ends", query, width)
			}
		}
		if links := eval[bool](b, `[...document.querySelectorAll(".below a")].map(a => a.getBoundingClientRect().top).every((top, _, all) => top === all[0])`); !links {
			t.Errorf("%q: the links below the list aren't on one line", query)
		}
		b.assertInReach("the users " + query)
	}
}
