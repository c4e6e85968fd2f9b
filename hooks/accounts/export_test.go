package accounts

// Waiting is how many checks of passwords wait for their turn.
var Waiting = &waiting
