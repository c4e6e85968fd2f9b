package pb_migrations_test

import (
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"
)

func TestHostNames_AddressesAreReplaced(t *testing.T) {
	app := fresh(t)
	if _, err := core.NewMigrationsRunner(app, until("1764300085")).Up(); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{
		`INSERT INTO users (id, email, name, password, tokenKey) VALUES ('named', 'named@x.example', 'Nora', 'x', 'a'), ('bare', 'bare@x.example', '', 'x', 'b'), ('typed', 'typed@x.example', 'typed@x.example', 'x', 'c')`,
		`INSERT INTO sessions (id, title, code, host, host_name) VALUES ('1', 'A', 'a', 'named', 'named@x.example'), ('2', 'A', 'b', 'bare', 'bare@x.example'),
			('3', 'A', 'c', 'typed', 'typed@x.example'), ('4', 'A', 'd', 'gone', 'gone@x.example'), ('5', 'A', 'e', 'named', 'Nora @ work'), ('6', 'A', 'f', 'bare', '')`,
	} {
		if _, err := app.DB().NewQuery(sql).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := core.NewMigrationsRunner(app, own()).Up(); err != nil {
		t.Fatal(err)
	}
	var got []string
	if err := app.DB().NewQuery("SELECT host_name FROM sessions ORDER BY id").Column(&got); err != nil {
		t.Fatal(err)
	}
	const want = "Nora|A member of the team|A member of the team|A member of the team|Nora @ work|"
	if strings.Join(got, "|") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
