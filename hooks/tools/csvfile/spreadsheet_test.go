package csvfile_test

import (
	"encoding/csv"
	"errors"
	"strings"
	"testing"
	"time"

	"usher/hooks/tools/csvfile"
)

func TestWrite_EscapesFormulas(t *testing.T) {
	cells := map[string]string{
		`=HYPERLINK("http://evil.example","x")`: `'=HYPERLINK("http://evil.example","x")`,
		"+1":                                    "'+1",
		"-2+3+cmd|' /C calc'!A0":                "'-2+3+cmd|' /C calc'!A0",
		"@SUM(1)":                               "'@SUM(1)",
		"\t=1":                                  "'\t=1",
		"\r=1":                                  "'\r=1",
		"\n=1":                                  "'\n=1",
		"＝1":                                    "'＝1",
		"＠SUM(1)":                               "'＠SUM(1)",
		// Where lists are parted by semicolons or tabs, a spreadsheet cuts there, whatever is quoted.
		"Marta;=1+1":              "Marta;'=1+1",
		"Marta\t+1":               "Marta\t'+1",
		"Marta, ;  \"=1+1":        "Marta, ;  '\"=1+1",
		"Marta\n@SUM(1)":          "Marta\n'@SUM(1)",
		"Marta, -1":               "Marta, -1",
		"=1;=2":                   "'=1;'=2",
		"Marta;＝1":                "Marta;'＝1",
		"Marta, \"the\" Oliveira": "Marta, \"the\" Oliveira",
		"marta@halation.example":  "marta@halation.example",
		"O'Brien":                 "O'Brien",
		"Lucía Herrera, 李小龙":      "Lucía Herrera, 李小龙",
		"a=1;b=2":                 "a=1;b=2",
		"":                        "",
		"2026-11-17 14:20:00":     "2026-11-17 14:20:00",
		"one\ntwo":                "one\ntwo",
	}
	for cell, want := range cells {
		var b strings.Builder
		err := csvfile.Write(&b, []string{"Name", cell}, func(table *csvfile.Table) error { return table.Add(cell, "end") })
		if err != nil {
			t.Fatal(err)
		}
		text, ok := strings.CutPrefix(b.String(), "\ufeff")
		if !ok {
			t.Fatalf("no byte order mark: %q", b.String())
		}
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		flat := func(cell string) string { return strings.ReplaceAll(cell, "\r", "") } // the reader takes some away
		if err != nil || len(rows) != 2 || rows[0][1] != rows[1][0] || flat(rows[1][0]) != flat(want) || rows[1][1] != "end" {
			t.Errorf("%q became %q, %v", cell, rows, err)
		}
		if !strings.HasSuffix(text, "end\r\n") {
			t.Errorf("%q: the line ends otherwise: %q, want it to contain %q", cell, text, "end\r\n")
		}
	}
}

func TestWrite_FillFails_AddsIncompleteNotice(t *testing.T) {
	var b strings.Builder
	fault := errors.New("the disk is gone")
	err := csvfile.Write(&b, []string{"Name"}, func(table *csvfile.Table) error {
		if err := table.Add("Marta"); err != nil {
			return err
		}
		return fault
	})
	if !errors.Is(err, fault) || !strings.HasSuffix(b.String(), "Marta\r\n"+csvfile.IncompleteNotice+"\r\n") {
		t.Errorf("%v: %q, want %v and it with %q", err, b.String(), fault, "Marta\r\n"+csvfile.IncompleteNotice+"\r\n")
	}
}

// fullDisk is a file on a disk that takes n bytes.
type fullDisk struct{ left int }

func (f *fullDisk) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errors.New("the disk is full")
	}
	return len(p), nil
}

func TestWrite_WriterFails_StopsEarly(t *testing.T) {
	for _, room := range []int{0, 3, 10_000} {
		rows := 0
		err := csvfile.Write(&fullDisk{room}, []string{"Name"}, func(table *csvfile.Table) error {
			for rows = 0; rows < 100_000; rows++ {
				if err := table.Add("Marta Oliveira"); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil || rows > 2_000 {
			t.Errorf("room for %d bytes: %d rows, %v, want an error and at most 2_000", room, rows, err)
		}
	}
}

func TestFileName_AndFormatTime(t *testing.T) {
	at := time.Date(2026, 11, 17, 14, 20, 5, 0, time.FixedZone("CET", 3600))
	if name := csvfile.FileName("halation-post", "users", at); name != "halation-post-users-2026-11-17.csv" {
		t.Error(name)
	}
	if stamp := csvfile.FormatTime(at, time.UTC); stamp != "2026-11-17 13:20:05" || csvfile.FormatTime(time.Time{}, time.UTC) != "" {
		t.Error(stamp)
	}
}
