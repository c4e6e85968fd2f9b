package billing

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/plans"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

var _ core.RecordProxy = (*Account)(nil)

// Account is what a payment provider knows of a team, as it was last read.
type Account struct{ *core.Record }

// PreValidate makes sure that the proxy holds an account.
func (a *Account) PreValidate(context.Context, core.App) error {
	if a.Record == nil || a.Collection().Name != "billing_accounts" {
		return errors.New("not a billing account")
	}
	return nil
}

// ProxyRecord returns the record.
func (a *Account) ProxyRecord() *core.Record { return a.Record }

// SetProxyRecord sets the record.
func (a *Account) SetProxyRecord(r *core.Record) { a.Record = r }

// TeamID is the ID of the team, which may have been deleted.
func (a *Account) TeamID() string { return a.GetString("team") }

// Customer is the provider's ID of the team, or "" before the first order.
func (a *Account) Customer() string { return a.GetString("customer") }

// Status is the state of the subscription; "" without one.
func (a *Account) Status() string { return a.GetString("status") }

// Live reports whether the team has a subscription that isn't cancelled.
func (a *Account) Live() bool {
	s := Subscription{Status: a.Status()}
	return s.live()
}

// PeriodEnds is the end of the period that is paid.
func (a *Account) PeriodEnds() time.Time { return a.GetDateTime("period_ends").Time() }

// Cancels is when the subscription is going to end; zero: it isn't.
func (a *Account) Cancels() time.Time { return a.GetDateTime("cancels").Time() }

// GraceEnds is until when the team keeps its plan after a failed payment; zero: none failed.
func (a *Account) GraceEnds() time.Time { return a.GetDateTime("grace_ends").Time() }

// Failing reports whether the last payment failed and the team still has its plan.
func (a *Account) Failing() bool { return !a.GetDateTime("failed").IsZero() }

func (a *Account) revision() int { return a.GetInt("revision") }

// FindAccount returns the account of a team, or errs.ErrNotFound.
func FindAccount(app core.App, team string) (*Account, error) {
	return record.One[Account](app.RecordQuery("billing_accounts").AndWhere(dbx.HashExp{"team": team}), "find a billing account")
}

func findAccountByID(app core.App, id string) (*Account, error) {
	return record.One[Account](app.RecordQuery("billing_accounts").AndWhere(dbx.HashExp{"id": id}), "find a billing account")
}

func findAccountByCustomer(app core.App, customer string) (*Account, error) {
	return record.One[Account](app.RecordQuery("billing_accounts").AndWhere(dbx.HashExp{"customer": customer}), "find the billing account of a customer")
}

// newAccount returns a new account of a team, without saving it.
func newAccount(tx core.App, team string) (*Account, error) {
	collection, err := tx.FindCachedCollectionByNameOrId("billing_accounts")
	if err != nil {
		return nil, fmt.Errorf("find the billing accounts: %w", err)
	}
	account := &Account{core.NewRecord(collection)}
	account.Set("team", team)
	return account, nil
}

// StoredInvoice is an invoice as it was last read from the provider.
type StoredInvoice struct {
	Number, Status string
	Total          plans.Price
	Issued         time.Time
	Page, PDF      string
}

// Invoices lists the invoices of the actor's team, newest first, at most limit (R143). Only the Owner and Admins can see them.
func Invoices(app core.App, actor *actors.Actor, limit int) ([]StoredInvoice, error) {
	if !actor.CanManageBilling() {
		return nil, errs.Forbidden("Only the Owner and Admins can see the invoices.")
	}
	var rows []*core.Record
	err := app.RecordQuery("invoices").AndWhere(dbx.NewExp("account IN (SELECT id FROM billing_accounts WHERE team = {:team})", dbx.Params{"team": actor.Team.Id})).
		OrderBy("issued DESC", "rowid DESC").Limit(int64(limit)).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("list the invoices of a team: %w", err)
	}
	invoices := make([]StoredInvoice, len(rows))
	for i, r := range rows {
		invoices[i] = StoredInvoice{Number: r.GetString("number"), Status: r.GetString("status"), Issued: r.GetDateTime("issued").Time(),
			Total: plans.Price{Amount: int64(r.GetFloat("total")), Currency: r.GetString("currency")}, Page: r.GetString("page"), PDF: r.GetString("pdf")}
	}
	return invoices, nil
}

// storeInvoices adds and updates the invoices of an account.
func storeInvoices(tx core.App, account *Account, invoices []Invoice) error {
	collection, err := tx.FindCachedCollectionByNameOrId("invoices")
	if err != nil {
		return fmt.Errorf("find the invoices: %w", err)
	}
	for _, invoice := range invoices {
		row, err := record.One[core.Record](tx.RecordQuery(collection).AndWhere(dbx.HashExp{"provider_id": invoice.ID}), "find an invoice")
		if errs.IgnoreNotFound(err) != nil {
			return err
		}
		if err != nil {
			row = core.NewRecord(collection)
		}
		row.Load(map[string]any{"account": account.Id, "provider_id": invoice.ID, "number": invoice.Number, "status": invoice.Status,
			"total": invoice.Total, "currency": invoice.Currency, "issued": invoice.Issued, "page": invoice.Page, "pdf": invoice.PDF})
		if err := tx.Save(row); err != nil {
			return fmt.Errorf("save an invoice: %w", err)
		}
	}
	return nil
}
