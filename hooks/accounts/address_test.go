package accounts_test

import (
	"strings"
	"testing"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/tools/errs"
)

var (
	label63 = strings.Repeat("d", 63)
	// long254 is 64 bytes, an @, and 189 bytes: three full labels less two bytes.
	long254 = strings.Repeat("l", 64) + "@" + label63 + "." + label63 + "." + strings.Repeat("d", 53) + ".example"
)

func TestCanonicalEmail(t *testing.T) {
	for _, s := range []struct{ in, want string }{
		{"ada@x.example", "ada@x.example"},
		{"  Ada@X.Example\t\n", "ada@x.example"},
		{"ada+usher@x.example", "ada+usher@x.example"},
		{"a.d-a_1'o@x.example", "a.d-a_1'o@x.example"},
		{"ada@bücher.example", "ada@xn--bcher-kva.example"},
		{"ada@BÜCHER.example", "ada@xn--bcher-kva.example"},
		{"ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"},
		{"ada@XN--BCHER-KVA.example", "ada@xn--bcher-kva.example"},
		{"ada@пример.example", "ada@xn--e1afmkfd.example"},
		{"ada@例え.example", "ada@xn--r8jz45g.example"},
		{"ada@a.b.c.example", "ada@a.b.c.example"},
		{strings.Repeat("l", 64) + "@x.example", strings.Repeat("l", 64) + "@x.example"},
		{long254, long254},
	} {
		got, err := accounts.CanonicalEmail(s.in)
		if err != nil || got != s.want {
			t.Errorf("%q: %q %v, want %q", s.in, got, err, s.want)
		}
	}
	if len(long254) != 254 {
		t.Fatalf("%d bytes, want 254", len(long254))
	}
}

func TestCanonicalEmail_InvalidAddress_IsRefused(t *testing.T) {
	for _, s := range []struct{ in, says string }{
		{"", "Enter an email"},
		{" \t", "Enter an email"},
		{"ada", "No @"},
		{"@x.example", "before the @"},
		{"ada@", "after the @"},
		{"ada lovelace@x.example", "space"},
		{"ada@x.example b@x.example", "space"},
		{"ada@x", "Invalid domain"},
		{"ada@x.example.", "Invalid domain"},
		{"ada@.example", "Invalid domain"},
		{"ada@x..example", "Invalid domain"},
		{"ada@-x.example", "Invalid domain"},
		{"ada@x_y.example", "Invalid domain"},
		{"ada@[192.0.2.1]", "Invalid domain"},
		{"ada@xn--a.example", "Invalid domain"},
		{"ada@" + label63 + "d.example", "Invalid domain"},
		{"ada@ｘ.example", "lookalike"},              // full-width x
		{"ａda@x.example", "lookalike"},              // full-width a
		{"ada@x．example", "lookalike"},              // full-width dot
		{"ﬁn@x.example", "lookalike"},               // ligature
		{"ada@bu\u0308cher.example", "lookalike"},   // u and a diaeresis
		{"аda@x.example", "Unsupported characters"}, // Cyrillic a
		{"é@x.example", "Unsupported characters"},   // valid, but few servers accept it
		{"a\x00da@x.example", "Unsupported characters"},
		{"ada\u200b@x.example", "Unsupported characters"},
		{"a@b@x.example", "Not a valid email"},
		{`"a b"@x.example`, "space"},
		{`"ada"@x.example`, "Not a valid email"},
		{"<ada@x.example>", "Invalid domain"},
		{"ada(x)@x.example", "Not a valid email"},
		{"a,b@x.example", "Not a valid email"},
		{".ada@x.example", "Not a valid email"},
		{"ada.@x.example", "Not a valid email"},
		{"a..da@x.example", "Not a valid email"},
		{strings.Repeat("l", 65) + "@x.example", "too long"},
		{strings.Replace(long254, "dddd.example", "ddddd.example", 1), "too long"},
	} {
		got, err := accounts.CanonicalEmail(s.in)
		hookstest.AssertCode(t, s.in, err, accounts.CodeBadEmail)
		if err == nil || !strings.Contains(err.Error(), s.says) || got != "" {
			t.Errorf("%q: %q %v doesn't say %q, want an error, it with %q and none", s.in, got, err, s.says, s.says)
		}
	}
}

func FuzzCanonicalEmail(f *testing.F) {
	for _, seed := range []string{"Ada@X.example", "a@bücher.example", "a@xn--bcher-kva.example", "a@ß.de", "ａ@x.de", "a@b@c.de", `"a"@x.de`, "a@\u202e.de", "@", "a@1.2.3.4"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		canonical, err := accounts.CanonicalEmail(address)
		if err != nil {
			if errs.Code(err) != accounts.CodeBadEmail || canonical != "" {
				t.Fatalf("%q: %q %v, want %v and none", address, canonical, err, accounts.CodeBadEmail)
			}
			return
		}
		again, err := accounts.CanonicalEmail(canonical)
		if err != nil || again != canonical {
			t.Fatalf("%q became %q, then %q (%v), want %v", address, canonical, again, err, canonical)
		}
		if len(canonical) > 254 || strings.ToLower(canonical) != canonical || strings.ContainsAny(canonical, " \t\r\n<>\"") {
			t.Fatalf("%q became %q", address, canonical)
		}
	})
}

func TestMaskEmail(t *testing.T) {
	for in, want := range map[string]string{"lucia@x.example": "l••••@x.example", "a@b.c": "a••••@b.c", "nobody": "••••", "@x": "••••"} {
		if got := accounts.MaskEmail(in); got != want {
			t.Errorf("%q: %q, want %v", in, got, want)
		}
	}
}

func TestFind_AnySpellingOfAddress(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@bücher.example")
	for _, spelling := range []string{"Ada@BÜCHER.example", " ada@xn--bcher-kva.example "} {
		found, err := accounts.Find(app, spelling)
		if err != nil || found.Id != ada.Id || found.Email() != "ada@xn--bcher-kva.example" {
			t.Errorf("%q: %v %v, want %v and %q", spelling, found, err, ada.Id, "ada@xn--bcher-kva.example")
		}
		second, err := accounts.New(app, accounts.Params{Email: spelling, Name: "Ada", Password: hookstest.Password})
		if err != nil {
			t.Fatal(err)
		}
		if err := app.Save(second); err == nil {
			t.Errorf("%q: a second account, want an error", spelling)
		}
	}
	if _, err := accounts.Find(app, "not an address"); err != errs.ErrNotFound {
		t.Errorf("%v, want %v", err, errs.ErrNotFound)
	}
}
