package recorder

import "time"

// silence is an Opus packet of 20 ms without sound, in stereo.
var silence = []byte{0xfc, 0xff, 0xfe}

const silenceLength = 20 * time.Millisecond

// opusLength is how long an Opus packet plays (RFC 6716, section 3.1); 0 if it isn't valid.
func opusLength(packet []byte) time.Duration {
	if len(packet) == 0 {
		return 0
	}
	var frame time.Duration
	switch config := packet[0] >> 3; {
	case config < 12: // SILK
		frame = [...]time.Duration{10, 20, 40, 60}[config&3] * time.Millisecond
	case config < 16: // hybrid
		frame = [...]time.Duration{10, 20}[config&1] * time.Millisecond
	default: // CELT
		frame = 2500 * time.Microsecond << (config & 3)
	}
	frames := 1
	switch packet[0] & 3 {
	case 1, 2:
		frames = 2
	case 3:
		if len(packet) < 2 {
			return 0
		}
		frames = int(packet[1] & 0x3f)
	}
	const longest = 120 * time.Millisecond
	if length := frame * time.Duration(frames); length <= longest {
		return length
	}
	return 0
}
