package record

import (
	"database/sql"
	"errors"
	"fmt"
	"reflect"

	"github.com/pocketbase/pocketbase/core"
)

// Register makes every update in these collections start from what is stored at that moment: inside one
// transaction the record takes over what others wrote since it was read, and keeps what its writer changed.
// PocketBase writes every field back as it was read; a role that was revoked meanwhile would return, and a
// rule would judge a state that is over. It comes before all other hooks, whose Original is then true.
// A row that is gone is ErrNotFound.
func Register(app core.App, collections ...string) {
	app.OnRecordUpdateExecute(collections...).BindFunc(Guard(refresh))
}

func refresh(app core.App, r *core.Record) error {
	stored, err := app.FindRecordById(r.Collection(), r.Id)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("read a record again: %w", err)
	}
	mine, read := map[string]any{}, r.Original()
	for _, name := range r.Collection().Fields.FieldNames() {
		if name == core.FieldNameId {
			continue
		}
		if touched(r, read, name) {
			mine[name] = r.GetRaw(name)
		}
		r.SetRaw(name, stored.GetRaw(name))
	}
	if err := r.PostScan(); err != nil {
		return err
	}
	for name, value := range mine {
		r.SetRaw(name, value)
	}
	return nil
}

// touched reports whether the writer changed the field since the record was read.
func touched(r, read *core.Record, name string) bool {
	if password, ok := r.GetRaw(name).(*core.PasswordFieldValue); ok {
		return password.Plain != ""
	}
	return !reflect.DeepEqual(r.Get(name), read.Get(name))
}
