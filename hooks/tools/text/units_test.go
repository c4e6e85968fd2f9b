package text_test

import (
	"strings"
	"testing"
	"time"

	"usher/hooks/tools/text"
)

func TestUnits(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{text.Number(0), "0"}, {text.Number(999), "999"}, {text.Number(10_000), "10,000"}, {text.Number(-1_234_567), "-1,234,567"},
		{text.Count(1, "user", "users"), "1 user"}, {text.Count(0, "user", "users"), "0 users"}, {text.Count(1200, "user", "users"), "1,200 users"},
		{text.Duration(7 * 24 * time.Hour), "7 days"}, {text.Duration(-time.Hour), "1 hour"}, {text.Duration(15 * time.Minute), "15 minutes"},
		{text.Duration(59 * time.Second), "less than a minute"},
		{text.Elapsed(-time.Second), "0:00:00"}, {text.Elapsed(24*time.Hour - time.Millisecond), "23:59:59"}, {text.Elapsed(24 * time.Hour), "1 day, 0:00:00"},
		{text.Elapsed(705*time.Hour + 9*time.Minute + 10*time.Second), "29 days, 9:09:10"},
		{text.Bytes(512), "512 bytes"}, {text.Bytes(1 << 20), "1 MB"}, {text.Bytes(1<<20 - 1), "1 MB"}, {text.Bytes(2 << 20), "2 MB"}, {text.Bytes(3 << 29), "1.5 GB"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestJoinList(t *testing.T) {
	for in, want := range map[string]string{"": "", "a": "a", "a b": "a and b", "a b c": "a, b and c"} {
		if got := text.JoinList(strings.Fields(in)); got != want {
			t.Errorf("JoinList(%q): got %q, want %q", in, got, want)
		}
	}
}

func TestJoinAlternatives(t *testing.T) {
	for in, want := range map[string]string{"": "", "a": "a", "a b": "a or b", "a b c": "a, b or c"} {
		if got := text.JoinAlternatives(strings.Fields(in)); got != want {
			t.Errorf("JoinAlternatives(%q): got %q, want %q", in, got, want)
		}
	}
}

func TestStorage_InThousands(t *testing.T) {
	for n, want := range map[int64]string{0: "0 bytes", 999: "999 bytes", 1000: "1 KB", 1500: "1.5 KB", 999_949: "999.9 KB", 999_950: "1 MB", 100_000_000_000: "100 GB", 5_000_000_000_000_000: "5000 TB"} {
		if got := text.Storage(n); got != want {
			t.Errorf("Storage(%d) is %q, want %q", n, got, want)
		}
	}
}
