package accounts

// PendingChecks is the number of waiting password checks.
var PendingChecks = &pendingChecks
