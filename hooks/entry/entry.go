// Package entry is the door of a session: who is let in by which link, who waits, and who becomes a guest of the
// team on the way (R67 to R72).
package entry
