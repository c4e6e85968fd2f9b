package browsertest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// chromiumFlags keep Chromium quiet and offline.
var chromiumFlags = []string{"headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run",
	"disable-background-networking", "disable-component-update", "disable-sync", "disable-dev-shm-usage", "hide-scrollbars"}

// browser is one Chromium shared by all tests that need the same flags.
type browser struct {
	flags map[string]any
	once  sync.Once
	ctx   context.Context
	stop  func()
	err   error
}

var (
	// defaultBrowser has a fake camera, microphone and screen, and grants every page access.
	defaultBrowser = &browser{flags: map[string]any{"use-fake-device-for-media-stream": true, "use-fake-ui-for-media-stream": true}}
	// denyingBrowser has them, and denies access.
	denyingBrowser = &browser{flags: map[string]any{"use-fake-device-for-media-stream": true, "use-fake-ui-for-media-stream": "deny"}}
	// bareBrowser has no devices.
	bareBrowser = &browser{}
)

func TestMain(m *testing.M) {
	code := m.Run()
	for _, b := range []*browser{defaultBrowser, denyingBrowser, bareBrowser} {
		if b.stop != nil {
			b.stop()
		}
	}
	os.Exit(code)
}

// start runs Chromium. If there is none, tests are skipped unless USHER_BROWSER is "required".
func (b *browser) start(t *testing.T) context.Context {
	t.Helper()
	b.once.Do(func() {
		path := ""
		for _, name := range []string{"chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"} { // the first takes a third less of the processor
			if found, err := exec.LookPath(name); err == nil {
				path = found
				break
			}
		}
		if path == "" {
			b.err = fmt.Errorf("Chromium isn't installed")
			return
		}
		options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path)}
		for _, flag := range chromiumFlags {
			options = append(options, chromedp.Flag(flag, true))
		}
		for flag, value := range b.flags {
			options = append(options, chromedp.Flag(flag, value))
		}
		allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
		ctx, cancel := chromedp.NewContext(allocator)
		b.ctx, b.stop = ctx, func() { cancel(); stop() }
		b.err = chromedp.Do(ctx, chromedp.Navigate("about:blank"))
	})
	if b.err != nil {
		if os.Getenv("USHER_BROWSER") == "required" {
			t.Fatal(b.err)
		}
		t.Skip(b.err)
	}
	return b.ctx
}
