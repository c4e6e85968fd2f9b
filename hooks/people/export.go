package people

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/tools/csvfile"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// Each calls f for every row of the query, page by page, so that a team can have any size.
func Each(app core.App, team string, query Query, f func(Row) error) error {
	query.Size, query.After, query.Before = 200, "", ""
	for query.Page = 1; ; query.Page++ {
		page, err := List(app, team, query)
		if err != nil {
			return err
		}
		for _, row := range page.Rows {
			if err := f(row); err != nil {
				return err
			}
		}
		if len(page.Rows) < query.Size {
			return nil
		}
		query.After = page.Rows[len(page.Rows)-1].ID
	}
}

// Export writes the users of the query as CSV, with times in the zone. The audit entry is committed before the first row is
// written.
func Export(app core.App, actor *actors.Actor, query Query, zone *time.Location, to io.Writer) error {
	entry := audit.NewEntry(actor, "users.export")
	err := audit.Do(app, entry, func(tx core.App) error {
		again, err := actor.Reload(tx)
		if err != nil {
			return err
		}
		if !again.CanUsePanel() {
			return errs.Forbidden("Only the Owner and Admins can export users.")
		}
		query.Page, query.Size, query.After, query.Before = 1, 1, "", ""
		page, err := List(tx, actor.Team.Id, query)
		if err != nil {
			return err
		}
		for key, value := range map[string]string{"search": query.Search, "role": query.Role, "status": query.Status, "kind": query.Kind, "tag": query.Tag} {
			if value != "" {
				entry.With(key, text.Truncate(value, 200))
			}
		}
		if query.Inactive {
			entry.With("inactive", true)
		}
		entry.With("rows", page.Total)
		return nil
	})
	if err != nil {
		return err
	}
	heads := make([]string, 0, len(exportColumns))
	for _, column := range exportColumns {
		heads = append(heads, strings.ReplaceAll(column.head, "{zone}", zone.String()))
	}
	inPanel := actor.PanelRecheck(app)
	err = csvfile.Write(to, heads, func(table *csvfile.Table) error {
		return Each(app, actor.Team.Id, query, func(row Row) error {
			if err := inPanel(); err != nil {
				return err
			}
			cells := make([]string, 0, len(exportColumns))
			for _, column := range exportColumns {
				cells = append(cells, column.cell(row, zone))
			}
			return table.Add(cells...)
		})
	})
	if err != nil {
		return fmt.Errorf("export users: %w", err)
	}
	return nil
}

// exportColumns are the columns of Export.
var exportColumns = []struct {
	head string
	cell func(Row, *time.Location) string
}{
	{"Name", func(r Row, _ *time.Location) string { return r.Name }},
	{"Email address", func(r Row, _ *time.Location) string { return r.Email }},
	{"Kind", func(r Row, _ *time.Location) string { return r.Kind }},
	{"Roles", func(r Row, _ *time.Location) string { return strings.Join(r.Roles().Names(), ", ") }},
	{"Offered roles", func(r Row, _ *time.Location) string { return strings.Join(r.InvitedRoles().Names(), ", ") }},
	{"Status", func(r Row, _ *time.Location) string { return r.Status }},
	{"Tags", func(r Row, _ *time.Location) string { return strings.Join(r.Tags, ", ") }},
	{"Added ({zone})", func(r Row, zone *time.Location) string { return csvfile.FormatTime(r.Added.Time(), zone) }},
	{"Last active ({zone})", func(r Row, zone *time.Location) string { return csvfile.FormatTime(r.Active.Time(), zone) }},
	{"Invitation expires ({zone})", func(r Row, zone *time.Location) string { return csvfile.FormatTime(r.Expires.Time(), zone) }},
}
