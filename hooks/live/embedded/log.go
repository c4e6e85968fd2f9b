package embedded

import (
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/livekit/protocol/logger"
)

// target is where the media server's own words go. Its logger is one for the whole program.
var target atomic.Pointer[slog.Logger]

var install = sync.OnceFunc(func() { logger.SetLogger(scribe{}, "media") })

func logTo(to *slog.Logger) {
	if to != nil {
		target.Store(to)
	}
	install()
}

// scribe hands on what the media server calls an error, and nothing of lesser weight. Beside the words it keeps the
// error alone: names, addresses and tokens stand in the other values. What the transport below complains of at every
// parting is left out.
type scribe struct{}

func (s scribe) Errorw(msg string, err error, _ ...any) {
	if to := target.Load(); to != nil {
		to.Error("media server: "+msg, "error", err)
	}
}

func (scribe) Debugw(string, ...any)       {}
func (scribe) Infow(string, ...any)        {}
func (scribe) Warnw(string, error, ...any) {}

func (s scribe) WithValues(...any) logger.Logger { return s }
func (s scribe) WithUnlikelyValues(values ...any) logger.UnlikelyLogger {
	return logger.NewUnlikelyLogger(s, values...)
}
func (s scribe) WithName(string) logger.Logger { return s }
func (s scribe) WithComponent(component string) logger.Logger {
	if strings.Contains(component, "pion") {
		return logger.GetDiscardLogger()
	}
	return s
}
func (s scribe) WithCallDepth(int) logger.Logger { return s }
func (s scribe) WithItemSampler() logger.Logger  { return s }
func (s scribe) WithoutSampler() logger.Logger   { return s }
func (s scribe) WithDeferredValues() (logger.Logger, logger.DeferredFieldResolver) {
	return logger.GetDiscardLogger().WithDeferredValues()
}
