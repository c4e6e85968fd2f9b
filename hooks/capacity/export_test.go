package capacity

// RaiseMarks is what marks and tells; outside of a transaction it is a control.
var RaiseMarks = raiseMarks
