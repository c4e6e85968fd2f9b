package browsertest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"usher/hooks/live"
	"usher/hooks/sessions"
)

// sentCodec returns the codec of the page's outgoing video from that source, or "" before any is sent.
func (b *tab) sentCodec(source string) string {
	b.t.Helper()
	return eval[string](b, roomScript(fmt.Sprintf(`for (let i = 0; i < 100; i++, await new Promise(done => setTimeout(done, 100))) {
			const stats = await room.localParticipant.getTrackPublication(%q)?.track?.getRTCStatsReport();
			for (const s of stats?.values() ?? []) if (s.type === "outbound-rtp" && s.framesEncoded > 5) return stats.get(s.codecId).mimeType.toLowerCase() }
		return ""`, source)))
}

// receivedCodec returns the codec of that person's incoming video, or "" before any is shown.
func (b *tab) receivedCodec(person string) string {
	b.t.Helper()
	return eval[string](b, roomScript(fmt.Sprintf(`for (let i = 0; i < 100; i++, await new Promise(done => setTimeout(done, 100))) {
			const stats = await room.remoteParticipants.get(%q)?.getTrackPublication("camera")?.track?.getRTCStatsReport();
			for (const s of stats?.values() ?? []) if (s.type === "inbound-rtp" && s.framesDecoded > 5) return stats.get(s.codecId).mimeType.toLowerCase() }
		return ""`, person)))
}

// supportedCodecs returns the codecs that the browser supports.
func (b *tab) supportedCodecs() string {
	return strings.ToLower(eval[string](b, `RTCRtpSender.getCapabilities("video").codecs.map(c => c.mimeType).join()`))
}

// reportedCodec returns the codec of a participant's camera as known to the media server.
func (m *liveFixture) reportedCodec(email string) string {
	m.t.Helper()
	session, err := sessions.FindByID(m.App, m.session.Id)
	must(m.t, err)
	people, err := live.ListParticipants(m.App, session.Media())
	must(m.t, err)
	for _, p := range people {
		for _, track := range p.Tracks {
			if p.Identity == m.participantID(email) && track.Source == "camera" {
				return track.Codec
			}
		}
	}
	return ""
}

func TestCodec_SessionCodecIsUsed(t *testing.T) {
	for scheduled, codec := range map[string]string{"h264": "vp8", "av1": "vp9"} { // VP8 and VP9 themselves are what other tests send
		t.Run(scheduled, func(t *testing.T) {
			m := newLiveFixture(t, sessions.Form{Guests: []string{noor}, Resolution: "360p", FPS: 15, Codec: scheduled, Audio: "speech"})
			host, guest := m.openLivePage(m.host.Email()), m.openLivePage(noor)
			if !strings.Contains(host.supportedCodecs(), "video/"+codec) {
				t.Skipf("this Chromium has no %s", codec)
			}
			guest.waitForVideo(m.participantID(m.host.Email()))
			got := []string{host.sentCodec("camera"), guest.sentCodec("camera"), guest.receivedCodec(m.participantID(m.host.Email())), "video/" + m.reportedCodec(m.host.Email())}
			if slices.Sort(got); len(slices.Compact(got)) != 1 || got[0] != "video/"+codec {
				t.Errorf("got sent, received and reported codecs %v, want 1 and %v", got, "video/"+codec)
			}
			host.press("Share")
			guest.waitForScreen(m.participantID(m.host.Email()))
			if got := host.sentCodec("screen_share"); got != "video/"+codec {
				t.Errorf("got screen codec %q, want %v", got, "video/"+codec)
			}
		})
	}
}

// removeCodecScript removes a codec from the browser, for sending and receiving.
const removeCodecScript = `(gone => {
	for (const kind of [RTCRtpSender, RTCRtpReceiver]) {
		const all = kind.getCapabilities.bind(kind);
		kind.getCapabilities = of => { const known = all(of); known.codecs = known.codecs.filter(c => c.mimeType.toLowerCase() !== gone); return known };
	}
	for (const word of ["createOffer", "createAnswer"]) {
		const made = RTCPeerConnection.prototype[word];
		RTCPeerConnection.prototype[word] = function (...how) {
			for (const t of this.getTransceivers()) if (t.receiver.track.kind === "video" && !t.stopped) t.setCodecPreferences(RTCRtpReceiver.getCapabilities("video").codecs);
			return made.apply(this, how);
		};
	}
})`

func TestCodec_Unsupported_FallsBackToVP8(t *testing.T) {
	m := newLiveFixture(t, sessions.Form{Guests: []string{noor}, Resolution: "360p", FPS: 15, Codec: "vp9", Audio: "speech"})
	host, guest := m.openLivePage(m.host.Email()), m.signInJoined(defaultBrowser, noor)
	guest.addInitScript(removeCodecScript + `("video/vp9")`)
	guest.visit(m.path())
	host.waitForVideo(m.participantID(noor))
	guest.waitForVideo(m.participantID(m.host.Email()))
	for what, got := range map[string][2]string{ // the host's VP9 may have stopped already, because no one receives it
		"who lacks it sends":        {guest.sentCodec("camera"), "video/vp8"},
		"who lacks it sees":         {guest.receivedCodec(m.participantID(m.host.Email())), "video/vp8"},
		"the host sees":             {host.receivedCodec(m.participantID(noor)), "video/vp8"},
		"reported of the host":      {m.reportedCodec(m.host.Email()), "vp9"},
		"reported of who lacks it ": {m.reportedCodec(noor), "vp8"},
	} {
		if got[0] != got[1] {
			t.Errorf("%s %q, want %q", what, got[0], got[1])
		}
	}
}
