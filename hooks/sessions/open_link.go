package sessions

import (
	"crypto/subtle"
	"fmt"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// How people who have the session link enter without an invitation (R163).
const (
	LinkWait   = "wait"   // a host admits each of them
	LinkDirect = "direct" // unless the session has a waiting room
)

// The lengths of an access code in characters.
const (
	MinAccessCode = 4
	MaxAccessCode = 32
)

// Codes of errors about entering by the session link.
const (
	CodeLinksOff      = "links_off"       // the team doesn't allow it
	CodeBadAccessCode = "bad_access_code" // too short or too long, or not the session's
)

// IsOpen reports whether everyone who has the session link can enter: the session and its team allow it, and it takes place here.
func IsOpen(team *teams.Team, s *Session) bool {
	return team.OpenLinks() && s.LinkEntry() != "" && s.ExternalLink() == ""
}

// MatchesAccessCode reports whether the code is the session's, in a time that doesn't depend on how much of it is right. Case and
// spaces around it don't matter.
func (s *Session) MatchesAccessCode(code string) bool {
	fold := func(code string) []byte { return []byte(strings.ToLower(strings.TrimSpace(code))) }
	return subtle.ConstantTimeCompare(fold(code), fold(s.AccessCode())) == 1
}

// cleanAccessCode trims an access code and refuses one that is too easy to guess.
func cleanAccessCode(code string) (string, error) {
	code, err := text.CleanLine("access_code", "The access code", code, MaxAccessCode)
	if err == nil && code != "" && len([]rune(code)) < MinAccessCode {
		err = errs.Invalid("access_code", CodeBadAccessCode, fmt.Sprintf("Choose an access code of %d to %d characters.", MinAccessCode, MaxAccessCode))
	}
	return code, err
}

// validateLinkEntry refuses to open a session to everyone who has its link if its team doesn't allow that. One that was opened
// before stays as it is, and closed.
func validateLinkEntry(app core.App, r *core.Record) error {
	if r.GetString("link_entry") == "" || !r.IsNew() && !record.Changed(r, "link_entry") {
		return nil
	}
	team, err := teams.Find(app, r.GetString("team"))
	if err == nil && !team.OpenLinks() {
		err = errs.Invalid("link_entry", CodeLinksOff, "This team doesn't open sessions to everyone who has the link. An Admin can allow it in the settings of the team.")
	}
	return err
}
