package sessions

// GuardNewPerson is what judges a new participant, for a control of what it does outside of a transaction.
var GuardNewPerson = guardNewPerson
