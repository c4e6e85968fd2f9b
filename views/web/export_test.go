package web

// Redact is for tests.
var Redact = redact
