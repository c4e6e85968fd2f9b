package attendances

import "github.com/pocketbase/pocketbase/core"

// Heartbeat is heartbeat.
var Heartbeat = heartbeat

// ForgetProcess makes the next Reconcile the first one, as in a new process.
func ForgetProcess(app core.App) { app.Store().Remove(reconciledKey) }
