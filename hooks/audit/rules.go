package audit

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// Register refuses rows that don't continue the chain, and rows created through the API: a forged row could never be deleted.
func Register(app core.App) {
	app.OnRecordCreateExecute("audit").BindFunc(func(e *core.RecordEvent) error {
		return record.InTx(e, func() error {
			last, err := findChainHead(e.App, e.Record.GetString("team"))
			if err != nil {
				return err
			}
			if e.Record.GetInt("seq") != last.Seq+1 || e.Record.GetString("previous") != last.Hash || e.Record.GetString("hash") != rowFromRecord(e.Record).computeHash() {
				return errs.Invalid("hash", "bad_chain", "Audit rows can't be created directly.")
			}
			return e.Next()
		})
	})
	app.OnRecordCreateRequest("audit").BindFunc(func(e *core.RecordRequestEvent) error {
		return e.ForbiddenError("Audit rows can't be created directly.", nil)
	})
}
