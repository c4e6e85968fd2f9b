package members

// ValidateOffer is the rule of a changed offer, for the control of its race.
var ValidateOffer = validateOffer
