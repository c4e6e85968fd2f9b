package mail

import (
	"context"
	"crypto/x509"
	"testing"

	"github.com/pocketbase/pocketbase/core"
)

// RecordSent records that the provider accepted the email with its id.
func (w *Worker) RecordSent(id, providerID string) error {
	return w.App.RunInTransaction(func(tx core.App) error { return w.recordOutcome(tx, id, providerID, nil) })
}

// StatusOrder is the order of precedence of states.
var StatusOrder = statusOrder

// ClaimWithoutTx is what claiming would be without its transaction: a control.
func (w *Worker) ClaimWithoutTx(id string) error {
	m, err := FindEmail(w.App, id)
	if err != nil {
		return err
	}
	if reason, err := m.obsoleteReason(w.App); err != nil || reason != "" {
		return err
	}
	m.Set("status", Sending)
	m.Set("attempts", 1)
	m.Set("tried", w.Now())
	return w.App.Save(m)
}

// ClaimBySQL is what claiming would be with neither its transaction nor the rules of a save: a control. judged is called
// between its check and its write.
func (w *Worker) ClaimBySQL(id string, judged func()) error {
	m, err := FindEmail(w.App, id)
	if err != nil {
		return err
	}
	if reason, err := m.obsoleteReason(w.App); err != nil || reason != "" {
		return err
	}
	judged()
	_, err = w.App.NonconcurrentDB().NewQuery("UPDATE outbox SET status = 'sending' WHERE id = {:id}").Bind(params{"id": id}).Execute()
	return err
}

// RegisteredCondition is the condition that is registered for emails of the kind.
func RegisteredCondition(app core.App, kind string) Condition {
	condition, _ := app.Store().Get(conditionKey + kind).(Condition)
	return condition
}

// FindNext finds the next email to send.
var FindNext = findNext

// DeliverOne sends the next email that is due, if there is one.
func (w *Worker) DeliverOne() error {
	_, err := w.deliverNext(context.Background())
	return err
}

// TrustForSMTP trusts the certificate, or none, until the test ends.
func TrustForSMTP(t testing.TB, certificate *x509.Certificate) {
	before := smtpRootCAs
	t.Cleanup(func() { smtpRootCAs = before })
	smtpRootCAs = x509.NewCertPool()
	if certificate != nil {
		smtpRootCAs.AddCert(certificate)
	}
}

// SMTPHost returns the host of the server that emails are sent through.
func SMTPHost(app core.App) string { return newTransport(app, nil).(*smtpTransport).Host }
