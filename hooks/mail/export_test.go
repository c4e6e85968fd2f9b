package mail

// Settle notes that the provider took the letter under this id of its own.
func (w *Worker) Settle(id, providerID string) error {
	return w.settle(id, providerID, nil)
}

// Course is the order of precedence of states.
var Course = course
