package player_test

import (
	"strings"
	"testing"

	"usher/hooks/live/recorder"
	"usher/views/player"
)

func TestView_OfAManifest(t *testing.T) {
	m := &recorder.Manifest{
		Milliseconds: 65_000,
		Participants: []recorder.Participant{{ID: "p1", Name: `Ada <b>"Lovelace"`, Stays: []recorder.Interval{{From: 0, To: 65_000}}}},
		Parts: []recorder.Part{
			{File: "a.webm", Participant: "p1", Source: recorder.SourceCamera, Kind: "video", Codec: "vp8", Offset: 500, Duration: 60_000, Muted: []recorder.Interval{{From: 1000, To: 2000}}},
			{File: "b.webm", Participant: "p1", Source: recorder.SourceScreen, Kind: "video", Codec: "vp9", Offset: 30_000, Duration: 5000},
			{File: "c.webm", Participant: "p1", Source: recorder.SourceMicrophone, Kind: "audio", Codec: "opus", Offset: 400, Duration: 60_000},
		},
	}
	var b strings.Builder
	if err := player.View(player.New("Review", m, func(file string) string { return "/files/" + file })).Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	html := strings.ReplaceAll(b.String(), "&#34;", `"`)
	for _, want := range []string{
		`"url":"/files/a.webm","person":"p1","source":"camera","video":true,"type":"video/webm; codecs=\"vp8\"","offset":500,"duration":60000,"muted":[{"from":1000,"to":2000}]`,
		`"type":"audio/webm; codecs=\"opus\""`, `"initials":"AB"`, `/ 1:05</span>`, `href="#t=30"`, `shared their screen`, `max="65000"`,
	} {
		if !strings.Contains(html, want) {
			t.Errorf("got no %s in the player", want)
		}
	}
	if strings.Contains(html, "Ada <b>") {
		t.Error("got markup from a name, want text")
	}
}
