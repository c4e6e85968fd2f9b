package embedded

import (
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/livekit/protocol/logger"
)

// logTarget receives the media server's log messages. Its logger is global.
var logTarget atomic.Pointer[slog.Logger]

var installLogger = sync.OnceFunc(func() { logger.SetLogger(logAdapter{}, "media") })

func setLogger(to *slog.Logger) {
	if to != nil {
		logTarget.Store(to)
	}
	installLogger()
}

// logAdapter forwards the media server's errors to our logger. It only keeps the message and the error: other values contain
// names, addresses and tokens. Errors of the transport when clients disconnect are dropped.
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
