package runs

// ValidateLicence and ValidateRun are checks without their transaction, for the control of a race test.
var (
	ValidateLicence = validateLicence
	ValidateRun     = validateRun
)
