package invitations

// The rules without their transaction, for the controls of the race tests.
var (
	GuardUpdate = guardUpdate
	Join        = join
)
