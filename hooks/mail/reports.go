package mail

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
	"github.com/resend/resend-go/v2"

	"usher/hooks/record"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

// Codes of rejected webhooks.
const (
	CodeBadSignature = "bad_signature"
	CodeBadReport    = "bad_report"
)

// report is the provider's report about one email.
type report struct {
	Event      string `db:"event"` // id of the event; a report is applied once
	ProviderID string `db:"provider_id"`
	Status     string `db:"status"`
	At         string `db:"at"`
	Error      string `db:"error"`
}

// WebhooksEnabled reports whether the provider reports deliveries. If not, Sent is the last known state.
func WebhooksEnabled(app core.App) bool {
	return TransportName(app) == transportResend && settings.Of(app).WebhookSecret != ""
}

// HandleWebhook applies a webhook of Resend and commits it. It ignores an event that it already knows, one about an
// unknown email and one of another kind. It returns an error if the webhook isn't signed, is older than five minutes or
// can't be read, and errs.ErrNotFound if no webhook secret is set.
func HandleWebhook(app core.App, header http.Header, body []byte) error {
	if settings.Of(app).WebhookSecret == "" {
		return errs.ErrNotFound
	}
	if err := verify(app, header, body); err != nil {
		return err
	}
	r, err := readReport(header.Get("svix-id"), body, settings.Of(app).URL)
	if err != nil || r == nil {
		return err
	}
	return app.RunInTransaction(func(tx core.App) error { return applyReport(tx, *r) })
}

// verify checks the signature of a webhook, which Resend creates with Svix: HMAC-SHA256 over id, time and body, one of
// several signatures, valid for five minutes (https://docs.svix.com/receiving/verifying-payloads/how-manual).
func verify(app core.App, header http.Header, body []byte) error {
	err := resend.NewClient("").Webhooks.Verify(&resend.VerifyWebhookOptions{
		Payload: string(body),
		Headers: resend.WebhookHeaders{
			Id: header.Get("svix-id"), Timestamp: header.Get("svix-timestamp"), Signature: header.Get("svix-signature"),
		},
		WebhookSecret: settings.Of(app).WebhookSecret,
	})
	if err != nil {
		return errs.Invalid("base", CodeBadSignature, "The signature doesn't match, or is older than five minutes.")
	}
	return nil
}

// applyReport applies a report in the caller's transaction. It may arrive before the response with the provider's id of
// the email: then it is saved and applied when the id is known.
func applyReport(tx core.App, r report) error {
	known, err := tx.CountRecords("mail_reports", dbx.HashExp{"event": r.Event})
	if err != nil || known > 0 {
		return err
	}
	m, err := findByProvider(tx, r.ProviderID)
	if errors.Is(err, errs.ErrNotFound) {
		if ours, err := awaitsProviderID(tx); err != nil || !ours {
			return err
		}
		return r.save(tx)
	}
	if err != nil {
		return err
	}
	if err := r.save(tx); err != nil {
		return err
	}
	if changed, err := m.applyReports(tx); err != nil || !changed {
		return err
	}
	return tx.Save(m)
}

func (r report) save(tx core.App) error {
	c, err := tx.FindCachedCollectionByNameOrId("mail_reports")
	if err != nil {
		return fmt.Errorf("find the collection of reports: %w", err)
	}
	row := core.NewRecord(c)
	row.Load(map[string]any{"event": r.Event, "provider_id": r.ProviderID, "status": r.Status, "at": r.At, "error": r.Error})
	if err := tx.Save(row); err != nil {
		return fmt.Errorf("save a report: %w", err)
	}
	return nil
}

func findByProvider(app core.App, id string) (*Email, error) {
	return record.One[Email](app.RecordQuery(collection).AndWhere(dbx.HashExp{"provider_id": id}).
		OrderBy("created DESC", "rowid DESC"), "find the email of a report")
}

// awaitsProviderID reports whether the provider may have accepted an email whose id isn't known yet. If not, an unknown id
// belongs to another program with the same account.
func awaitsProviderID(app core.App) (bool, error) {
	n, err := app.CountRecords(collection, dbx.NewExp("status = 'sending' OR status = 'queued' AND tried != ''"))
	if err != nil {
		return false, fmt.Errorf("count emails being sent: %w", err)
	}
	return n > 0, nil
}

