package entry

import "github.com/pocketbase/pocketbase/core"

// Register wires what holds for every writer.
func Register(app core.App) {}
