package recordings

import (
	"fmt"
	"strings"
	"time"

	"usher/hooks/recordings"
	"usher/hooks/tools/text"
)

// readmeText explains the files of a zip: what each has, and when it begins.
func readmeText(r *recordings.Recording, manifest *recordings.Manifest) string {
	var b strings.Builder
	line := func(format string, values ...any) { fmt.Fprintf(&b, format+"\r\n", values...) } // Windows' editors need both characters
	line("%s", text.Sanitize(r.Title()))
	line("Recorded on %s UTC, %s long.", manifest.Started.UTC().Format("2 January 2006 at 15:04:05"), clockText(manifest.Milliseconds))
	if host := text.Sanitize(r.HostName()); host != "" {
		line("Host: %s", host)
	}
	line("")
	line("Each camera, microphone and shared screen is a file of its own, and someone who came back has")
	line("another one. To line them up in an editor, place each file at its start time.")
	line("")
	line("Start         Length        File")
	for n, part := range manifest.Parts {
		line("%-12s  %-12s  %s", clockText(part.Offset), clockText(part.Duration), entryName(part, manifest, n))
		for _, muted := range part.Muted {
			line("%28s%s to %s: muted", "", clockText(muted.From), clockText(muted.To))
		}
	}
	line("")
	line("From          To            Participant")
	for _, one := range manifest.Participants {
		for _, stay := range one.Stays {
			line("%-12s  %-12s  %s", clockText(stay.From), clockText(stay.To), text.Sanitize(one.Name))
		}
	}
	line("")
	line("The files are WebM with VP8, VP9 or Opus. VLC, ffmpeg and current browsers play them. All times")
	line("count from the start of the recording.")
	if len(manifest.Skipped) > 0 {
		line("")
		line("%s", skippedLine(len(manifest.Skipped)))
	}
	return b.String()
}

func skippedLine(n int) string {
	return text.Count(n, "track isn't included, because its codec isn't recorded.", "tracks aren't included, because their codecs aren't recorded.")
}

// clockText formats milliseconds with a fraction, for editors: "0:00:12.345".
func clockText(ms int64) string {
	sign := ""
	if ms < 0 {
		sign, ms = "-", -ms
	}
	d := time.Duration(ms) * time.Millisecond
	return fmt.Sprintf("%s%d:%02d:%02d.%03d", sign, int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60, ms%1000)
}
