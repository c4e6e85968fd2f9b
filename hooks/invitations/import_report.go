package invitations

import (
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/mail"
	"usher/hooks/tools/csvfile"
)

// WriteImportReport writes every row of an import, its result and the state of its email, as CSV for spreadsheets.
func WriteImportReport(app core.App, actor *actors.Actor, i *Import, to io.Writer) error {
	heads := []string{"row", "sent", "name", "email", "result", "code", "reason", "delivery", "delivery_reason", "roles", "tags"}
	inPanel := actor.PanelRecheck(app)
	err := csvfile.Write(to, heads, func(table *csvfile.Table) error {
		return EachRow(app, i, func(row ImportRow) error {
			if err := inPanel(); err != nil {
				return err
			}
			result := row.Status
			if result == "" {
				result = "not done"
			}
			delivery, why := row.delivery(app)
			return table.Add(strconv.Itoa(row.Number()), row.Raw, row.Name, row.Address, result, row.Code, row.Message, delivery, why, row.Roles, row.Tags)
		})
	})
	if err != nil {
		return fmt.Errorf("write the report of an import: %w", err)
	}
	return nil
}

// delivery returns the state of the row's email, and the reason if it wasn't delivered.
func (r ImportRow) delivery(app core.App) (state, why string) {
	switch {
	case r.Email.Status == mail.Dropped:
		return r.Email.Status, "Not sent: " + mail.ReasonText(r.Email.Reason) + "."
	case !mail.Enabled(app) && slices.Contains([]string{mail.Queued, mail.Sending, mail.Sent}, r.Email.Status): // written to the console
		return "not_sent", "Email isn't set up on this server."
	}
	return r.Email.Status, r.Email.Error
}