func pruneReports(app core.App, before time.Time) error {
	_, err := app.NonconcurrentDB().NewQuery("DELETE FROM mail_reports WHERE created < {:before}").
		Bind(params{"before": record.FormatTime(before)}).Execute()
	if err != nil {
		return fmt.Errorf("delete old reports: %w", err)
	}
	return nil
}

// event is the part of a webhook's body that is used (https://resend.com/docs/webhooks/event-types).
type event struct {
	Type      string          `json:"type"`
	CreatedAt string          `json:"created_at"`
	Data      json.RawMessage `json:"data"`
}

// emailEvent is the data of an event about an email.
type emailEvent struct {
	EmailID string `json:"email_id"`
	Bounce  struct {
		Type    string `json:"type"`
		SubType string `json:"subType"`
		Message string `json:"message"`
	} `json:"bounce"`
	Suppressed struct {
		Message string `json:"message"`
	} `json:"suppressed"`
	Failed struct {
		Reason string `json:"reason"`
	} `json:"failed"`
}

// readReport returns the report of an event, or nil if the event isn't about delivery.
func readReport(id string, body []byte, own string) (*report, error) {
	var e event
	if err := json.Unmarshal(body, &e); err != nil {
		return nil, errs.Invalid("base", CodeBadReport, "The event can't be read.")
	}
	meaning, ours := eventStatuses[e.Type]
	if !ours {
		return nil, nil
	}
	var data emailEvent
	if err := json.Unmarshal(e.Data, &data); err != nil || id == "" || len(id) > 200 || data.EmailID == "" || len(data.EmailID) > 200 {
		return nil, errs.Invalid("base", CodeBadReport, "The event doesn't name an email.")
	}
	at, err := types.ParseDateTime(e.CreatedAt)
	if err != nil || at.IsZero() {
		at = types.NowDateTime()
	}
	status, sentence, words := meaning(data)
	return &report{Event: id, ProviderID: data.EmailID, Status: status, At: at.String(),
		Error: withProviderText(sentence, "The provider", cleanProviderText(words, own))}, nil
}

// eventStatuses has the state that each kind of event leads to, why in our words, and why in the provider's.
var eventStatuses = map[string]func(emailEvent) (status, sentence, words string){
	resend.EventEmailDelivered: func(emailEvent) (string, string, string) { return Delivered, "", "" },
	resend.EventEmailDeliveryDelayed: func(emailEvent) (string, string, string) {
		return Delayed, "The recipient's mail server hasn't accepted it yet. Delivery is retried automatically.", ""
	},
	resend.EventEmailBounced: func(e emailEvent) (string, string, string) {
		if strings.EqualFold(e.Bounce.Type, "Permanent") { // not "Undetermined"
			return Bounced, cmp.Or(permanentBounces[e.Bounce.SubType], "The address doesn't accept our email."), e.Bounce.Message
		}
		return Returned, cmp.Or(transientBounces[e.Bounce.SubType], "The recipient's mail server didn't accept it this time.") +
			" Send it again later.", e.Bounce.Message
	},
	"email.suppressed": func(e emailEvent) (string, string, string) { return Bounced, suppressedText, e.Suppressed.Message },
	resend.EventEmailComplained: func(emailEvent) (string, string, string) {
		return Complained, "The recipient marked it as spam.", ""
	},
	resend.EventEmailFailed: func(e emailEvent) (string, string, string) {
		return Failed, "The provider couldn't send it.", strings.ReplaceAll(e.Failed.Reason, "_", " ")
	},
}

const suppressedText = "The provider doesn't send to this address, because earlier emails bounced or were marked as spam."

// permanentBounces and transientBounces say why an email bounced.
var (
	permanentBounces = map[string]string{
		"General":    "The address doesn't exist or doesn't accept email.",
		"NoEmail":    "The address doesn't exist or doesn't accept email.",
		"Suppressed": suppressedText, "OnAccountSuppressionList": suppressedText,
	}
	transientBounces = map[string]string{
		"MailboxFull":        "The mailbox is full.",
		"ContentRejected":    "The recipient's mail server rejected the content.",
		"AttachmentRejected": "The recipient's mail server rejected an attachment.",
	}
)
