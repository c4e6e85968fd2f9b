package accounts_test

import (
	"strings"
	"testing"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
)

func TestCheckPassword(t *testing.T) {
	long := "orchid tram lantern seven purple monkey dishwasher copper velvet harbour cloud"
	for _, s := range []struct {
		password string
		about    []string
		ok       bool
	}{
		{"orchid tram lantern", nil, true},
		{"k7#mQ2x!vR9z", nil, true},
		{"k7#mQ2x!vR9", nil, false}, // eleven
		{"четыре слова рядом", nil, true},
		{long[:71], nil, true},
		{long[:72], nil, false},
		{strings.Repeat("日本語", 8), nil, false}, // 72 bytes
		{"", nil, false},
		{"password1234", nil, false},
		{"passwordpassword", nil, false},
		{"123456789012", nil, false},
		{"qwertyuiop12", nil, false},
		{"aaaaaaaaaaaa", nil, false},
		{"iloveyou1234", nil, false},
		{"usherusher12", nil, false},
		{"marta.silva1", []string{"marta.silva@halation.example", "Marta Silva"}, false},
		{"martasilva12", []string{"marta@x.example", "Marta Silva"}, false},
		{"halationmarta", []string{"marta@halation.example"}, false},
	} {
		err := accounts.CheckPassword(s.password, s.about...)
		code := map[bool]string{true: "", false: accounts.CodeWeakPassword}[s.ok]
		hookstest.AssertCode(t, s.password, err, code)
	}
}

func TestSave_WeakPassword_IsRefused(t *testing.T) {
	app := hookstest.NewApp(t)
	ada := hookstest.Account(t, app, "ada@x.example")
	ada.SetPassword("passwordpassword")
	hookstest.AssertCode(t, "a bare save", app.Save(ada), accounts.CodeWeakPassword)
	draft, err := accounts.New(app, accounts.Params{Email: "b@x.example", Name: "B", Password: "short"})
	if err != nil {
		t.Fatal(err)
	}
	hookstest.AssertCode(t, "a new account", app.Save(draft), accounts.CodeWeakPassword)
	if !hookstest.FindRecord(t, app, "users", ada.Id).ValidatePassword(hookstest.Password) {
		t.Error("a refused password was stored")
	}
}

func TestValidate_ReportsAllErrors(t *testing.T) {
	n := accounts.Params{Email: "nobody", Name: "  ", Password: "short"}
	err := accounts.Validate(&n)
	for _, field := range []string{"email", "name", "password"} {
		if err == nil || !strings.Contains(err.Error(), field+":") {
			t.Errorf("nothing of the %s in %v, want an error and it with %q", field, err, field+":")
		}
	}
	n = accounts.Params{Email: " Ada@X.example", Name: " Ada  Lovelace ", Password: hookstest.Password}
	if err := accounts.Validate(&n); err != nil || n.Email != "ada@x.example" || n.Name != "Ada Lovelace" {
		t.Errorf("%+v %v, want %q and %q", n, err, "ada@x.example", "Ada Lovelace")
	}
}

func TestSave_ValidatesFields(t *testing.T) {
	app := hookstest.NewApp(t)
	for _, s := range []struct{ field, value, code string }{
		{"name", "Ada Lovelace", ""},
		{"name", strings.Repeat("é", 80), ""},
		{"name", strings.Repeat("é", 81), "too_long"},
		{"name", "Ada\u202eecalevoL", "bad_text"},
		{"name", "http://evil.example", "bad_text"},
		{"timezone", "Europe/Lisbon", ""},
		{"timezone", "Europe/Nowhere", "bad_timezone"},
		{"timezone", "Local", "bad_timezone"},
		{"email", "nobody", accounts.CodeBadEmail},
		{"email", "ADA@x.example", ""},
	} {
		ada, err := accounts.Find(app, "ada@x.example")
		if err != nil {
			ada = hookstest.Account(t, app, "ada@x.example")
		}
		ada.Set(s.field, s.value)
		hookstest.AssertCode(t, s.field+" "+s.value, app.Save(ada), s.code)
	}
}

func TestSave_StaleRecord_KeepsNewPassword(t *testing.T) {
	app := hookstest.NewApp(t)
	made := hookstest.Account(t, app, "ada@x.example")
	read, now := hookstest.FindRecord(t, app, "users", made.Id), hookstest.FindRecord(t, app, "users", made.Id)
	now.SetPassword("orchid tram lantern seven")
	if err := app.Save(now); err != nil {
		t.Fatal(err)
	}
	read.Set("name", "Ada Lovelace")
	if err := app.Save(read); err != nil {
		t.Fatal(err)
	}
	stored := hookstest.FindRecord(t, app, "users", made.Id)
	if !stored.ValidatePassword("orchid tram lantern seven") || stored.TokenKey() != now.TokenKey() || stored.GetString("name") != "Ada Lovelace" {
		t.Errorf("%v", stored.FieldsData())
	}
}
