package audit

import "maps"

// ReasonTexts returns the codes of refusals, each with its meaning in a sentence.
func ReasonTexts() map[string]string { return maps.Clone(reasonTexts) }
