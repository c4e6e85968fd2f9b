package sessions

// GuardLicence and GuardRun are checks without their transaction, for the control of the race test.
var (
	GuardLicence = guardLicence
	GuardRun     = guardRun
)
