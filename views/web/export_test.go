package web

import "io"

// Redact is for tests.
var Redact = redact

// SetStderr sends what is written to stderr elsewhere until it is undone.
func SetStderr(w io.Writer) (undo func()) {
	before := stderr
	stderr = w
	return func() { stderr = before }
}

// ClientAddress is for tests.
var ClientAddress = clientAddress

// CleanPath is for tests.
var CleanPath = cleanPath
