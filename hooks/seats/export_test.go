package seats

// ValidateSeats is the check without its transaction, for the control of the race test.
var ValidateSeats = validateSeats
