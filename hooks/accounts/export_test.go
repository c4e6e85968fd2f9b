package accounts

// PendingChecks is how many checks of passwords wait for their turn.
var PendingChecks = &pendingChecks
