package invitations

import (
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/addresslist"
	"usher/hooks/audit"
	"usher/hooks/mail"
	"usher/hooks/paths"
	"usher/hooks/record"
	"usher/hooks/tags"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/ratelimit"
	"usher/hooks/tools/settings"
	"usher/hooks/tools/text"
)

// InviteLimit limits lists that one team invites.
var InviteLimit = ratelimit.Define("invite", maxListsPerMinute, time.Minute)

// MaxInvite is the maximum number of addresses in one request.
const MaxInvite = 200

// Limits of a team: lists a minute and, where sign-up is open, emails a day in its first days.
const (
	maxListsPerMinute = 60
	maxNewTeamDaily   = 50
	newTeamPeriod     = 7 * 24 * time.Hour
)

// Results of inviting an address.
const (
	Invited = "invited"
	Updated = "updated" // was already invited, and now has other roles (R62)
	Refused = "refused"
)

// MaxNote is the longest note of an invitation, in characters.
const MaxNote = 500

// Request invites addresses to the actor's team.
type Request struct {
	Lines []Line
	Roles actors.Roles // of the lines without roles of their own
	Note  string       // up to MaxNote characters, shown in the email

	replaces string // id of the invitation that this one replaces
}

// Result is the result of one line.
type Result struct {
	Line    Line
	Status  string // Invited, Updated or Refused
	ID      string // of the invitation
	Code    string // why it was refused
	Message string // the same for people
	Link    string // only if email isn't enabled: the inviter shares it (R60)
}

// Invite invites each address in the order of the list until the seats run out. A refused line doesn't stop the others.
// An error means that nothing was done.
func Invite(app core.App, actor *actors.Actor, req Request) ([]Result, error) {
	req = req.checkLines()
	if err := validateInvite(app, actor, req, true); err != nil {
		return nil, err
	}
	note, err := text.CleanText("note", "The note", req.Note, MaxNote)
	if err != nil {
		return nil, err
	}
	req.Note = note
	results := make([]Result, len(req.Lines))
	for n, line := range req.Lines {
		if results[n], err = inviteLine(app, actor, req, line); err != nil {
			return nil, err
		}
	}
	return results, nil
}

// validateInvite checks a request as a whole: permission, size and rate. spend counts it against the rate limit; a
// preview doesn't.
func validateInvite(app core.App, actor *actors.Actor, req Request, spend bool) error {
	if err := validateRequest(app, actor, req, "invitation.create", MaxInvite, "invite"); err != nil {
		return err
	}
	return limitPerMinute(app, actor, spend)
}

// limitPerMinute limits the number of lists that a team may send in a minute.
func limitPerMinute(app core.App, actor *actors.Actor, spend bool) error {
	return limitRate(InviteLimit.In(app), actor, spend, "Too many invitations in a short time. Wait a minute, then try again.")
}

// limitRate returns an error with the sentence if the rate limit of the team is exceeded.
func limitRate(limit *ratelimit.Limiter, actor *actors.Actor, spend bool, sentence string) error {
	if !spend {
		if wait, full := limit.Exhausted(actor.Team.Id); full {
			return errs.RateLimited(wait, sentence)
		}
		return nil
	}
	if wait, ok := limit.Take(actor.Team.Id); !ok {
		return errs.RateLimited(wait, sentence)
	}
	return nil
}

// validateRequest checks the request as a whole. Whether an address belongs to an Admin is checked line by line.
func validateRequest(app core.App, actor *actors.Actor, req Request, action string, most int, verb string) error {
	entry := audit.NewEntry(actor, action).With("roles", req.Roles.Names())
	if err := audit.RecordRefusal(app, entry, canInvite(actor, req.Roles, actors.Roles{})); err != nil {
		return err
	}
	switch n := len(req.Lines); {
	case n == 0:
		return errs.Invalid("emails", "required", "Enter at least one email address.")
	case n > most:
		return errs.Invalid("emails", errs.CodeTooMany, fmt.Sprintf("You can %s up to %s addresses at a time. This list has %s.", verb, text.Number(most), text.Number(n)))
	}
	return nil
}

func notAllowedText(actor *actors.Actor, roles actors.Roles) string {
	if actor.CanUsePanel() && roles.Admin {
		return "Only the Owner can invite Admins in this team."
	}
	return "Only the Owner and Admins can invite users."
}

// inviteLine invites one line in its own transaction. A refusal is a result, an internal error an error.
func inviteLine(app core.App, actor *actors.Actor, req Request, line Line) (Result, error) {
	result := Result{Line: line, Status: Refused}
	err := line.Err
	if err == nil {
		var done outcome
		entry := audit.NewEntry(actor, "invitation.create").WithTarget("", line.Address)
		err = audit.Do(app, entry, func(tx core.App) error {
			current, err := actor.Reload(tx)
			if err != nil {
				return err
			}
			if req.replaces != "" {
				if req, err = req.replaceInvitation(tx, current, line); err != nil {
					return err
				}
				entry.With("instead", req.replaces)
			}
			if done, err = inviteAddress(tx, current, req, line); err != nil {
				return err
			}
			done.describe(entry)
			return done.send(tx, len(req.Lines) >= bulkFrom)
		})
		result.ID, result.Status = done.id(), done.status
		if err == nil && !mail.Enabled(app) {
			result.Link = Link(app, done.token)
		}
	}
	if err == nil {
		return result, nil
	}
	_, code, sentence, ok := errs.Details(err)
	if !ok {
		return result, err
	}
	return Result{Line: line, Status: Refused, Code: code, Message: sentence}, nil
}

// bulkFrom is the number of invitations sent together from which the emails of others don't wait for theirs.
const bulkFrom = 10

