package sessions

// GuardLicence, GuardRun and GuardChange are checks without their transaction, for the controls of the race tests.
var (
	GuardLicence = guardLicence
	GuardRun     = guardRun
	GuardChange  = guardChange
)

// GuardNewPerson is what judges a new participant, for a control of what it does outside of a transaction.
var GuardNewPerson = guardNewPerson
