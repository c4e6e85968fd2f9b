package invitations

import (
	"fmt"
	"io"
	"strconv"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/spreadsheet"
)

// WriteReport writes every row of an import with what came of it, as CSV that spreadsheets read.
func WriteReport(app core.App, actor *actors.Actor, i *Import, to io.Writer) error {
	heads := []string{"row", "sent", "name", "email", "result", "code", "reason"}
	inPanel := actor.InPanel(app)
	err := spreadsheet.Write(to, heads, func(table *spreadsheet.Table) error {
		return EachRow(app, i, func(row ImportRow) error {
			if err := inPanel(); err != nil {
				return err
			}
			result := row.Status
			if result == "" {
				result = "not done"
			}
			return table.Add(strconv.Itoa(row.Number()), row.Raw, row.Name, row.Address, result, row.Code, row.Message)
		})
	})
	if err != nil {
		return fmt.Errorf("write the report of an import: %w", err)
	}
	return nil
}
