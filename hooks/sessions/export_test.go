package sessions

// ValidateLicence, GuardRun and GuardChange are checks without their transaction, for the controls of the race tests.
var (
	ValidateLicence = validateLicence
	ValidateRun     = validateRun
	ValidateChange  = validateChange
)

// ValidateNewParticipant is what judges a new participant, for a control of what it does outside of a transaction.
var ValidateNewParticipant = validateNewParticipant
