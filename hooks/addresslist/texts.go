package addresslist

// Texts returns the people in a text, each as Format writes them. Invalid addresses stay as typed, so that the reader can
// be told of them.
func Texts(text string) []string {
	var all []string
	for _, e := range Read(text).Entries {
		switch {
		case e.Missing():
		case e.Err != nil:
			all = append(all, e.Raw)
		default:
			all = append(all, Format(e))
		}
	}
	return all
}
