package licences

var StartOfDay = startOfDay
