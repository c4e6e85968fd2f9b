package recorder_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"usher/hooks/hookstest"
	"usher/hooks/live"
	"usher/hooks/live/livetest"
)

// BenchmarkNetwork records cameras of 720p with 1.7 Mbit/s that come over the network of this machine, in a process of its own, and
// measures that process: its time as a percentage of one core, and its private memory. An iteration lasts five seconds.
func BenchmarkNetwork(b *testing.B) {
	for _, senders := range []int{2, 4, 8} {
		b.Run(fmt.Sprint(senders), func(b *testing.B) {
			app := hookstest.NewApp(b)
			livetest.Start(b, app)
			room := "room " + b.Name()
			if err := live.OpenRoom(app, room); err != nil {
				b.Fatal(err)
			}
			url, token, err := live.RecorderCredentials(app, room)
			if err != nil {
				b.Fatal(err)
			}
			dir := b.TempDir()
			child := exec.Command(os.Args[0])
			child.Env = append(os.Environ(), envDir+"="+dir, envURL+"="+url, envToken+"="+token)
			child.Stderr = os.Stderr
			if err := child.Start(); err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() {
				_ = child.Process.Kill()
				_ = child.Wait()
			})
			for n := range senders {
				pass, err := live.IssueToken(app, live.Grant{Room: room, Identity: fmt.Sprint("user", n), Publish: true})
				if err != nil {
					b.Fatal(err)
				}
				pass.URL = strings.Replace(url, "http", "ws", 1)
				livetest.ConnectMedia(b, pass).PublishVideo(b, 1280, 720, 30, 1_700_000)
			}
			journal := func() string {
				data, _ := os.ReadFile(dir + "/journal.jsonl")
				return string(data)
			}
			waitFor(b, "all are recorded", func() bool { return strings.Count(journal(), `"event":"part"`) >= senders })
			cpu, written, begun := processTime(b, child.Process.Pid), folderSize(dir), time.Now()
			for b.Loop() {
				time.Sleep(5 * time.Second)
			}
			elapsed := time.Since(begun).Seconds()
			cpu = processTime(b, child.Process.Pid) - cpu
			b.ReportMetric(100*cpu.Seconds()/elapsed, "%-of-a-core")
			b.ReportMetric(float64(folderSize(dir)-written)*8/1e6/elapsed, "Mbit/s")
			b.ReportMetric(privateMemory(b, child.Process.Pid), "own-MB")
		})
	}
}

func folderSize(dir string) (size int64) {
	entries, _ := os.ReadDir(dir)
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil {
			size += info.Size()
		}
	}
	return size
}

// processTime is the time that a process has used, in steps of 10 ms.
func processTime(b *testing.B, pid int) time.Duration {
	b.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		b.Skip("there is no /proc")
	}
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+2:])
	user, _ := strconv.Atoi(string(fields[11]))
	system, _ := strconv.Atoi(string(fields[12]))
	return time.Duration(user+system) * 10 * time.Millisecond
}

// privateMemory is the memory of a process in megabytes without the mapped parts of its executable.
func privateMemory(b *testing.B, pid int) float64 {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Skip("there is no /proc")
	}
	_, rest, _ := strings.Cut(string(status), "RssAnon:")
	kilobytes, _ := strconv.Atoi(strings.Fields(rest)[0])
	return float64(kilobytes) / 1024
}
