package player_test

import (
	"testing"

	"usher/hooks/live/recorder"
	"usher/views/player"
)

func TestMIMEType_NamesTheCodec(t *testing.T) {
	for _, s := range []struct{ kind, codec, want string }{
		{"video", "vp9", `video/webm; codecs="vp9"`}, {"audio", "opus", `audio/webm; codecs="opus"`}, {"video", "unknown", `video/webm; codecs="unknown"`},
		{"video", "", "video/webm"}, {"video", "vp8\"\r\nX: y", "video/webm"}, {"", "opus", `audio/webm; codecs="opus"`},
	} {
		if got := player.MIMEType(recorder.Part{Kind: s.kind, Codec: s.codec}); got != s.want {
			t.Errorf("%q, %q: got %q, want %q", s.kind, s.codec, got, s.want)
		}
	}
}
