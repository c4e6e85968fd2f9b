package mail

import (
	"cmp"
	"database/sql"
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

// Codes of reports that are not taken.
const (
	CodeBadSignature = "bad_signature"
	CodeBadReport    = "bad_report"
)

// report is what the provider says of one letter.
type report struct {
	Event      string `db:"event"` // its id: a report counts once, however often it is sent
	ProviderID string `db:"provider_id"`
	Status     string `db:"status"`
	At         string `db:"at"`
	Error      string `db:"error"`
}

// WebhooksEnabled says whether the provider reports what becomes of letters. If not, Sent is the last that is known.
func WebhooksEnabled(app core.App) bool {
	return TransportName(app) == transportResend && settings.Of(app).WebhookSecret != ""
}

// HandleWebhook takes a webhook of Resend, as it was sent: what it says of a letter is committed when it returns nil. A
// second one of the same event, one of a letter that is not ours and one of a kind that says nothing of its way
// change nothing. What is not signed, is older than five minutes or cannot be read is refused; without a secret
// there is no such thing, and it is record.ErrNotFound.
func HandleWebhook(app core.App, header http.Header, body []byte) error {
	if settings.Of(app).WebhookSecret == "" {
		return errs.NotFound
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

// verify holds a webhook to the scheme of Svix, by which Resend signs: HMAC-SHA256 over id, time and body, one of
// several signatures, five minutes (https://docs.svix.com/receiving/verifying-payloads/how-manual).
func verify(app core.App, header http.Header, body []byte) error {
	err := resend.NewClient("").Webhooks.Verify(&resend.VerifyWebhookOptions{
		Payload: string(body),
		Headers: resend.WebhookHeaders{
			Id: header.Get("svix-id"), Timestamp: header.Get("svix-timestamp"), Signature: header.Get("svix-signature"),
		},
		WebhookSecret: settings.Of(app).WebhookSecret,
	})
	if err != nil {
		return errs.Invalid("base", CodeBadSignature, "The signature does not fit, or is older than five minutes.")
	}
	return nil
}

// applyReport counts a report, in the caller's transaction. It may come before we know the provider's id of our own letter,
// while its answer is still under way: then it is kept, and holds once the id is known. To send it back instead
// would leave its coming to the provider's patience.
func applyReport(tx core.App, r report) error {
	known, err := tx.CountRecords("mail_reports", dbx.HashExp{"event": r.Event})
	if err != nil || known > 0 {
		return err
	}
	m, err := findByProvider(tx, r.ProviderID)
	if errors.Is(err, sql.ErrNoRows) {
		if ours, err := awaitsProviderID(tx); err != nil || !ours {
			return err
		}
		return r.save(tx)
	}
	if err != nil {
		return fmt.Errorf("find the letter of a report: %w", err)
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
		return fmt.Errorf("find the reports of letters: %w", err)
	}
	row := core.NewRecord(c)
	row.Load(map[string]any{"event": r.Event, "provider_id": r.ProviderID, "status": r.Status, "at": r.At, "error": r.Error})
	if err := tx.Save(row); err != nil {
		return fmt.Errorf("keep a report: %w", err)
	}
	return nil
}

func findByProvider(app core.App, id string) (*Email, error) {
	m := &Email{}
	err := app.RecordQuery(collection).AndWhere(dbx.HashExp{"provider_id": id}).
		OrderBy("created DESC", "rowid DESC").Limit(1).One(m)
	if err != nil {
		return nil, err
	}
	return m, nil
}

// awaitsProviderID reports whether a provider may have taken a letter whose id we do not know yet. If there is none, an
// unknown id is another's: several programs may share an account.
func awaitsProviderID(app core.App) (bool, error) {
	n, err := app.CountRecords(collection, dbx.NewExp("status = 'sending' OR status = 'queued' AND tried != ''"))
	if err != nil {
		return false, fmt.Errorf("count letters under way: %w", err)
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

// event is a webhook's body, as far as it is read (https://resend.com/docs/webhooks/event-types).
type event struct {
	Type      string          `json:"type"`
	CreatedAt string          `json:"created_at"`
	Data      json.RawMessage `json:"data"`
}

// emailEvent is the data of an event about a letter.
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

// readReport reads what an event says of a letter; nil if it says nothing of its way.
func readReport(id string, body []byte, own string) (*report, error) {
	var e event
	if err := json.Unmarshal(body, &e); err != nil {
		return nil, errs.Invalid("base", CodeBadReport, "This is no event that can be read.")
	}
	meaning, ours := eventStatuses[e.Type]
	if !ours {
		return nil, nil
	}
	var data emailEvent
	if err := json.Unmarshal(e.Data, &data); err != nil || id == "" || len(id) > 200 || data.EmailID == "" || len(data.EmailID) > 200 {
		return nil, errs.Invalid("base", CodeBadReport, "The event names no letter.")
	}
	at, err := types.ParseDateTime(e.CreatedAt)
	if err != nil || at.IsZero() {
		at = types.NowDateTime()
	}
	status, sentence, words := meaning(data)
	return &report{Event: id, ProviderID: data.EmailID, Status: status, At: at.String(),
		Error: withProviderText(sentence, "The provider", cleanProviderText(words, own))}, nil
}

// eventStatuses are the state that each kind of event leads to, why in our words, and in the provider's.
var eventStatuses = map[string]func(emailEvent) (status, sentence, words string){
	resend.EventEmailDelivered: func(emailEvent) (string, string, string) { return Delivered, "", "" },
	resend.EventEmailDeliveryDelayed: func(emailEvent) (string, string, string) {
		return Delayed, "The mail server of the address does not take it yet. It is tried again.", ""
	},
	resend.EventEmailBounced: func(e emailEvent) (string, string, string) {
		if strings.EqualFold(e.Bounce.Type, "Permanent") { // only what is plainly for good
			return Bounced, cmp.Or(permanentBounces[e.Bounce.SubType], "The address takes no mail from us."), e.Bounce.Message
		}
		return Returned, cmp.Or(transientBounces[e.Bounce.SubType], "The mail server of the address did not take it this time.") +
			" Send it again later.", e.Bounce.Message
	},
	"email.suppressed": func(e emailEvent) (string, string, string) { return Bounced, suppressedText, e.Suppressed.Message },
	resend.EventEmailComplained: func(emailEvent) (string, string, string) {
		return Complained, "The person, or their mail program, marked it as unwanted.", ""
	},
	resend.EventEmailFailed: func(e emailEvent) (string, string, string) {
		return Failed, "The provider could not send it.", strings.ReplaceAll(e.Failed.Reason, "_", " ")
	},
}

const suppressedText = "Letters to this address came back before, or were unwanted, so the provider sends it none."

// permanentBounces and forNow say in our words why a letter came back.
var (
	permanentBounces = map[string]string{
		"General":    "The address does not exist, or takes no mail.",
		"NoEmail":    "The address does not exist, or takes no mail.",
		"Suppressed": suppressedText, "OnAccountSuppressionList": suppressedText,
	}
	transientBounces = map[string]string{
		"MailboxFull":        "The mailbox is full.",
		"ContentRejected":    "The mail server of the address refused what the letter says.",
		"AttachmentRejected": "The mail server of the address refused what the letter says.",
	}
)
