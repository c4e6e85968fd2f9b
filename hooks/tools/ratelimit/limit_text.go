package ratelimit

import (
	"time"

	"usher/hooks/tools/text"
)

// Text says the limit in words, with noun for what it counts: "6 times a minute", "20 uploads an hour", "10 teams in 2 days".
func (l *Limit) Text(noun string) string {
	counted := text.Number(l.number) + " " + noun
	switch l.window {
	case time.Minute:
		return counted + " a minute"
	case time.Hour:
		return counted + " an hour"
	}
	return counted + " in " + text.Duration(l.window)
}
