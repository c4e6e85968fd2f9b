package record

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/errs"
)

// Register makes every update in these collections start from the stored record: in one transaction, fields that the writer
// didn't change take the stored values. PocketBase would write every field back as it was read, so that a role revoked in the
// meantime would return, and rules would check an outdated state. Register must come before all other update hooks, which
// then see the stored record as Original. Updating a deleted record returns errs.ErrNotFound, and so does creating a record whose
// parent was deleted.
func Register(app core.App, collections ...string) {
	app.OnRecordCreateExecute(collections...).BindFunc(func(e *core.RecordEvent) error {
		return InTx(e, func() error {
			if e.Context.Value(trustedKey{}) == nil {
				if err := requireParents(e.App, e.Record); err != nil {
					return err
				}
			}
			return rememberSaved(e)
		})
	})
	app.OnRecordUpdateExecute(collections...).BindFunc(func(e *core.RecordEvent) error {
		return InTx(e, func() error {
			if _, again := e.Record.GetRaw(savedKey).(map[string]any); again || e.Context.Value(trustedKey{}) == nil {
				if err := mergeStored(e.App, e.Record); err != nil {
					return err
				}
			}
			return rememberSaved(e)
		})
	})
	app.OnRecordAfterCreateError(collections...).BindFunc(clearSaved)
	app.OnRecordAfterUpdateError(collections...).BindFunc(clearSaved)
}

// requireParents refuses a new record whose cascading parent was deleted. PocketBase checks before the transaction, so that a
// concurrent delete would leave an orphan.
func requireParents(app core.App, r *core.Record) error {
	for _, field := range r.Collection().Fields {
		relation, ok := field.(*core.RelationField)
		if !ok || !relation.CascadeDelete || r.GetString(relation.Name) == "" {
			continue
		}
		_, err := app.FindRecordById(relation.CollectionId, r.GetString(relation.Name))
		if errors.Is(err, sql.ErrNoRows) {
			return errs.ErrNotFound
		}
		if err != nil {
			return fmt.Errorf("find the parent of a new record: %w", err)
		}
	}
	return nil
}

type trustedKey struct{}

// SaveTrusted saves a record without validating fields or merging the stored record, which is most of the cost of a save. All
// rules still apply. The caller guarantees that the values come from our own code, that the parents and the record were read
// in this transaction, and that it wasn't written since. Outside of a transaction it is app.Save.
func SaveTrusted(tx core.App, model core.Model) error {
	if !tx.IsTransactional() {
		return tx.Save(model)
	}
	r, ok := model.(*core.Record)
	if proxy, is := model.(core.RecordProxy); is {
		r, ok = proxy.ProxyRecord(), true
	}
	if ok {
		r.IgnoreUnchangedFields(true) // unchanged fields don't touch indexes
		defer r.IgnoreUnchangedFields(false)
	}
	return tx.SaveNoValidateWithContext(trustedContext, model)
}

var trustedContext = context.WithValue(Prepared, trustedKey{}, true)

// savedKey holds the values of the last save: Original keeps those of the first read.
const savedKey = "@usherSaved"

func rememberSaved(e *core.RecordEvent) error {
	err := e.Next()
	if err == nil {
		e.Record.SetRaw(savedKey, e.Record.FieldsData())
	}
	return err
}

// clearSaved discards the values of a save that was rolled back.
func clearSaved(e *core.RecordErrorEvent) error {
	e.Record.SetRaw(savedKey, nil)
	return e.Next()
}

func mergeStored(app core.App, r *core.Record) error {
	stored, err := app.FindRecordById(r.Collection(), r.Id, WithPrepared)
	if errors.Is(err, sql.ErrNoRows) {
		return errs.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("reload a record: %w", err)
	}
	read, ok := r.GetRaw(savedKey).(map[string]any)
	if !ok {
		read = r.Original().FieldsData()
	}
	mine := map[string]any{}
	for _, name := range r.Collection().Fields.FieldNames() {
		if name == core.FieldNameId {
			continue
		}
		if fieldChanged(r, name, read[name]) {
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

// fieldChanged reports whether the writer changed the field since the record was read or saved.
func fieldChanged(r *core.Record, name string, read any) bool {
	if password, ok := r.GetRaw(name).(*core.PasswordFieldValue); ok {
		return password.Plain != ""
	}
	return !reflect.DeepEqual(r.Get(name), read)
}
