package web

import (
	"regexp"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/paths"
	"usher/hooks/tools/ratelimit"
)

// secretPaths are prefixes of paths whose next segment is a secret.
var secretPaths = []string{paths.InvitationPrefix, paths.ResetPrefix, paths.ConfirmPrefix, paths.ChangeAddressPrefix, paths.FeedPrefix, paths.JoinPrefix, paths.IdentityPrefix}

func hasSecret(path string) bool {
	for _, prefix := range secretPaths {
		if strings.HasPrefix(path, prefix) {
			return true
		}
	}
	return strings.HasPrefix(path, paths.SignUp)
}

// secretPattern matches secrets anywhere in a text.
var secretPattern = regexp.MustCompile(`(?i)((?:/|%2F)(?:invite|reset|verify|email|calendar)(?:/|%2F))[^/?#&\s"]+|` +
	`((?:[?&]|%3F|%26)(?:code|token)(?:=|%3D))[^&\s"]+|us[ip]_[A-Za-z0-9_-]+|eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_.-]+`)

func redact(text string) string { return secretPattern.ReplaceAllString(text, "${1}${2}•") }

// redactLogs removes secrets from PocketBase's activity log, which contains full URLs and referrers, and normalizes IP addresses.
func redactLogs(app core.App) {
	app.OnModelCreate("_logs").BindFunc(func(e *core.ModelEvent) error {
		if log, ok := e.Model.(*core.Log); ok {
			log.Message = redact(log.Message)
			for key, value := range log.Data {
				if text, ok := value.(string); ok {
					log.Data[key] = redact(text)
					if key == "userIP" || key == "remoteIP" {
						log.Data[key] = ratelimit.NormalizeIP(text)
					}
				}
			}
		}
		return e.Next()
	})
}
