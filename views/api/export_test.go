package api

import "reflect"

// OperationRow is a row of the table of operations, for tests.
type OperationRow struct {
	ID, Method, Path, Summary string
	RequestType               string // empty: no body
	Codes                     []string
}

// OperationRows are all rows.
func OperationRows() []OperationRow {
	rows := make([]OperationRow, len(operations))
	for n, op := range operations {
		rows[n] = OperationRow{ID: op.id, Method: op.method, Path: op.path, Summary: op.summary, Codes: op.codes}
		if op.request != nil {
			rows[n].RequestType = reflect.TypeOf(op.request).Name()
		}
	}
	return rows
}

// FieldDocFaults are the fields without a description, and the descriptions without a field.
func FieldDocFaults() (undescribed, unused []string) {
	_, made := newDocument("https://meet.example.org")
	for row := range fieldDocs {
		if !made.used[row] {
			unused = append(unused, row)
		}
	}
	return made.unknown, unused
}

// ErrorCodes are the codes that the document lists.
func ErrorCodes() []string {
	var all []string
	for _, code := range errorCodes() {
		all = append(all, code.Name)
	}
	return all
}
