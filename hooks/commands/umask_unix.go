//go:build unix

package commands

import "syscall"

// KeepPrivate makes every file that the program creates readable by its own account alone: the database
// holds the secrets from which sign-ins are made.
func KeepPrivate() { syscall.Umask(0o077) }
