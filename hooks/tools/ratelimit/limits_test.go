package ratelimit_test

import (
	"testing"
	"time"

	"usher/hooks/tools/ratelimit"
)

func TestLimiter_BeyondLimit_ReturnsWait(t *testing.T) {
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	limiter := ratelimit.New(3, time.Minute)
	for i := range 3 {
		if _, ok := limiter.TakeN("a", 1, now); !ok {
			t.Fatalf("take %d was refused", i+1)
		}
	}
	wait, ok := limiter.TakeN("a", 1, now)
	if ok || wait <= 0 || wait > 20*time.Second {
		t.Fatalf("the fourth: ok %v, wait %v", ok, wait)
	}
	if _, ok := limiter.TakeN("b", 1, now); !ok {
		t.Fatal("another key was refused")
	}
	if _, ok := limiter.TakeN("a", 1, now.Add(wait)); !ok {
		t.Fatal("refused after the wait")
	}
}

func TestLimiter_MoreThanLimitAtOnce_IsRefused(t *testing.T) {
	if _, ok := ratelimit.New(3, time.Minute).TakeN("a", 4, time.Now()); ok {
		t.Fatal("4 of 3 were taken")
	}
}

func TestLimiter_Exhausted_TakesNothing(t *testing.T) {
	limiter := ratelimit.New(1, time.Hour)
	for range 3 {
		if _, full := limiter.Exhausted("a"); full {
			t.Fatal("full before anything was taken")
		}
	}
	limiter.Take("a")
	if wait, full := limiter.Exhausted("a"); !full || wait <= 0 || wait > time.Hour {
		t.Errorf("after the only place was taken: full %v, wait %v", full, wait)
	}
}

func TestLimiter_Refund_FreesToken(t *testing.T) {
	limiter := ratelimit.New(2, time.Hour)
	for range 5 {
		if _, ok := limiter.Take("a"); !ok {
			t.Fatal("refused though each place was given back")
		}
		limiter.Refund("a")
	}
	limiter.Refund("a") // there are never more than two
	for n := range 3 {
		if _, ok := limiter.Take("a"); ok != (n < 2) {
			t.Errorf("take %d: %v", n+1, ok)
		}
	}
}

func TestLimit_Text_SaysNumberAndWindow(t *testing.T) {
	for _, c := range []struct {
		name   string
		number int
		window time.Duration
		noun   string
		want   string
	}{
		{"text-minute", 6, time.Minute, "times", "6 times a minute"},
		{"text-hour", 2000, time.Hour, "uploads", "2,000 uploads an hour"},
		{"text-days", 10, 48 * time.Hour, "teams", "10 teams in 2 days"},
	} {
		if got := ratelimit.Define(c.name, c.number, c.window).Text(c.noun); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}
