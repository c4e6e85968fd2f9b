package invitations_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/record"
)

// read writes lines as "name <address>" or "raw: code", one a line.
func read(lines []invitations.Line) string {
	var b strings.Builder
	for _, l := range lines {
		switch {
		case l.Fault != nil:
			b.WriteString(l.Raw + ": " + record.Code(l.Fault))
		case l.Name != "":
			b.WriteString(l.Name + " <" + l.Address + ">")
		default:
			b.WriteString(l.Address)
		}
		b.WriteByte('\n')
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func TestAListIsReadAsPeopleWriteIt(t *testing.T) {
	for _, s := range []struct{ name, text, want string }{
		{"nothing", "", ""},
		{"only separators", " ,;\n\r\n , ", ""},
		{"one", "a@x.example", "a@x.example"},
		{"commas", "a@x.example, b@x.example,c@x.example", "a@x.example\nb@x.example\nc@x.example"},
		{"semicolons", "a@x.example; b@x.example;", "a@x.example\nb@x.example"},
		{"lines", "a@x.example\nb@x.example\r\nc@x.example\rd@x.example\n\n", "a@x.example\nb@x.example\nc@x.example\nd@x.example"},
		{"byte order mark", "\ufeffa@x.example", "a@x.example"},
		{"name", "Ada Lovelace <Ada@X.example>", "Ada Lovelace <ada@x.example>"},
		{"quoted name with a comma", `"Lovelace, Ada" <ada@x.example>, b@x.example`, "Lovelace, Ada <ada@x.example>\nb@x.example"},
		{"quoted name with a bracket", `"A <B" <ada@x.example>`, "A <B <ada@x.example>"},
		{"brackets alone", "<ada@x.example>", "ada@x.example"},
		{"no address", "Ada, a@x.example", "Ada: bad_email\na@x.example"},
		{"a space between", "a@x.example b@x.example", "a@x.example b@x.example: bad_email"},
		{"open bracket", "Ada <a@x.example\nb@x.example", "Ada <a@x.example: bad_email\nb@x.example"},
		{"open quote ends with its line", "\"Ada <a@x.example>\nb@x.example", "Ada <a@x.example>\nb@x.example"},
		{"international domain", "a@bücher.example", "a@xn--bcher-kva.example"},
		{"name that is an address of a page", "http://evil.example <a@x.example>", "http://evil.example <a@x.example>: bad_text"},
	} {
		if got := read(invitations.ParseList(s.text)); got != s.want {
			t.Errorf("%s: got\n%s\nwant\n%s", s.name, got, s.want)
		}
	}
}

func TestACSVIsReadAsSpreadsheetsWriteIt(t *testing.T) {
	for _, s := range []struct{ name, text, want string }{
		{"addresses alone", "a@x.example\nb@x.example\n", "a@x.example\nb@x.example"},
		{"headings", "Name,Email\nAda,a@x.example\n", "Ada <a@x.example>"},
		{"headings the other way", "E-Mail;Full Name\na@x.example;Ada\n", "Ada <a@x.example>"},
		{"headings and other columns", "id,Email address,phone,name\n1,a@x.example,2,Ada\n", "Ada <a@x.example>"},
		{"byte order mark", "\ufeffEmail,Name\na@x.example,Ada\n", "Ada <a@x.example>"},
		{"tabs", "Ada\ta@x.example\nBen\tb@x.example", "Ada <a@x.example>\nBen <b@x.example>"},
		{"CRLF", "Email\r\na@x.example\r\nb@x.example\r\n", "a@x.example\nb@x.example"},
		{"CR", "Email\ra@x.example\rb@x.example\r", "a@x.example\nb@x.example"},
		{"a name with a comma", "Email,Name\na@x.example,\"Lovelace, Ada\"\n", "Lovelace, Ada <a@x.example>"},
		{"a name with a quotation mark", "Email,Name\na@x.example,\"Ada \"\"Countess\"\" L\"\n", `Ada "Countess" L <a@x.example>`},
		{"a name over two lines", "Email,Name\na@x.example,\"Ada\nLovelace\"\n", "Ada Lovelace <a@x.example>"},
		{"the name in the address's cell", "Email\nAda <a@x.example>\n", "Ada <a@x.example>"},
		{"no headings, name first", "Ada,a@x.example\n", "Ada <a@x.example>"},
		{"no headings, address first", "a@x.example,Ada\n", "Ada <a@x.example>"},
		{"empty rows and cells", "Email,Name\n,\na@x.example,\n\n  ,  \n", "a@x.example"},
		{"rows of different lengths", "Email,Name\na@x.example\nb@x.example,Ben,more\n", "a@x.example\nBen <b@x.example>"},
		{"a bad row among good ones", "Email\na@x.example\nnobody\n", "a@x.example\nnobody: bad_email"},
	} {
		lines, err := invitations.ParseCSV(strings.NewReader(s.text))
		if got := read(lines); err != nil || got != s.want {
			t.Errorf("%s: got\n%s (%v)\nwant\n%s", s.name, got, err, s.want)
		}
	}
}

func TestAFileThatIsNoListIsRefusedWithTheReason(t *testing.T) {
	for _, s := range []struct{ name, text, says string }{
		{"empty", "", "no address"},
		{"headings alone", "Email,Name\n", "no address"},
		{"binary", "PK\x03\x04\x00\x00", "no CSV"},
		{"not UTF-8", "Email\nj\xfcrgen@x.example\n", "UTF-8"},
		{"UTF-16", "\xff\xfea\x00@\x00", "UTF-8"},
		{"open quotation mark", "Email,Name\na@x.example,\"Ada\nb@x.example,Ben\n", "Line"},
		{"quotation mark inside", "a@x.example,A\"da\n", "Line 1"},
		{"2 MB and a byte", strings.Repeat("a", invitations.MaxCSV+1), "larger than 2 MB"},
	} {
		_, err := invitations.ParseCSV(strings.NewReader(s.text))
		hookstest.Refused(t, s.name, err, "bad_file")
		if err == nil || !strings.Contains(err.Error(), s.says) {
			t.Errorf("%s: %v does not say %q", s.name, err, s.says)
		}
	}
	whole := "Email\n" + strings.Repeat("somebody@x.example\n", 120_000)
	if lines, err := invitations.ParseCSV(strings.NewReader(whole[:invitations.MaxCSV])); err != nil || len(lines) < 100_000 {
		t.Errorf("2 MB: %d lines, %v", len(lines), err)
	}
}

// sane is what holds of every line of every list: an address is canonical, a fault is a refusal.
func sane(t *testing.T, lines []invitations.Line) {
	t.Helper()
	for _, l := range lines {
		if l.Fault != nil {
			if record.Code(l.Fault) == "" {
				t.Errorf("%q: %v is no refusal", l.Raw, l.Fault)
			}
			continue
		}
		if again, err := accounts.Canonical(l.Address); err != nil || again != l.Address {
			t.Errorf("%q: %q became %q, %v", l.Raw, l.Address, again, err)
		}
		if !utf8.ValidString(l.Name) || strings.ContainsAny(l.Name, "\r\n\x00") || utf8.RuneCountInString(l.Name) > accounts.MaxName {
			t.Errorf("%q: the name is %q", l.Raw, l.Name)
		}
	}
}

func FuzzParseList(f *testing.F) {
	for _, seed := range []string{"a@x.example, B <b@x.example>\nc", `"x, y" <a@x.example>`, "<<>>@@\"\";,\x00\xff", "a@b@c.de", "\ufeff\u202e<a@x.example>"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) { sane(t, invitations.ParseList(text)) })
}

func FuzzParseCSV(f *testing.F) {
	for _, seed := range []string{"Email,Name\na@x.example,Ada", "a\tb\r\n\"c\"", "\ufeff;;;@", "\"", "Name\nAda", "email\n\n\r\r,"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		lines, err := invitations.ParseCSV(strings.NewReader(text))
		if err != nil && record.Code(err) != "bad_file" {
			t.Fatalf("%q: %v", text, err)
		}
		sane(t, lines)
	})
}
