package player_test

import (
	"fmt"
	"slices"
	"testing"

	"usher/views/player"
)

func TestChapters_JoinsAndScreens(t *testing.T) {
	stay := func(from, to int64) player.Interval { return player.Interval{From: from, To: to} }
	people := []player.Person{
		{ID: "m", Name: "Marta", Stays: []player.Interval{stay(0, 600_000)}},
		{ID: "n", Name: "Noor", Stays: []player.Interval{stay(2000, 100_000), stay(110_000, 200_000), stay(300_000, 600_000)}},
		{ID: "c", Name: "Clara", Stays: []player.Interval{stay(60_000, 600_000)}},
		{ID: "j", Name: "Jonas", Stays: []player.Interval{stay(70_000, 600_000)}},
		{ID: "l", Name: "Leo", Stays: []player.Interval{stay(76_000, 600_000)}},
		{ID: "d", Name: "Daniel"},
	}
	screen := func(person string, offset, duration int64) player.Part {
		return player.Part{Person: person, Source: "screen", Video: true, Offset: offset, Duration: duration}
	}
	parts := []player.Part{screen("m", 400_000, 50_000), screen("m", 90_000, 20_000), screen("m", 111_000, 1000), screen("x", 500_000, 1000),
		{Person: "m", Source: "camera", Offset: 0, Duration: 600_000}}
	var got []string
	for _, c := range player.Chapters(people, parts) {
		got = append(got, fmt.Sprintf("%s %s (%s)", player.Clock(c.At), c.Text, c.Icon))
	}
	want := []string{
		"0:00 Start: Marta and Noor (play)",
		"1:00 Clara and Jonas joined (user-plus)",
		"1:16 Leo joined (user-plus)",
		"1:30 Marta shared their screen (screen-share)",
		"5:00 Noor joined (user-plus)",
		"6:40 Marta shared their screen (screen-share)",
		"8:20 Someone shared their screen (screen-share)",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestChapters_OfNothing_IsTheStart(t *testing.T) {
	if got := player.Chapters(nil, nil); len(got) != 1 || got[0].Text != "Start" {
		t.Errorf("got %v, want the start", got)
	}
}

func TestChapters_AreLimited(t *testing.T) {
	people := []player.Person{{ID: "m", Name: "Marta"}}
	for n := range int64(5000) {
		people[0].Stays = append(people[0].Stays, player.Interval{From: n * 60_000, To: n*60_000 + 1})
	}
	if got := len(player.Chapters(people, nil)); got != 500 {
		t.Errorf("got %d chapters, want 500", got)
	}
}

func TestChapters_ManyWhoJoinTogether_AreCounted(t *testing.T) {
	var people []player.Person
	for _, name := range []string{"Marta", "Noor", "Clara", "Jonas", "Leo"} {
		people = append(people, player.Person{ID: name, Name: name, Stays: []player.Interval{{From: 1000, To: 9000}}})
	}
	if got, want := player.Chapters(people, nil)[0].Text, "Start: Marta, Noor and 3 others"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestClock(t *testing.T) {
	for ms, want := range map[int64]string{-1: "0:00", 999: "0:00", 65_999: "1:05", 3_600_000: "1:00:00", 36_059_000: "10:00:59"} {
		if got := player.Clock(ms); got != want {
			t.Errorf("Clock(%d) = %q, want %q", ms, got, want)
		}
	}
}
