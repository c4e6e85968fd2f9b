package actors

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
)

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
