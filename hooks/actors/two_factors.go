package actors

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// CodeTwoFactorsRequired is the code of a refusal until two-factor authentication is set up. It becomes HTTP 403.
const CodeTwoFactorsRequired = "two_factors_required"

// RequiresTwoFactors reports whether the team requires two-factor authentication of its Owner and Admins.
func RequiresTwoFactors(team *core.Record) bool { return team.GetBool("require_two_factors") }

// TwoFactorsError is the refusal of an actor who lacks two-factor authentication.
func (a *Actor) TwoFactorsError() error {
	return errs.Invalid("base", CodeTwoFactorsRequired, a.TeamName()+" requires two-factor authentication of its Owner and Admins. Set it up in your account first.")
}

// Refusal returns the error for an actor without a right: TwoFactorsError if only two-factor authentication is missing for it, else
// otherwise.
func (a *Actor) Refusal(has func(*Actor) bool, otherwise error) error {
	if !a.LacksTwoFactors {
		return otherwise
	}
	secured := *a
	secured.LacksTwoFactors = false
	if has(&secured) {
		return a.TwoFactorsError()
	}
	return otherwise
}

// hasTwoFactors is the condition that an account, given as a column or parameter, has two-factor authentication.
func hasTwoFactors(account string) string {
	return "EXISTS (SELECT 1 FROM authenticators a WHERE a.user = " + account + " AND a.enabled != '')"
}

// HasTwoFactors reports whether an account has two-factor authentication.
func HasTwoFactors(app core.App, account string) (has bool, err error) {
	err = app.DB().NewQuery("SELECT " + hasTwoFactors("{:account}")).WithContext(record.Prepared).Bind(dbx.Params{"account": account}).Row(&has)
	if err != nil {
		return false, fmt.Errorf("find out whether an account has two-factor authentication: %w", err)
	}
	return has, nil
}
