package embedded

import (
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/livekit/protocol/logger"
)

// logTarget is where the media server's own words go. Its logger is one for the whole program.
var logTarget atomic.Pointer[slog.Logger]

var installLogger = sync.OnceFunc(func() { logger.SetLogger(logAdapter{}, "media") })

func setLogger(to *slog.Logger) {
	if to != nil {
		logTarget.Store(to)
	}
	installLogger()
}

// logAdapter hands on what the media server calls an error, and nothing of lesser weight. Beside the words it keeps the
// error alone: names, addresses and tokens stand in the other values. What the transport below complains of at every
// parting is left out.
type logAdapter struct{}

func (s logAdapter) Errorw(msg string, err error, _ ...any) {
	if to := logTarget.Load(); to != nil {
		to.Error("media server: "+msg, "error", err)
	}
}

func (logAdapter) Debugw(string, ...any)       {}
func (logAdapter) Infow(string, ...any)        {}
func (logAdapter) Warnw(string, error, ...any) {}

func (s logAdapter) WithValues(...any) logger.Logger { return s }
func (s logAdapter) WithUnlikelyValues(values ...any) logger.UnlikelyLogger {
	return logger.NewUnlikelyLogger(s, values...)
}
func (s logAdapter) WithName(string) logger.Logger { return s }
func (s logAdapter) WithComponent(component string) logger.Logger {
	if strings.Contains(component, "pion") {
		return logger.GetDiscardLogger()
	}
	return s
}
func (s logAdapter) WithCallDepth(int) logger.Logger { return s }
func (s logAdapter) WithItemSampler() logger.Logger  { return s }
func (s logAdapter) WithoutSampler() logger.Logger   { return s }
func (s logAdapter) WithDeferredValues() (logger.Logger, logger.DeferredFieldResolver) {
	return logger.GetDiscardLogger().WithDeferredValues()
}
