// Package samplemedia holds the files of the demo's recordings: two people, one of whom shares a screen. make.sh draws them.
package samplemedia

import "embed"

// Files are the tracks by name.
//
//go:embed *.webm
var Files embed.FS
