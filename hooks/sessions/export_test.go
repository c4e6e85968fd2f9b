package sessions

// GuardLicence and GuardRun are checks without their transaction, for the control of the race test.
var (
	GuardLicence = guardLicence
	GuardRun     = guardRun
)

// GuardNewPerson is what judges a new participant, for a control of what it does outside of a transaction.
var GuardNewPerson = guardNewPerson
