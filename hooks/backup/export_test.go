package backup

var NextDue = nextDue
