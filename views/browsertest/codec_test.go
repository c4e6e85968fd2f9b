package browsertest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"usher/hooks/live"
	"usher/hooks/sessions"
)

// codecOf is the codec in which the page's pictures of that source leave, once some have left; else empty.
func (b *tab) codecOf(source string) string {
	b.t.Helper()
	return eval[string](b, inRoom(fmt.Sprintf(`for (let i = 0; i < 100; i++, await new Promise(done => setTimeout(done, 100))) {
			const stats = await room.localParticipant.getTrackPublication(%q)?.track?.getRTCStatsReport();
			for (const s of stats?.values() ?? []) if (s.type === "outbound-rtp" && s.framesEncoded > 5) return stats.get(s.codecId).mimeType.toLowerCase() }
		return ""`, source)))
}

// codecFrom is the codec in which pictures of that person come, once some were drawn; else empty.
func (b *tab) codecFrom(person string) string {
	b.t.Helper()
	return eval[string](b, inRoom(fmt.Sprintf(`for (let i = 0; i < 100; i++, await new Promise(done => setTimeout(done, 100))) {
			const stats = await room.remoteParticipants.get(%q)?.getTrackPublication("camera")?.track?.getRTCStatsReport();
			for (const s of stats?.values() ?? []) if (s.type === "inbound-rtp" && s.framesDecoded > 5) return stats.get(s.codecId).mimeType.toLowerCase() }
		return ""`, person)))
}

// knows are the codecs that the browser has.
func (b *tab) knows() string {
	return strings.ToLower(eval[string](b, `RTCRtpSender.getCapabilities("video").codecs.map(c => c.mimeType).join()`))
}

// reported is the codec of somebody's camera that the media server knows.
func (m *meeting) reported(email string) string {
	m.t.Helper()
	session, err := sessions.ByID(m.App, m.session.Id)
	must(m.t, err)
	people, err := live.People(m.App, session.Media())
	must(m.t, err)
	for _, p := range people {
		for _, track := range p.Tracks {
			if p.Identity == m.person(email) && track.Source == "camera" {
				return track.Codec
			}
		}
	}
	return ""
}

func TestPicturesAreSentInTheCodecOfTheSession(t *testing.T) {
	for _, codec := range []string{"vp8", "h264", "vp9", "av1"} {
		t.Run(codec, func(t *testing.T) {
			m := meet(t, sessions.Form{Guests: []string{noor}, Resolution: "360p", FPS: 15, Codec: codec, Audio: "speech"})
			host, guest := m.enters(m.host.Email()), m.enters(noor)
			if !strings.Contains(host.knows(), "video/"+codec) {
				t.Skipf("this Chromium has no %s", codec)
			}
			guest.sees(m.person(m.host.Email()))
			got := []string{host.codecOf("camera"), guest.codecOf("camera"), guest.codecFrom(m.person(m.host.Email())), "video/" + m.reported(m.host.Email())}
			if slices.Sort(got); len(slices.Compact(got)) != 1 || got[0] != "video/"+codec {
				t.Errorf("sent, taken and reported: %v", got)
			}
			host.press("Share")
			guest.seesScreen(m.person(m.host.Email()))
			if got := host.codecOf("screen_share"); got != "video/"+codec {
				t.Errorf("the screen is sent as %q", got)
			}
		})
	}
}

// lacking makes a browser one that can neither send nor draw that codec.
const lacking = `(gone => {
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

func TestWhoLacksTheCodecSendsAndSeesVP8(t *testing.T) {
	m := meet(t, sessions.Form{Guests: []string{noor}, Resolution: "360p", FPS: 15, Codec: "av1", Audio: "speech"})
	host, guest := m.enters(m.host.Email()), m.arrives(usual, noor)
	guest.before(lacking + `("video/av1")`)
	guest.visit(m.address())
	host.sees(m.person(noor))
	guest.sees(m.person(m.host.Email()))
	for what, got := range map[string][2]string{
		"the host sends":            {host.codecOf("camera"), "video/av1"},
		"who lacks it sends":        {guest.codecOf("camera"), "video/vp8"},
		"who lacks it sees":         {guest.codecFrom(m.person(m.host.Email())), "video/vp8"},
		"the host sees":             {host.codecFrom(m.person(noor)), "video/vp8"},
		"reported of the host":      {m.reported(m.host.Email()), "av1"},
		"reported of who lacks it ": {m.reported(noor), "vp8"},
	} {
		if got[0] != got[1] {
			t.Errorf("%s %q, want %q", what, got[0], got[1])
		}
	}
}
