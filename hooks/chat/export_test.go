package chat

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/sessions"
)

// Add adds a message with the checks of Send that come last, in the caller's transaction or outside of any.
func Add(app core.App, session *sessions.Session, sender *sessions.Participant, words string) error {
	_, err := add(app, session, sender, words, false)
	return err
}
