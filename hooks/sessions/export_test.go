package sessions

// ValidateChange is the check of a change without its transaction, for the control of a race test.
var ValidateChange = validateChange

// ValidateNewParticipant is the check of a new participant, for a control outside of a transaction.
var ValidateNewParticipant = validateNewParticipant
