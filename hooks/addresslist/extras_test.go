package addresslist_test

import (
	"strings"
	"testing"

	"usher/hooks/addresslist"
)

func TestRead_RolesAndTags(t *testing.T) {
	for name, s := range map[string]struct{ text, want string }{
		"both":                     {"Email,Name,Roles,Tags\nana@x.example,Ana Silva,\"Admin, Organizer\",Sound; Film\nben@x.example,Ben Okafor,,", "ana[Admin, Organizer][Sound; Film] ben[][]"},
		"other headings":           {"e-mail;User role;TAG\nana@x.example;organiser;Sound", "ana[organiser][Sound]"},
		"unknown beside a known":   {"Email,Role\nana@x.example,Boss\nben@x.example,member", "ana[Boss][] ben[member][]"},
		"roles of another program": {"Email,Roles\nana@x.example,Student\nben@x.example,Teacher", "ana[][] ben[][]"},
		"owners only":              {"Email,Role\nana@x.example,Owner", "ana[][]"},
		"no columns":               {"Email,Name\nana@x.example,Ana Silva", "ana[][]"},
	} {
		var got []string
		for _, e := range addresslist.Read(s.text).Entries {
			got = append(got, strings.TrimSuffix(e.Address, "@x.example")+"["+e.Roles+"]["+e.Tags+"]")
		}
		if strings.Join(got, " ") != s.want {
			t.Errorf("%s: got %q, want %q", name, strings.Join(got, " "), s.want)
		}
	}
	list := addresslist.Read("Email,Roles,Phone\nana@x.example,Admin,1\nben@x.example,Admin,2")
	if notes := strings.Join(list.Notes(), " "); !strings.Contains(notes, "Read column “Roles” as the roles.") || !strings.Contains(notes, "Not used: “Phone”.") {
		t.Errorf("got %q, want the roles and the column that isn't used", notes)
	}
}

func TestFormatTable_ReadsTheSame(t *testing.T) {
	first := addresslist.Read("Name;Email;Roles;Tags\n\"Silva, Ana\";ana@x.example;Admin, Organizer;Sound, Film\nBen;not an address;Admin;\n;;Admin;")
	again := addresslist.Read(addresslist.FormatTable(first.Entries) + "\nzoe@x.example")
	if len(again.Entries) != 3 || again.Entries[2].Address != "zoe@x.example" || again.Entries[1].Err == nil {
		t.Fatalf("got %+v, want the two rows and the line below", again.Entries)
	}
	a, b := first.Entries[0], again.Entries[0]
	if a.Name != b.Name || a.Address != b.Address || a.Roles != b.Roles || a.Tags != b.Tags {
		t.Errorf("got %+v, want %+v", b, a)
	}
}

func TestSample_IsReadWhole(t *testing.T) {
	list := addresslist.Read(addresslist.Sample())
	if len(list.Entries) != 2 || len(list.UnusedColumns) != 0 || list.RolesColumn == "" || list.TagsColumn == "" || len(list.NameColumns) != 1 {
		t.Errorf("got %+v, want two rows with every column", list)
	}
	for _, e := range list.Entries {
		if e.Err != nil || e.Name == "" || len(addresslist.SplitRoles(e.Roles)) != 1 {
			t.Errorf("got %+v, want an address, a name and a role", e)
		}
	}
}
