package record

import (
	"strconv"
	"strings"

	"github.com/pocketbase/dbx"

	"usher/hooks/tools/text"
)

// SearchCondition is the SQL condition that every word of a search occurs in the SQL text, in any order, regardless of case
// and accents. It adds the words to params as search0 and so on. Without words it's true.
func SearchCondition(sqlText, search string, params dbx.Params) string {
	conditions := []string{"TRUE"}
	for n, word := range text.SearchWords(search) {
		name := "search" + strconv.Itoa(n)
		params[name] = word
		conditions = append(conditions, "instr(fold("+sqlText+"), {:"+name+"}) > 0")
	}
	return strings.Join(conditions, " AND ")
}
