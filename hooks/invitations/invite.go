package invitations

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/mail"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/ratelimit"
	"usher/hooks/tools/settings"
	"usher/hooks/tools/text"
)

// inviteLimit limits lists that one team invites.
var inviteLimit = ratelimit.Define("invite", maxListsPerMinute, time.Minute)

// MaxInvite is how many addresses one request may hold.
const MaxInvite = 200

// The limits of a team: lists in a minute, and where anybody may sign up, emails a day in its first days.
const (
	maxListsPerMinute = 60
	maxNewTeamDaily   = 50
	newTeamPeriod     = 7 * 24 * time.Hour
)

// What came of an address that was to be invited.
const (
	Invited = "invited"
	Updated = "updated" // it was invited already, and is now with other roles (R62)
	Refused = "refused"
)

// Request asks addresses to join the actor's team.
type Request struct {
	Lines []Line
	Roles actors.Roles
	Note  string // up to 500 characters, shown in the letter

	replaces string // id of the invitation that this one takes the place of
}

// Result is what came of one line.
type Result struct {
	Line    Line
	Status  string // Invited, Updated or Refused
	ID      string // of the invitation
	Code    string // of a refusal
	Message string // of a refusal, for people
	Link    string // only where no mail is sent: the inviter hands it on (R60)
}

// Invite asks each address in the order of the list, until the seats end; a refused line does not stop
// the others. An error means that nothing was done at all.
func Invite(app core.App, actor *actors.Actor, offer Request) ([]Result, error) {
	if err := validateInvite(app, actor, offer, true); err != nil {
		return nil, err
	}
	note, err := text.CleanText("note", "The note", offer.Note, 500)
	if err != nil {
		return nil, err
	}
	offer.Note = note
	results := make([]Result, len(offer.Lines))
	for n, line := range offer.Lines {
		if results[n], err = inviteLine(app, actor, offer, line); err != nil {
			return nil, err
		}
	}
	return results, nil
}

// validateInvite judges a list as a whole: who may, how long it is, and how often. spend uses a place of the rate limit; a
// preview does not.
func validateInvite(app core.App, actor *actors.Actor, offer Request, spend bool) error {
	if err := validateRequest(app, actor, offer, "invitation.create", MaxInvite, "Invite"); err != nil {
		return err
	}
	return limitPerMinute(app, actor, spend)
}

// limitPerMinute refuses more lists in a minute than a team may send.
func limitPerMinute(app core.App, actor *actors.Actor, spend bool) error {
	return limitRate(inviteLimit.In(app), actor, spend, "Too many invitations at a time. Wait a minute, then try again.")
}

// limitRate refuses what is beyond a rate limit of the team.
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

// validateRequest judges the request as a whole. Whether an address is an Admin's is judged line by line.
func validateRequest(app core.App, actor *actors.Actor, offer Request, action string, most int, verb string) error {
	entry := audit.NewEntry(actor, action).With("roles", offer.Roles.Names())
	if err := audit.RecordRefusal(app, entry, canInvite(actor, offer.Roles, actors.Roles{})); err != nil {
		return err
	}
	switch n := len(offer.Lines); {
	case n == 0:
		return errs.Invalid("emails", "required", "At least one address is needed.")
	case n > most:
		return errs.Invalid("emails", errs.CodeTooMany, fmt.Sprintf("%s addresses at once are too many. %s at most %s.", formatThousands(n), verb, formatThousands(most)))
	}
	return nil
}

// formatThousands writes 10,000 for ten thousand.
func formatThousands(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%s,%03d", formatThousands(n/1000), n%1000)
}

func notAllowedText(actor *actors.Actor, roles actors.Roles) string {
	if actor.CanUsePanel() && roles.Admin {
		return "Only the Owner invites Admins in this team."
	}
	return "Only the Owner and Admins invite users."
}

