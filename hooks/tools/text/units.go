package text

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Number writes n with commas between the thousands: "10,000".
func Number(n int) string {
	digits, sign := strconv.Itoa(n), ""
	if n < 0 {
		digits, sign = digits[1:], "-"
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// Count writes a number and its noun: "1 user", "24 users".
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Number(n) + " " + many
}

// Duration writes d in its largest unit, rounded down: "7 days", "1 hour", "15 minutes", "less than a minute".
func Duration(d time.Duration) string {
	d = d.Abs()
	switch {
	case d >= 24*time.Hour:
		return Count(int(d/(24*time.Hour)), "day", "days")
	case d >= time.Hour:
		return Count(int(d/time.Hour), "hour", "hours")
	case d >= time.Minute:
		return Count(int(d/time.Minute), "minute", "minutes")
	}
	return "less than a minute"
}

// Elapsed writes d as a running clock shows it: "0:42:10", "29 days, 9:05:00".
func Elapsed(d time.Duration) string {
	s := max(0, int(d/time.Second))
	clock := fmt.Sprintf("%d:%02d:%02d", s/3600%24, s/60%60, s%60)
	if days := s / (24 * 3600); days > 0 {
		return Count(days, "day", "days") + ", " + clock
	}
	return clock
}

// Bytes writes a size in binary units, as file dialogs show it: "2 MB", "512 KB", "1.5 GB".
func Bytes(n int64) string { return formatSize(n, 1024) }

// Storage formats n bytes of storage in units of 1,000, as plans and disks are sold: 100 GB.
func Storage(n int64) string { return formatSize(n, 1000) }

// formatSize formats n bytes in the largest unit of which there is at least one after rounding.
func formatSize(n int64, base float64) string {
	units := []string{"bytes", "KB", "MB", "GB", "TB"}
	size, unit := float64(n), 0
	for size >= base-0.05 && unit < len(units)-1 {
		size, unit = size/base, unit+1
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", size), ".0") + " " + units[unit]
}

// JoinList writes words as a list in a sentence: "a", "a and b", "a, b and c".
func JoinList(words []string) string { return join(words, " and ") }

// JoinAlternatives writes words as a choice in a sentence: "a", "a or b", "a, b or c".
func JoinAlternatives(words []string) string { return join(words, " or ") }

func join(words []string, last string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + last + words[len(words)-1]
}
