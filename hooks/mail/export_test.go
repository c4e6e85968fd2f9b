package mail

// Settle notes that the provider took the letter under this id of its own.
func (w *Worker) Settle(id, providerID string) error {
	return w.settle(id, providerID, nil)
}

// Course is the order of precedence of states.
var Course = course

// ClaimLoosely is what claiming would be without its transaction: a control.
func (w *Worker) ClaimLoosely(id string) error {
	m, err := FindOutbox(w.App, id)
	if err != nil {
		return err
	}
	if reason, err := m.obsolete(w.App); err != nil || reason != "" {
		return err
	}
	m.Set("status", Sending)
	m.Set("attempts", 1)
	m.Set("tried", w.Now())
	return w.App.Save(m)
}