// Link returns the URL of the page of an invitation.
func Link(app core.App, token string) string { return settings.Of(app).Link(paths.Invitation(token)) }

// outcome is an invitation that was created or changed in a transaction, with the secret of its link.
type outcome struct {
	*Invitation
	status   string // Invited or Updated
	token    string
	isMember bool // already in the team
}

func (o outcome) id() string {
	if o.Invitation == nil {
		return ""
	}
	return o.Id
}

func (o outcome) describe(entry *audit.Entry) {
	entry.WithTarget(o.Id, o.Address()).With("roles", o.Roles().Names()).With("status", o.status)
}

func (o outcome) send(tx core.App, bulk bool) error {
	return queueEmail(tx, o.Invitation, o.token, o.isMember, bulk)
}

// inviteAddress creates the invitation of one address, or changes the roles of the pending one. The actor was read in
// this transaction.
func inviteAddress(tx core.App, actor *actors.Actor, req Request, line Line) (outcome, error) {
	none := outcome{}
	invitation, err := newInvitation(tx, actor, req, line)
	if err != nil {
		return none, err
	}
	now, err := findMembershipState(tx, actor.Team.Id, line.Address)
	if err != nil {
		return none, err
	}
	if line.Address == actor.Account.Email() {
		return none, ownAddress()
	}
	roles := req.RolesFor(line)
	if err := canInvite(actor, roles, now.Held); err != nil {
		return none, err
	}
	setRoles(invitation, roles.Without(now.Held))
	if !roles.None() && invitation.Roles().None() {
		return none, errs.Invalid("email", CodeAlreadyMember, "Already in the team with this role.")
	}
	if err := limitNewTeam(tx, actor.Team); err != nil {
		return none, err
	}

	status := Invited
	open, err := FindPending(tx, actor.Team.Id, line.Address)
	switch {
	case err == nil && open.Roles() == invitation.Roles():
		return none, errs.Invalid("email", CodeAlreadyInvited, "Already invited.")
	case err == nil:
		if err := mayUpdate(tx, actor, open, now.Held); err != nil {
			return none, err
		}
		setRoles(open, invitation.Roles())
		open.Set("inviter", actor.Account.Id)
		open.Set("note", req.Note)
		invitation, status = open, Updated
	case !errors.Is(err, errs.ErrNotFound):
		return none, err
	default:
		if err := limitPerAddress(tx, actor.Team.Id, line.Address); err != nil {
			return none, err
		}
	}
	token, err := invitation.rotateToken(tx)
	if err != nil {
		return none, err
	}
	invitation.Set("shown", !mail.Enabled(tx))
	if err := record.SaveTrusted(tx, invitation); err != nil {
		return none, err
	}
	return outcome{invitation, status, token, now.InTeam()}, tags.Add(tx, actor, invitation.Id, line.Address, addresslist.SplitTags(line.Tags))
}

func ownAddress() error {
	return errs.Invalid("email", CodeAlreadyMember, "This is your own address, and you're already in the team. To become an Organizer, open your details under Users.")
}

// mayUpdate returns nil if the actor may change the roles of the pending invitation of someone who holds the given
// roles.
func mayUpdate(tx core.App, actor *actors.Actor, open *Invitation, held actors.Roles) error {
	if err := mayReplace(actor, open.Roles(), held); err != nil {
		return err
	}
	return limitResends(tx, open)
}

func mayReplace(actor *actors.Actor, open, held actors.Roles) error {
	if !actor.CanInvite(open, held) {
		return errs.Forbidden("Only the Owner can change an Admin's invitation in this team.")
	}
	return nil
}

func newInvitation(tx core.App, actor *actors.Actor, req Request, line Line) (*Invitation, error) {
	collection, err := tx.FindCachedCollectionByNameOrId("invitations")
	if err != nil {
		return nil, fmt.Errorf("find invitations: %w", err)
	}
	invitation := &Invitation{core.NewRecord(collection)}
	invitation.Load(map[string]any{
		"team": actor.Team.Id, "email": line.Address, "name": line.Name, "note": req.Note,
		"status": Pending, "inviter": actor.Account.Id,
	})
	return invitation, nil
}

func setRoles(i *Invitation, roles actors.Roles) {
	i.Set("admin", roles.Admin)
	i.Set("organizer", roles.Organizer)
}

// limitNewTeam limits how many people a new team can email where sign-up is open.
func limitNewTeam(tx core.App, team *core.Record) error {
	left, limited, err := remainingToday(tx, team)
	if err != nil || !limited || left > 0 {
		return err
	}
	return errs.Invalid("email", errs.CodeTooMany, dailyLimitText()+" Try again tomorrow.")
}

func dailyLimitText() string {
	return fmt.Sprintf("A new team can invite up to %d addresses a day in its first %s.", maxNewTeamDaily, text.Duration(newTeamPeriod))
}

// remainingToday returns how many invitations a team can still send in the current 24 hours. limited is false if there
// is no limit: only new teams have one, and only where sign-up is open.
func remainingToday(tx core.App, team *core.Record) (left int, limited bool, err error) {
	if settings.Of(tx).SignUp != "open" || time.Since(team.GetDateTime("created").Time()) > newTeamPeriod {
		return 0, false, nil
	}
	n, err := tx.CountRecords("outbox", dbx.HashExp{"team": team.Id},
		dbx.NewExp("created >= {:since}", dbx.Params{"since": record.FormatTime(time.Now().Add(-24 * time.Hour))}))
	if err != nil {
		return 0, true, fmt.Errorf("count the emails of a day: %w", err)
	}
	return max(0, maxNewTeamDaily-int(n)), true, nil
}
