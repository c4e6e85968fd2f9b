package seats

// Guard is the check without its transaction, for the control of the race test.
var Guard = guard
