// Package attendances keeps who was in a session from when to when, as it was reported: nothing open for ever,
// nothing negative, nothing twice (R125).
package attendances
