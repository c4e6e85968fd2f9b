package hookstest

import (
	"embed"
	"testing"
)

//go:embed samples
var sampleFiles embed.FS

// SampleList is a list that was once rejected or misread, with its entries as "Name <address>".
type SampleList struct {
	Name string
	Text string
	Want []string
}

// SampleLists returns the lists, byte for byte.
func SampleLists(t testing.TB) []SampleList {
	t.Helper()
	const ana, rui = "Ana Silva <ana.silva@example.org>", "Rui Costa <rui.costa@example.org>"
	all := []SampleList{
		{Name: "microsoft-365.csv", Want: []string{ana}},
		{Name: "google-workspace.csv", Want: []string{ana, rui}},
		{Name: "semicolon-lastname-first.csv", Want: []string{ana, rui}},
		{Name: "tabs-empty-cell.tsv", Want: []string{ana, rui}},
		{Name: "paste-from-spreadsheet.txt", Want: []string{ana, rui}},
		{Name: "paste-outlook.txt", Want: []string{ana, rui}},
		{Name: "quote-inside-cell.csv", Want: []string{"Ana Nina Silva <ana.silva@example.org>", rui}},
		{Name: "paste-invisible.txt", Want: []string{"ana.silva@example.org", "eva@example.org"}},
	}
	for n := range all {
		text, err := sampleFiles.ReadFile("samples/" + all[n].Name)
		if err != nil {
			t.Fatal(err)
		}
		all[n].Text = string(text)
	}
	return all
}
