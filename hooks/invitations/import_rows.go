package invitations

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// EachRow hands every row of an import on, in the order of the list.
func EachRow(app core.App, i *Import, take func(ImportRow) error) error {
	for after := 0; ; {
		rows, err := rowsOf(app, i, "n > {:after} ORDER BY n LIMIT 1000", dbx.Params{"after": after})
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, row := range rows {
			if err := take(row); err != nil {
				return err
			}
		}
		after = rows[len(rows)-1].N
	}
}

// RefusedRows lists the first rows that were refused, at most limit.
func RefusedRows(app core.App, i *Import, limit int) ([]ImportRow, error) {
	return rowsOf(app, i, "status = 'refused' ORDER BY n LIMIT {:limit}", dbx.Params{"limit": limit})
}

func rowsOf(app core.App, i *Import, where string, params dbx.Params) ([]ImportRow, error) {
	var rows []ImportRow
	params["id"] = i.Id
	err := app.DB().NewQuery("SELECT n, line, raw, name, address, status, code, message FROM import_rows WHERE import = {:id} AND " + where).
		Bind(params).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("read the rows of an import: %w", err)
	}
	return rows, nil
}
