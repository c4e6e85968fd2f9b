package pb_migrations

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"

	_ "usher/hooks/database" // for the SQL function fold
)

// The full-text index of people holds folded text, so that searches ignore case and accents. It has no copy of the text, which is
// as written in people.
func init() {
	names := []string{"people_find_add", "people_find_drop", "people_find_change"}
	m.Register(func(app core.App) error {
		return execute(app, dropPeopleFind(names)+
			"CREATE VIRTUAL TABLE people_find USING fts5 (who, content = '', tokenize = 'trigram');;"+
			"INSERT INTO people_find (rowid, who) SELECT n, fold(who) FROM people;;"+
			strings.NewReplacer("NEW.who)", "fold(NEW.who))", "OLD.who)", "fold(OLD.who))").Replace(peopleTriggersNamed(names)))
	}, func(app core.App) error {
		return execute(app, dropPeopleFind(names)+
			"CREATE VIRTUAL TABLE people_find USING fts5 (who, content = 'people', content_rowid = 'n', tokenize = 'trigram');;"+
			"INSERT INTO people_find (rowid, who) SELECT n, who FROM people;;"+
			peopleTriggersNamed(names))
	})
}

func dropPeopleFind(triggers []string) string {
	return "DROP TRIGGER " + strings.Join(triggers, ";; DROP TRIGGER ") + ";; DROP TABLE people_find;;"
}

// peopleTriggersNamed returns the statements that create these triggers as people first had them.
func peopleTriggersNamed(names []string) string {
	statements := ""
	for _, statement := range strings.Split(peopleTriggers(), ";;") {
		for _, name := range names {
			if strings.HasPrefix(statement, "CREATE TRIGGER "+name+" ") {
				statements += statement + ";;"
			}
		}
	}
	return statements
}
