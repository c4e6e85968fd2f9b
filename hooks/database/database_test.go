package database_test

import (
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/record"
)

func TestDBConnect_PreparedStatement_SurvivesNestedReadAndSchemaChange(t *testing.T) {
	app := hookstest.NewApp(t)
	count := func() (n int) {
		t.Helper()
		if err := app.NonconcurrentDB().NewQuery("SELECT count(*) FROM plans WHERE position >= {:p}").Bind(dbx.Params{"p": 0}).
			WithContext(record.Prepared).Row(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := count()
	if before == 0 || count() != before {
		t.Fatalf("%d plans, then %d, want some and %v", before, count(), before)
	}
	hookstest.Exec(t, app, "ALTER TABLE plans ADD COLUMN extra TEXT", nil)
	hookstest.Exec(t, app, "DELETE FROM plans WHERE [[key]] = 'unlimited'", nil)
	if now := count(); now != before-1 {
		t.Errorf("%d plans after one of %d went, want %v", now, before, before-1)
	}

	list := "SELECT name FROM plans ORDER BY position"
	err := app.NonconcurrentDB().(*dbx.DB).Transactional(func(tx *dbx.Tx) error {
		outer, err := tx.NewQuery(list).WithContext(record.Prepared).Rows()
		if err != nil {
			return err
		}
		defer outer.Close()
		rows := 0
		for outer.Next() {
			var names []string
			if err := tx.NewQuery(list).WithContext(record.Prepared).Column(&names); err != nil {
				return err
			}
			if len(names) != before-1 {
				t.Errorf("%v, inside of row %d, want %v", names, rows, before-1)
			}
			rows++
		}
		if rows != before-1 {
			t.Errorf("%d rows, want %v", rows, before-1)
		}
		return outer.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestFold_IsKnownToEveryConnection(t *testing.T) {
	app := hookstest.NewApp(t)
	for name, db := range map[string]dbx.Builder{"reads": app.ConcurrentDB(), "writes": app.NonconcurrentDB(), "logs": app.AuxDB()} {
		var folded, blob, number string
		var null *string
		if err := db.NewQuery("SELECT fold('Lucía'), fold(CAST('LUCÍA' AS BLOB)), fold(7), fold(NULL)").Row(&folded, &blob, &number, &null); err != nil ||
			folded != "lucia" || blob != "lucia" || number != "7" || null != nil {
			t.Errorf("%s: got %q, %q, %q, %v, %v; want lucia, lucia, 7 and NULL", name, folded, blob, number, null, err)
		}
	}
}

func TestContainsWords_IsKnownToEveryConnection(t *testing.T) {
	app := hookstest.NewApp(t)
	for name, db := range map[string]dbx.Builder{"reads": app.ConcurrentDB(), "writes": app.NonconcurrentDB(), "logs": app.AuxDB()} {
		for args, want := range map[string]string{"'Herrera, Lucía', 'LUCIA herr'": "1", "'Herrera', 'lucia herrera'": "0", "'Herrera', ''": "1", "NULL, 'a'": "NULL", "'a', NULL": "NULL"} {
			var got string
			if err := db.NewQuery("SELECT quote(contains_words(" + args + "))").Row(&got); err != nil || got != want {
				t.Errorf("%s: contains_words(%s): got %s, %v, want %s", name, args, got, err, want)
			}
		}
	}
}
