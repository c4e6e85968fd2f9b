package mp4

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"

	"usher/hooks/live/recorder"
)

// Colors of the background, of a cell without a picture, and of letters.
const (
	background = "0x0e0c0d"
	cellColor  = "0x2a2628"
)

// seconds formats milliseconds for ffmpeg.
func seconds(ms int64) string { return strconv.FormatFloat(float64(ms)/1000, 'f', 3, 64) }

// input returns the arguments that read a part from a time of the recording on, and by how much it is late. The format is named, so that
// nothing else is guessed from the content.
func input(dir string, p *recorder.Part, from int64, extra ...string) (args []string, late int64) {
	args = append([]string{"-f", "matroska", "-protocol_whitelist", "file"}, extra...)
	if from > p.Offset {
		args = append(args, "-ss", seconds(from-p.Offset))
	}
	return append(args, "-i", filepath.Join(dir, filepath.Base(p.File))), max(0, p.Offset-from)
}

// videoArgs writes the graph of a scene to files in the working folder, which is ffmpeg's, and returns the arguments that render it.
func (e *encoder) videoArgs(parts, work string, s scene, output string) ([]string, error) {
	var args, graph []string
	base := fmt.Sprintf("color=c=%s:s=%dx%d:r=%d:d=%s", background, width, height, fps, seconds(s.to-s.from))
	var front []string // names over pictures
	for i, c := range s.cells {
		base += fmt.Sprintf(",drawbox=x=%d:y=%d:w=%d:h=%d:color=%s:t=fill", c.x, c.y, c.w, c.h, cellColor)
		if !e.names || c.name == "" {
			continue
		}
		file := fmt.Sprintf("name%d.txt", i)
		size := min(26, max(14, c.w/18))
		if err := os.WriteFile(filepath.Join(work, file), []byte(shorten(c.name, c.w*10/(size*6)-2)), 0o600); err != nil {
			return nil, err
		}
		text := fmt.Sprintf("drawtext=textfile=%s:expansion=none:fontcolor=white", file)
		if c.part == nil {
			base += fmt.Sprintf(",%s:fontsize=%d:x=%d+(%d-text_w)/2:y=%d+(%d-text_h)/2", text, size, c.x, c.w, c.y, c.h)
		} else {
			size = min(size, 20)
			front = append(front, fmt.Sprintf("%s:fontsize=%d:x=%d:y=%d:box=1:boxcolor=black@0.6:boxborderw=6", text, size, c.x+14, c.y+c.h-size-14))
		}
	}
	last, inputs := "base", 0
	graph = append(graph, base+"[base]")
	for _, c := range s.cells {
		if c.part == nil {
			continue
		}
		// From the key frame before, because a screen may show the last picture for long; its size may change at any frame.
		in, late := input(parts, c.part, s.from, "-noaccurate_seek", "-reinit_filter", "0")
		args = append(args, in...)
		graph = append(graph,
			fmt.Sprintf("[%d:v]setpts=PTS+%s/TB,scale=%d:%d:force_original_aspect_ratio=decrease:eval=frame,pad=%d:%d:-1:-1:color=black:eval=frame,setsar=1[v%d]",
				inputs, seconds(late), c.w, c.h, c.w, c.h, inputs),
			fmt.Sprintf("[%s][v%d]overlay=%d:%d:eof_action=repeat[o%d]", last, inputs, c.x, c.y, inputs))
		last = fmt.Sprintf("o%d", inputs)
		inputs++
	}
	graph = append(graph, fmt.Sprintf("[%s]%s[video]", last, strings.Join(append(front, "format=yuv420p"), ",")))
	if err := os.WriteFile(filepath.Join(work, "graph.txt"), []byte(strings.Join(graph, ";\n")), 0o600); err != nil {
		return nil, err
	}
	return append(args, "-filter_complex_script", "graph.txt", "-map", "[video]", "-frames:v", fmt.Sprint(s.frames()), "-an", "-c:v", "libx264",
		"-preset", "veryfast", "-crf", "26", "-maxrate", "2500k", "-bufsize", "5000k", "-bf", "0", "-g", "100", "-threads", "2", "-video_track_timescale", "12800", "-f", "mp4", output), nil
}

// soundArgs returns the arguments that mix the sound from one time to another, without a picture in the same graph: it would tear it.
func soundArgs(parts string, all []*recorder.Part, from, to int64, output string) []string {
	var args, graph []string
	mix := ""
	for i, p := range all {
		in, late := input(parts, p, from)
		args = append(args, in...)
		graph = append(graph, fmt.Sprintf("[%d:a]aresample=48000:async=1:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=stereo,adelay=%d:all=1[a%d]", i, late, i))
		mix += fmt.Sprintf("[a%d]", i)
	}
	if len(all) == 0 {
		graph = append(graph, "anullsrc=r=48000:cl=stereo[mix]")
	} else {
		graph = append(graph, fmt.Sprintf("%samix=inputs=%d:normalize=0:duration=longest:dropout_transition=0,alimiter=limit=0.95:level=0[mix]", mix, len(all)))
	}
	graph = append(graph, fmt.Sprintf("[mix]apad,atrim=end=%s[sound]", seconds(to-from)))
	return append(args, "-filter_complex", strings.Join(graph, ";"), "-map", "[sound]", "-vn", "-c:a", "flac", "-compression_level", "0", "-f", "flac", output)
}

// joinArgs writes the lists of the stretches and returns the arguments that join them.
func joinArgs(work string, video, sound []string, all []scene, length int64, output string) ([]string, error) {
	var v, a strings.Builder
	for i, name := range video {
		fmt.Fprintf(&v, "file %s\nduration %s\n", name, seconds(all[i].to-all[i].from))
	}
	for _, name := range sound {
		fmt.Fprintf(&a, "file %s\n", name)
	}
	for name, list := range map[string]string{"video.txt": v.String(), "sound.txt": a.String()} {
		if err := os.WriteFile(filepath.Join(work, name), []byte(list), 0o600); err != nil {
			return nil, err
		}
	}
	return []string{"-f", "concat", "-i", "video.txt", "-f", "concat", "-i", "sound.txt", "-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "aac", "-b:a", "96k",
		"-t", seconds(length), "-movflags", "+faststart", "-f", "mp4", output}, nil
}

// shorten returns a name on one line of at most n characters.
func shorten(name string, n int) string {
	name = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(name, ""))), " ")
	if runes := []rune(name); len(runes) > n && n > 1 {
		return strings.TrimSpace(string(runes[:n-1])) + "…"
	}
	return name
}
