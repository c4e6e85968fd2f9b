package member

import "time"

// Piece and Stretch are what a day of the calendar is laid out of.
type (
	Piece   = piece
	Stretch = stretch
)

// StretchOf is a time.
func StretchOf(from, to time.Time) Stretch { return stretch{from, to} }

// The pure parts of the calendar and the form.
var (
	Pieces = pieces
	Hours  = hours
	After  = after
	Monday = monday
	Lines  = entries
	Again  = again
)

// Drawn is a piece as a test compares it: of, from, to, lane and lanes.
func Drawn(p Piece) [5]int { return [5]int{p.of, p.from, p.to, p.lane, p.lanes} }

// PieceOf is a piece from one quarter to another.
func PieceOf(from, to int) Piece { return piece{from: from, to: to} }

// Ruled is the rule of a repetition as it is typed, and what the fields are when that rule is read back.
func Ruled(date, repeat string, days []string, count string) (rule, again string, daysAgain []string, err error) {
	t := newTyped("Europe/Lisbon")
	t.Date, t.Time, t.Repeat, t.Days, t.Count = date, "10:00", repeat, days, count
	if rule, err = t.rule("Europe/Lisbon"); err != nil {
		return "", "", nil, err
	}
	zone, _ := time.LoadLocation("Europe/Lisbon")
	back := newTyped("Europe/Lisbon")
	back.Date, back.Time = date, "10:00"
	back.unrule(rule, zone)
	return rule, back.Repeat, back.Days, nil
}

// SaidOf is the sentence about a change of a series of so many daily sessions, which had four.
func SaidOf(scope, count string) string {
	t := newTyped("Europe/Lisbon")
	t.Date, t.Time = "2026-11-26", "10:00"
	t.unrule("FREQ=DAILY;COUNT=4", time.UTC)
	t.Scope, t.Count = scope, count
	says, _ := t.says()
	return says
}

// Said is the sentence about a repetition.
func Said(date, repeat string, days []string, count string) (string, string) {
	t := newTyped("Europe/Lisbon")
	t.Date, t.Time, t.Repeat, t.Days, t.Count = date, "10:00", repeat, days, count
	return t.says()
}
