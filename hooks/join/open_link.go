package join

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/ratelimit"
	"usher/hooks/tools/text"
)

// The limits of wrong access codes. That of a session holds for all networks together, so that many can't share a search; while it
// is used up, those who know the code wait, too, and the host can still invite them.
var (
	networkCodeLimit = ratelimit.Define("access-code-network", 10, 10*time.Minute)
	sessionCodeLimit = ratelimit.Define("access-code-session", 100, time.Hour)
)

// findByDevice finds the participant and the account of a browser that isn't signed in, if it came by a session link before.
func (v *Visitor) findByDevice(app core.App) (err error) {
	v.byDevice = true
	if v.Device == "" {
		return nil
	}
	v.deviceEmail = accounts.LinkGuestAddress(v.Team.Id, v.Device)
	v.Account, err = accounts.Find(app, v.deviceEmail)
	if err != nil {
		v.Account = nil
	}
	if errs.IgnoreNotFound(err) != nil {
		return err
	}
	v.Participant, err = sessions.FindParticipantByEmail(app, v.Session.Id, v.deviceEmail)
	if err != nil {
		v.Participant = nil
	}
	return errs.IgnoreNotFound(err)
}

// deviceStatus is the status of a visitor whom only the browser identifies, or empty for one who was admitted or waits.
func (v *Visitor) deviceStatus() Status {
	switch {
	case v.enteredByLink():
		return ""
	case !v.open:
		return SignIn
	case v.tooEarly():
		return TooEarly
	}
	return NeedsName
}

// enteredByLink reports whether the visitor was admitted or waits. Someone who waits becomes a guest when they are admitted.
func (v *Visitor) enteredByLink() bool {
	if v.Participant == nil {
		return false
	}
	state := v.Participant.State()
	return state == sessions.StateWaiting || state == sessions.StateAdmitted && v.Actor != nil
}

// entersByLink reports whether only the session link lets the visitor in (R163): they weren't invited, and neither the room nor
// their membership admits them.
func (v *Visitor) entersByLink() bool {
	if v.Participant != nil {
		return v.Participant.ByLink()
	}
	may := LinkAccessFor(v.Session, v.Room)
	member := v.Actor != nil && v.Actor.Kind == actors.Member
	return v.open && (!v.SignedIn || !may.Anyone && !(may.Members && member))
}

// ByName reports whether the visitor can enter with a name alone.
func (v *Visitor) ByName() bool { return v.byDevice && v.open }

// needsAccessCode reports whether the visitor has to know the access code of the session.
func (v *Visitor) needsAccessCode() bool {
	return v.open && v.Session.AccessCode() != "" && v.entersByLink() && !v.enteredByLink()
}

// AsksForAccessCode reports whether the form for joining has a field for the access code.
func (v *Visitor) AsksForAccessCode() bool {
	return v.needsAccessCode() && (v.Status == NeedsName || v.Status == GuestConsent)
}

// tryAccessCode checks the access code, and refuses a network or a session with too many wrong ones.
func (v *Visitor) tryAccessCode(app core.App, from string) error {
	if !v.needsAccessCode() {
		return nil
	}
	network, session := networkCodeLimit.In(app), sessionCodeLimit.In(app)
	for limiter, key := range map[*ratelimit.Limiter]string{network: ratelimit.NetworkKey(from), session: v.Session.Id} {
		if wait, full := limiter.Exhausted(key); full {
			return errs.RateLimited(wait, "Too many wrong access codes. Try again later, or ask the host to invite you.")
		}
	}
	err := v.checkAccessCode()
	if err != nil && v.AccessCode != "" {
		network.Take(ratelimit.NetworkKey(from))
		session.Take(v.Session.Id)
	}
	return err
}

// checkAccessCode refuses a wrong access code.
func (v *Visitor) checkAccessCode() error {
	switch {
	case !v.needsAccessCode() || v.Session.MatchesAccessCode(v.AccessCode):
		return nil
	case v.AccessCode == "":
		return errs.Invalid("access_code", sessions.CodeBadAccessCode, "Enter the access code of the session. The host has it.")
	}
	return errs.Invalid("access_code", sessions.CodeBadAccessCode, "This isn't the access code of the session. Check it, or ask the host.")
}

// newLinkGuest is the account of someone who enters with a name alone, if their browser has none yet. The account can't be used to
// sign in.
func (v *Visitor) newLinkGuest(app core.App, name string) (*core.Record, error) {
	if v.Status != NeedsName {
		return nil, nil
	}
	if v.deviceEmail == "" {
		return nil, errs.Invalid("base", accounts.CodeWrongAccount, "Sign in to join.")
	}
	name, err := text.RequiredLine("name", "Your name", name, accounts.MaxName)
	if err != nil {
		return nil, err
	}
	v.typedName = name
	if v.Account != nil {
		return nil, nil
	}
	return accounts.NewPasswordless(app, v.deviceEmail, name)
}
