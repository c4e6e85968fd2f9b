package invitations

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// WriteReport writes every row of an import with what came of it, as CSV that spreadsheets read: UTF-8 with its
// mark, and no cell that one would take for a formula.
func WriteReport(app core.App, i *Import, to io.Writer) error {
	if _, err := io.WriteString(to, "\ufeff"); err != nil {
		return fmt.Errorf("write the report of an import: %w", err)
	}
	out := csv.NewWriter(to)
	out.UseCRLF = true
	_ = out.Write([]string{"row", "sent", "name", "email", "result", "code", "reason"})
	err := EachRow(app, i, func(row ImportRow) error {
		result := row.Status
		if result == "" {
			result = "not done"
		}
		cells := []string{strconv.Itoa(row.N), row.Raw, row.Name, row.Address, result, row.Code, row.Message}
		for n := range cells {
			cells[n] = harmless(cells[n])
		}
		return out.Write(cells)
	})
	out.Flush()
	if err == nil {
		err = out.Error()
	}
	if err != nil {
		return fmt.Errorf("write the report of an import: %w", err)
	}
	return nil
}

// harmless keeps a spreadsheet from running what somebody put into a list.
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
