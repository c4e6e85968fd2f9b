package capacity

// Rise is what marks and tells; outside of a transaction it is a control.
var Rise = rise
