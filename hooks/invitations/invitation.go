// Package invitations lets people join a team, or take a role, by accepting an invitation. An invitation is pending
// until it is accepted, declined, revoked or expired, and ends in exactly one of these states.
package invitations

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// States of an invitation (R50). All but Pending are final, except that the invitee can take back Declined within UndoWindow.
const (
	Pending  = "pending"
	Accepted = "accepted"
	Declined = "declined"
	Revoked  = "revoked"
	Expired  = "expired"

	// Replaced is a state of a link, not of an invitation: a newer link was sent (R59).
	Replaced = "replaced"
)

// Ended are the states without a membership, from which an invitation can be cleared off the list of users.
var Ended = []string{Declined, Revoked, Expired}

// Lifetime is how long an invitation is valid (R60).
const Lifetime = 7 * 24 * time.Hour

const tokenPrefix = "usi_"

var _ core.RecordProxy = (*Invitation)(nil)

// Invitation invites an address to a team, or a member of it to a role (R63).
type Invitation struct{ *core.Record }

// PreValidate returns an error unless the proxy holds an invitation.
func (i *Invitation) PreValidate(context.Context, core.App) error {
	if i.Record == nil || i.Collection().Name != "invitations" {
		return errors.New("not an invitation")
	}
	return nil
}

// ProxyRecord returns the record.
func (i *Invitation) ProxyRecord() *core.Record { return i.Record }

// SetProxyRecord sets the record.
func (i *Invitation) SetProxyRecord(r *core.Record) { i.Record = r }

// TeamID returns the id of the inviting team.
func (i *Invitation) TeamID() string { return i.GetString("team") }

// Address returns the invited address in canonical form.
func (i *Invitation) Address() string { return i.GetString("email") }

// Roles returns the offered roles. None means a plain membership.
func (i *Invitation) Roles() actors.Roles { return actors.RolesOf(i.Record) }

// Expires returns when a pending invitation expires.
func (i *Invitation) Expires() time.Time { return i.GetDateTime("expires").Time() }

// Created is when the invitation was made.
func (i *Invitation) Created() time.Time { return i.GetDateTime("created").Time() }

// Answered is when the invitation was accepted, declined or revoked. It is zero while the invitation is pending, and stays zero when
// it expires or when its status is changed without an action.
func (i *Invitation) Answered() time.Time { return i.GetDateTime("answered").Time() }

// InviterID is the id of the account that sent the invitation.
func (i *Invitation) InviterID() string { return i.GetString("inviter") }

// Name is the name that the inviter entered, or "".
func (i *Invitation) Name() string { return i.GetString("name") }

// Note is what the inviter wrote, or "".
func (i *Invitation) Note() string { return i.GetString("note") }

// Reason says why the invitation was closed without an answer, or "".
func (i *Invitation) Reason() string { return i.GetString("reason") }

// LinkShown reports whether the link was shown to the inviter, because email isn't set up.
func (i *Invitation) LinkShown() bool { return i.GetBool("shown") }

// Cleared reports whether the ended invitation was taken off the list of users.
func (i *Invitation) Cleared() bool { return i.GetBool("cleared") }

// Status returns the current state: an overdue invitation counts as expired, even before a job has marked it.
func (i *Invitation) Status() string { return statusOf(i.Record, time.Now()) }

func statusOf(r *core.Record, now time.Time) string {
	status := r.GetString("status")
	if status == Pending && !r.GetDateTime("expires").Time().After(now) {
		return Expired
	}
	return status
}

// newToken returns the secret of an invitation's link: 32 random bytes. Only its hash is stored.
func newToken() string { return tokenPrefix + accounts.NewSecret() }

// newExpiry returns when an invitation sent now expires.
func newExpiry() types.DateTime { return types.NowDateTime().Add(Lifetime) }

// rotateToken gives the invitation a new link and a new expiry. The previous link is kept as replaced.
func (i *Invitation) rotateToken(tx core.App) (token string, err error) {
	if old := i.GetString("token_hash"); old != "" {
		if err := retireLink(tx, i.Id, old); err != nil {
			return "", err
		}
	}
	token = newToken()
	i.Set("token_hash", accounts.Hash(token))
	i.Set("expires", newExpiry())
	return token, nil
}

func retireLink(tx core.App, invitation, hash string) error {
	collection, err := tx.FindCachedCollectionByNameOrId("retired_links")
	if err != nil {
		return fmt.Errorf("find retired links: %w", err)
	}
	link := core.NewRecord(collection)
	link.Set("invitation", invitation)
	link.Set("token_hash", hash)
	return tx.Save(link)
}

// Find returns the invitation with the id, or errs.ErrNotFound.
func Find(app core.App, id string) (*Invitation, error) {
	return findOne(app, dbx.HashExp{"id": id})
}

// FindByToken returns the invitation of a link. replaced is true if a newer link was sent while the invitation is
// pending. An unknown link is errs.ErrNotFound.
func FindByToken(app core.App, token string) (i *Invitation, replaced bool, err error) {
	hash := accounts.Hash(token)
	i, err = findOne(app, dbx.HashExp{"token_hash": hash})
	if !errors.Is(err, errs.ErrNotFound) {
		return i, false, err
	}
	i, err = findOne(app, dbx.NewExp("id = (SELECT invitation FROM retired_links WHERE token_hash = {:h})", dbx.Params{"h": hash}))
	return i, err == nil && i.Status() == Pending, err
}

// FindPending returns the pending invitation of an address to a team, or errs.ErrNotFound.
func FindPending(app core.App, team, address string) (*Invitation, error) {
	i, err := findPendingOrOverdue(app, team, address)
	if err == nil && i.Status() != Pending {
		return nil, errs.ErrNotFound
	}
	return i, err
}

// findPendingOrOverdue is FindPending including an overdue invitation. The status is a literal so that SQLite uses the
// partial index of pending invitations.
func findPendingOrOverdue(app core.App, team, address string) (*Invitation, error) {
	return findOne(app, dbx.NewExp("team = {:team} AND email = {:email} AND status = 'pending'", dbx.Params{"team": team, "email": address}))
}

func findOne(app core.App, where ...dbx.Expression) (*Invitation, error) {
	query := app.RecordQuery("invitations").WithContext(record.Prepared)
	for _, w := range where {
		query.AndWhere(w)
	}
	return record.One[Invitation](query, "find invitation")
}

// ListPending returns the pending invitations of an account, newest first (R51). An unconfirmed address has none.
func ListPending(app core.App, account *core.Record) ([]*Invitation, error) {
	var waiting []*Invitation
	if !account.Verified() {
		return nil, nil
	}
	err := app.RecordQuery("invitations").
		AndWhere(dbx.HashExp{"email": account.Email(), "status": Pending}).
		AndWhere(dbx.NewExp("expires > {:now}", dbx.Params{"now": types.NowDateTime().String()})).
		OrderBy("created DESC").All(&waiting)
	if err != nil {
		return nil, fmt.Errorf("list pending invitations: %w", err)
	}
	return waiting, nil
}
