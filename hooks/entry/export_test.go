package entry

// Seat is Pass without the media server.
var Seat = seat