// inviteLine invites one line in a transaction of its own. A refusal is a result, a fault of ours an error.
func inviteLine(app core.App, actor *actors.Actor, offer Request, line Line) (Result, error) {
	result := Result{Line: line, Status: Refused}
	err := line.Err
	if err == nil {
		var done outcome
		entry := audit.NewEntry(actor, "invitation.create").WithTarget("", line.Address)
		err = audit.Do(app, entry, func(tx core.App) error {
			again, err := actor.Reload(tx)
			if err != nil {
				return err
			}
			if offer.replaces != "" {
				if offer, err = offer.replaceInvitation(tx, again, line); err != nil {
					return err
				}
				entry.With("instead", offer.replaces)
			}
			if done, err = inviteAddress(tx, again, offer, line); err != nil {
				return err
			}
			done.describe(entry)
			return done.send(tx)
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

// Link is the address of the page that accepts.
func Link(app core.App, token string) string { return settings.Of(app).Link("/invite/" + token) }

// outcome is an invitation that was made or changed in a transaction, with the secret of its link.
type outcome struct {
	*Invitation
	status   string // Invited or Updated
	token    string
	isMember bool // of somebody who is in the team
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

func (o outcome) send(tx core.App) error { return queueEmail(tx, o.Invitation, o.token, o.isMember) }

// inviteAddress makes the invitation of one address, or gives the open one other roles. The actor was read in this transaction.
func inviteAddress(tx core.App, actor *actors.Actor, offer Request, line Line) (outcome, error) {
	none := outcome{}
	invitation, err := newInvitation(tx, actor, offer, line)
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
	if err := canInvite(actor, offer.Roles, now.Held); err != nil {
		return none, err
	}
	setRoles(invitation, offer.Roles.Without(now.Held))
	if !offer.Roles.None() && invitation.Roles().None() {
		return none, errs.Invalid("email", CodeAlreadyMember, "Already in the team with this role.")
	}
	if err := limitNewTeam(tx, actor.Team); err != nil {
		return none, err
	}

	status := Invited
	open, err := FindPending(tx, actor.Team.Id, line.Address)
	switch {
	case err == nil && open.Roles() == invitation.Roles():
		return none, errs.Invalid("email", CodeAlreadyInvited, "Already invited, and not answered yet.")
	case err == nil:
		if err := mayUpdate(tx, actor, open, now.Held); err != nil {
			return none, err
		}
		setRoles(open, invitation.Roles())
		open.Set("inviter", actor.Account.Id)
		open.Set("note", offer.Note)
		invitation, status = open, Updated
	case !errors.Is(err, errs.NotFound):
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
	return outcome{invitation, status, token, now.InTeam()}, record.SaveTrusted(tx, invitation)
}

func ownAddress() error {
	return errs.Invalid("email", CodeAlreadyMember, "This is your own address, and you're already in the team. Make yourself an Organizer in your details under Users.")
}

// mayUpdate is nil if the actor may give an open invitation, of someone who carries held, other roles now.
func mayUpdate(tx core.App, actor *actors.Actor, open *Invitation, held actors.Roles) error {
	if err := mayReplace(actor, open.Roles(), held); err != nil {
		return err
	}
	return limitResends(tx, open)
}

func mayReplace(actor *actors.Actor, open, held actors.Roles) error {
	if !actor.CanInvite(open, held) {
		return errs.Forbidden("Only the Owner changes an invitation of an Admin in this team.")
	}
	return nil
}

func newInvitation(tx core.App, actor *actors.Actor, offer Request, line Line) (*Invitation, error) {
	collection, err := tx.FindCachedCollectionByNameOrId("invitations")
	if err != nil {
		return nil, fmt.Errorf("find invitations: %w", err)
	}
	invitation := &Invitation{core.NewRecord(collection)}
	invitation.Load(map[string]any{
		"team": actor.Team.Id, "email": line.Address, "name": line.Name, "note": offer.Note,
		"status": Pending, "inviter": actor.Account.Id,
	})
	return invitation, nil
}

func setRoles(i *Invitation, roles actors.Roles) {
	i.Set("admin", roles.Admin)
	i.Set("organizer", roles.Organizer)
}

// limitNewTeam keeps a team that a stranger made from writing to the whole world.
func limitNewTeam(tx core.App, team *core.Record) error {
	left, limited, err := remainingToday(tx, team)
	if err != nil || !limited || left > 0 {
		return err
	}
	return errs.Invalid("email", errs.CodeTooMany, dailyLimitText()+" Try again tomorrow.")
}

func dailyLimitText() string {
	return fmt.Sprintf("A new team can invite %d addresses a day in its first week.", maxNewTeamDaily)
}

// remainingToday is how many invitations a team can still send in these 24 hours. limited is false where there is no
// limit: only a new team has one, where anybody may sign up.
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
