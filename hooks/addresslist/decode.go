package addresslist

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// ReadFile reads a list exported by another program, in UTF-8, UTF-16 with a byte order mark or Windows-1252. A file
// without a list is refused as "bad_file".
func ReadFile(file io.Reader) (List, error) {
	refuse := func(sentence string) (List, error) { return List{}, errs.Invalid("file", "bad_file", sentence) }
	data, err := io.ReadAll(io.LimitReader(file, MaxBytes+1))
	switch {
	case err != nil:
		return List{}, fmt.Errorf("read a list: %w", err)
	case len(data) > MaxBytes:
		return refuse(TooLargeText())
	case bytes.HasPrefix(data, []byte("PK\x03\x04")) || bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")):
		return refuse("This is a spreadsheet, not a CSV file. In your spreadsheet app, choose “Save as” or “Download”, then “CSV”, and upload that file.")
	}
	text, ok := decodeText(data)
	if !ok {
		return refuse("This isn't a CSV or text file. In your spreadsheet app, choose “Save as” or “Download”, then “CSV”, and upload that file.")
	}
	list := Read(text)
	if len(list.Entries) == 0 {
		return refuse("This file has no email addresses. Upload a list with one address per row, with or without names.")
	}
	return list, nil
}

// TooLargeText returns the message for a file larger than MaxBytes.
func TooLargeText() string {
	return fmt.Sprintf("The file is larger than %s. A list of %s addresses is smaller, so check that it's the right file.", text.Bytes(MaxBytes), text.Number(MaxEntries))
}

// decodeText returns the text of a file. ok is false if it isn't text.
func decodeText(data []byte) (text string, ok bool) {
	var utf16 encoding.Encoding
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		utf16 = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		utf16 = unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	}
	if utf16 != nil {
		decoded, err := utf16.NewDecoder().Bytes(data)
		if err != nil {
			return "", false
		}
		data = decoded
	}
	if bytes.IndexByte(data, 0) >= 0 {
		return "", false
	}
	if utf8.Valid(data) {
		return string(data), true
	}
	lines := bytes.SplitAfter(data, []byte("\n")) // a file merged from others may contain both
	for n, line := range lines {
		if !utf8.Valid(line) {
			decoded, err := charmap.Windows1252.NewDecoder().Bytes(line)
			if err != nil {
				return "", false
			}
			lines[n] = decoded
		}
	}
	return string(bytes.Join(lines, nil)), true
}

// normalizeText unifies line ends, spaces and brackets, and removes marks at the ends that only copying adds.
func normalizeText(text string) string {
	return textNormalizer.Replace(strings.ToValidUTF8(strings.TrimPrefix(text, "\ufeff"), "\ufffd"))
}

var textNormalizer = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n",
	"\u00a0", " ", "\u1680", " ", "\u2000", " ", "\u2001", " ", "\u2002", " ", "\u2003", " ", "\u2004", " ", "\u2005", " ", "\u2006", " ",
	"\u2007", " ", "\u2008", " ", "\u2009", " ", "\u200a", " ", "\u202f", " ", "\u205f", " ", "\u3000", " ")

// fullWidthMarks are the separators of a list as typed on East Asian keyboards.
var fullWidthMarks = strings.NewReplacer("，", ", ", "、", ", ", "；", "; ", "（", " (", "）", ") ", "〈", "<", "〉", ">", "＜", "<", "＞", ">", "：", ": ")
