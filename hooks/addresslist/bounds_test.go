package addresslist_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"usher/hooks/accounts"
	"usher/hooks/addresslist"
	"usher/hooks/hookstest"
	"usher/hooks/tools/errs"
)

func TestReadFile_Encodings(t *testing.T) {
	utf16 := func(order string, text string) string {
		var b strings.Builder
		b.WriteString(map[string]string{"little": "\xff\xfe", "big": "\xfe\xff"}[order])
		for _, r := range text {
			if order == "little" {
				b.Write([]byte{byte(r), byte(r >> 8)})
			} else {
				b.Write([]byte{byte(r >> 8), byte(r)})
			}
		}
		return b.String()
	}
	for name, text := range map[string]string{
		"UTF-8":                        "Name\tE-mail\r\nJosé Müller\tjose@example.org\r\n",
		"UTF-8 with a byte order mark": "\ufeffName,E-mail\r\nJosé Müller,jose@example.org\r\n",
		"UTF-16, little end first":     utf16("little", "Name\tE-mail\r\nJosé Müller\tjose@example.org\r\n"),
		"UTF-16, big end first":        utf16("big", "Name\tE-mail\r\nJosé Müller\tjose@example.org\r\n"),
		"Windows-1252":                 "Name;E-mail\r\nJos\xe9 M\xfcller;jose@example.org\r\n",
		"old Macintosh line ends":      "Name;E-mail\rJosé Müller;jose@example.org\r",
	} {
		list, err := addresslist.ReadFile(strings.NewReader(text))
		if got := formatList(list); err != nil || got != "José Müller <jose@example.org>" {
			t.Errorf("%s: %v %q, want %q", name, err, got, "José Müller <jose@example.org>")
		}
	}
	list, err := addresslist.ReadFile(strings.NewReader("Name;E-mail\nJosé;jose@example.org\nJ\xf8rgen;jorgen@example.org\n"))
	if got := formatList(list); err != nil || got != "José <jose@example.org>\nJørgen <jorgen@example.org>" {
		t.Errorf("both in one file: %v %q", err, got)
	}
}

func TestReadFile_NotAList_IsRefused(t *testing.T) {
	for _, c := range []struct{ name, text, says string }{
		{"empty", "", "no email addresses"},
		{"headings alone", "Email,Name\n", "no email addresses"},
		{"a spreadsheet", "PK\x03\x04\x14\x00", "spreadsheet"},
		{"an image", "\x89PNG\r\n\x1a\n\x00\x00", "isn't a CSV"},
		{"too large", strings.Repeat("a", addresslist.MaxBytes+1), "larger than 2 MB"},
	} {
		_, err := addresslist.ReadFile(strings.NewReader(c.text))
		hookstest.AssertCode(t, c.name, err, "bad_file")
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want an error and it with %q", c.name, err, c.says)
		}
	}
}

// An error in one row costs only that row, and rows are numbered as in a spreadsheet.
func TestRead_StrayQuotationMarks(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"inside of a cell", "Name,Email\nAna \"Nina\" Silva,ana@example.org\nbad,bad\n", "Ana Nina Silva <ana@example.org>\nrow 3: No @ in the address."},
		{"never closed", "Name,Email\n\"Ana Silva,ana@example.org\nRui Costa,rui@example.org\n\"Costa, Eva\",eva@example.org\n", "Ana Silva <ana@example.org>\nRui Costa <rui@example.org>\nEva Costa <eva@example.org>"},
		{"closed too early", "Name,Email\n\"Ana\" Silva,ana@example.org\n\"Rui\" \"Costa\",rui@example.org\n", "Ana Silva <ana@example.org>\nRui Costa <rui@example.org>"},
		{"around a whole row", "Name;Email\n\"Ana;ana@example.org\"\nRui Costa;rui@example.org\n", "row 2: This row has no address.\nRui Costa <rui@example.org>"},
		{"cells over several lines", "Name,Notes,Email\nAna,\"one\ntwo, two@example.org\n\"\"three\"\"\",ana@example.org\n\nRui,,\nEva,,eva\n", "Ana <ana@example.org>\nrow 4: This row has no address.\nrow 5: No @ in the address."},
	} {
		if got := formatList(addresslist.Read(c.text)); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

func TestRead_TooLong_IsOnlyCounted(t *testing.T) {
	for name, text := range map[string]string{"commas": strings.Repeat("a,", 100_000), "lines": strings.Repeat("a@x.example\n", 100_000), "rows": strings.Repeat("Ana,a@x.example\n", 100_000)} {
		list := addresslist.Read(text)
		if len(list.Entries) != 100_000 || list.Entries[addresslist.MaxEntries-1].Raw == "" || errs.Code(list.Entries[addresslist.MaxEntries].Err) != errs.CodeTooMany {
			t.Errorf("%s: %d entries, want 100_000, it set and %v", name, len(list.Entries), errs.CodeTooMany)
		}
	}
}

func TestNotes(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"addresses alone", "a@example.org, b@example.org", nil},
		{"an export", "City,Display name,User principal name\nLisboa,Ana Silva,ana@example.org\n,Nobody,\n,Rui,rui@example.org\n,Ana,ana@example.org\n",
			[]string{"Read column “User principal name” as the address and “Display name” as the name.", "Not used: “City”.",
				"1 row has no address and is skipped: row 3.", "1 row repeats an address that is already in the list and is skipped."}},
		{"first and last name", "First Name,Last Name,E-mail\nAna,Silva,ana@example.org a@example.org\n\nNo,Body,\nNo,Body,\n",
			[]string{"Read column “E-mail” as the address and “First Name” and “Last Name” as the name.", "2 rows have no address and are skipped: rows 4 and 5.",
				"1 additional address is skipped: only the first address of each person is used."}},
		{"no headings", "Board\tana@example.org\nBoard\trui@example.org", []string{"Read column 2 as the address. No column was read as the name."}},
		{"unknown headings", "Kto;Kam\nAna Silva;ana.silva@example.org", []string{"Read column 2 as the address and column 1 as the name.", "The first row has no address and was read as column headings."}},
		{"an invalid name", "https://evil.example <a@example.org>", []string{"1 name can't be used and is left out."}},
	} {
		if got := addresslist.Read(c.text).Notes(); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %v", c.name, got, c.want)
		}
	}
	bad := addresslist.Read("Name,Email\nAna,ana\nRui,rui@example.org\nEva,eva@\n")
	if got := bad.UnreadableText(); got != "2 rows can't be read: row 2 (No @ in the address), row 4 (Nothing after the @)." {
		t.Error(got)
	}
}

