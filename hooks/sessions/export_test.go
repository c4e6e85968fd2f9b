package sessions

// ValidateLicence, GuardRun and GuardChange are checks without their transaction, for the controls of the race tests.
var (
	ValidateLicence = validateLicence
	ValidateRun     = validateRun
	ValidateChange  = validateChange
)

// ValidateNewParticipant is the check of a new participant, for a control outside of a transaction.
var ValidateNewParticipant = validateNewParticipant
