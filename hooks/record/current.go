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

// Register makes every update in these collections start from what is stored at that moment: inside one
// transaction the record takes over what others wrote since it was read, and keeps what its writer changed.
// PocketBase writes every field back as it was read; a role that was revoked meanwhile would return, and a
// rule would judge a state that is over. It comes before all other hooks of an update: what they see as
// Original is what is stored. A row that is gone is ErrNotFound; so is what a new row belongs to.
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

// requireParents refuses a new row of something that is gone, and that would have taken the row with it. PocketBase
// looks for it before the transaction: deleted in between, it would leave the row to nobody.
func requireParents(app core.App, r *core.Record) error {
	for _, field := range r.Collection().Fields {
		relation, ok := field.(*core.RelationField)
		if !ok || !relation.CascadeDelete || r.GetString(relation.Name) == "" {
			continue
		}
		_, err := app.FindRecordById(relation.CollectionId, r.GetString(relation.Name))
		if errors.Is(err, sql.ErrNoRows) {
			return errs.NotFound
		}
		if err != nil {
			return fmt.Errorf("find what a new row belongs to: %w", err)
		}
	}
	return nil
}

type trustedKey struct{}

// SaveTrusted saves a record whose every value our own code made, which belongs to what was read in this very transaction,
// and which, if it is stored already, was read in it, too and written by nobody since. The shape of its fields is not judged again and the row not read
// again, which is most of what a save costs; every rule judges it as it judges app.Save. Outside of a transaction
// it is app.Save.
func SaveTrusted(tx core.App, model core.Model) error {
	if !tx.IsTransactional() {
		return tx.Save(model)
	}
	r, ok := model.(*core.Record)
	if proxy, is := model.(core.RecordProxy); is {
		r, ok = proxy.ProxyRecord(), true
	}
	if ok {
		r.IgnoreUnchangedFields(true) // what is not written again moves no index
		defer r.IgnoreUnchangedFields(false)
	}
	return tx.SaveNoValidateWithContext(trustedContext, model)
}

var trustedContext = context.WithValue(Prepared, trustedKey{}, true)

// savedKey is where a record keeps what it was last saved with: its Original stays as it was first read.
const savedKey = "@usherSaved"

func rememberSaved(e *core.RecordEvent) error {
	err := e.Next()
	if err == nil {
		e.Record.SetRaw(savedKey, e.Record.FieldsData())
	}
	return err
}

// clearSaved is for a save that was rolled back.
func clearSaved(e *core.RecordErrorEvent) error {
	e.Record.SetRaw(savedKey, nil)
	return e.Next()
}

func mergeStored(app core.App, r *core.Record) error {
	stored, err := app.FindRecordById(r.Collection(), r.Id, WithPrepared)
	if errors.Is(err, sql.ErrNoRows) {
		return errs.NotFound
	}
	if err != nil {
		return fmt.Errorf("read a record again: %w", err)
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