func TestParse_ReadsOneEntry(t *testing.T) {
	for text, want := range map[string]string{
		"ana@example.org":                  "ana@example.org",
		"\"Silva, Ana\" <ana@example.org>": "Ana Silva <ana@example.org>",
		"\u200bana@example.org\u202c ":     "ana@example.org",
		"ana@example.org, rui@example.org": "row 0: More than one address. Enter one at a time.",
		"ana":                              "row 0: No @ in the address.",
		"":                                 "row 0: Enter an email address.",
	} {
		if got := formatList(addresslist.List{Entries: []addresslist.Entry{addresslist.Parse(text)}}); got != want {
			t.Errorf("%q: %q, want %v", text, got, want)
		}
	}
	if e := addresslist.NewEntry("https://evil.example", "ana@example.org"); e.Err != nil || e.Name != "" {
		t.Errorf("a bad name refuses the address: %+v, want nil and none", e)
	}
}

// assertValid checks what must hold for every list, whatever the text.
func assertValid(t *testing.T, text string, list addresslist.List) {
	t.Helper()
	for n, e := range list.Entries {
		if e.Err != nil {
			if errs.Code(e.Err) == "" || e.Address != "" {
				t.Errorf("%q: got %+v, want an error with a code and no address", text, e)
			}
			continue
		}
		if again, err := accounts.CanonicalEmail(e.Address); err != nil || again != e.Address || n >= addresslist.MaxEntries {
			t.Errorf("%q: entry %d is %q, %v", text, n, e.Address, err)
		}
		if strings.ContainsAny(e.Name, "@<>\"\n") || strings.Contains(e.Name, "://") || strings.ContainsFunc(e.Name, unicode.IsControl) ||
			!utf8.ValidString(e.Name) || utf8.RuneCountInString(e.Name) > accounts.MaxName {
			t.Errorf("%q: the name is %q", text, e.Name)
		}
		if again := addresslist.Parse(addresslist.Format(e)); again.Err != nil || again.Name != e.Name || again.Address != e.Address {
			t.Errorf("%q: %q is read again as %q, %q, %v, want nil, %v and %v", text, addresslist.Format(e), again.Name, again.Address, again.Err, e.Name, e.Address)
		}
	}
	for _, note := range append(list.Notes(), list.UnreadableText()) {
		if !utf8.ValidString(note) {
			t.Errorf("%q: note %q", text, note)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{"a@x.example, B <b@x.example>\nc", `"x, y" <a@x.example>`, "<<>>@@\"\";,\x00\xff", "a@b@c.de", "\ufeff\u202e<a@x.example>", "Email,Name\na@x.example,Ada",
		"a\tb\r\n\"c\"", "\ufeff;;;@", "sep=;\nName;E-mail\nAna;a@x.example", "BEGIN:VCARD\nN:Silva;Ana\nEMAIL:a@x.example\nEND:VCARD", "cn:: UnVp\nmail: a@x.example",
		"Silva, Ana <a@x.example>; Costa, Rui <r@x.example>", "1. Ana: x (a@x.example)", "'Ana' O'Neil, Jr. <a@x.example>"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		assertValid(t, text, addresslist.Read(text))
		assertValid(t, text, addresslist.List{Entries: []addresslist.Entry{addresslist.Parse(text), addresslist.NewEntry(text, "a@x.example")}})
		list, err := addresslist.ReadFile(strings.NewReader(text))
		if err != nil && errs.Code(err) != "bad_file" {
			t.Errorf("%q: %v", text, err)
		}
		assertValid(t, text, list)
	})
}

func BenchmarkRead(b *testing.B) {
	var text strings.Builder
	text.WriteString("First Name,Last Name,E-mail,City\n")
	for n := range addresslist.MaxEntries {
		fmt.Fprintf(&text, "Ana,\"Silva %d\",ana%d@example.org,Lisboa\n", n, n)
	}
	for b.Loop() {
		addresslist.Read(text.String())
	}
}
