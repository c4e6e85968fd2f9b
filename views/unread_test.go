package views_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"usher/hooks/hookstest"
	"usher/views/viewstest"
)

// A body that isn't read to its end is never taken for the next request of its connection.
func TestUnreadBody_IsNoRequest(t *testing.T) {
	server := viewstest.Serve(t, hookstest.Config())
	const form, data = "application/x-www-form-urlencoded", "application/json"
	for _, s := range []struct {
		name, method, path, kind string
		bytes, want              int
	}{
		{"a webhook of Stripe", "POST", "/hooks/stripe", data, 300_000, 413},
		{"a webhook of Resend", "POST", "/hooks/resend", data, 300_000, 413},
		{"a webhook of LiveKit", "POST", "/hooks/livekit", data, 300_000, 413},
		{"a form", "POST", "/signin", form, 5 << 20, 413},
		{"a form with a file", "POST", "/teams", "multipart/form-data; boundary=b", 5 << 20, 413},
		{"an upload without a sign-in", "POST", "/admin/halation/users/add", "multipart/form-data; boundary=b", 5 << 20, 303},
		{"the API", "POST", "/api/teams", data, 2 << 20, 413},
		{"the API, without a token", "POST", "/api/teams", data, 900_000, 401},
		{"an import by API", "POST", "/api/teams/halation/imports", data, 8 << 20, 413},
		{"PocketBase's API", "POST", "/api/collections/users/auth-with-password", data, 40 << 20, 413},
		{"an unknown address", "POST", "/nothing-here", data, 300_000, 413},
		{"an address without a body", "GET", "/livez", data, 300_000, 200},
		{"the proxy of the media server", "POST", "/livekit/rtc", data, 300_000, 404},
		{"a short body", "POST", "/hooks/stripe", data, 1000, 404},
	} {
		for _, chunked := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, chunked %v", s.name, chunked), func(t *testing.T) {
				first, others := sendBody(t, server.URL, s.method, s.path, s.kind, s.bytes, chunked)
				if first != s.want && !chunked { // chunks are counted when they are read
					t.Errorf("got %d, want %d", first, s.want)
				}
				if len(others) > 1 || len(others) == 1 && others[0] != "ok" {
					t.Errorf("after the body: got %d responses, %q first, want one to the second request, or a closed connection", len(others), others[0])
				}
			})
		}
	}
}

// sendBody sends a request whose body looks like other requests, and a second one for /readyz on the same connection. It returns the
// status of the first response, and what answered behind it.
func sendBody(t *testing.T, url, method, path, kind string, size int, chunked bool) (status int, others []string) {
	t.Helper()
	host := strings.TrimPrefix(url, "http://")
	connection, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	_ = connection.SetDeadline(time.Now().Add(10 * time.Second))
	smuggled := "GET /api/health HTTP/1.1\r\nHost: " + host + "\r\n\r\n"
	body := strings.Repeat(smuggled, size/len(smuggled)+1)[:size]
	length := fmt.Sprintf("Content-Length: %d", size)
	if chunked {
		length, body = "Transfer-Encoding: chunked", fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", size, body)
	}
	go func() { // until the server closes the connection
		_, _ = fmt.Fprintf(connection, "%s %s HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\nContent-Type: %s\r\n%s\r\n\r\n%s", method, path, host, url, kind, length, body)
		_, _ = fmt.Fprintf(connection, "GET /readyz HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", host)
	}()
	reader := bufio.NewReader(connection)
	for n := 0; ; n++ {
		response, err := http.ReadResponse(reader, nil)
		if err != nil {
			return status, others
		}
		text, err := io.ReadAll(response.Body)
		switch {
		case n == 0:
			status = response.StatusCode
		case err == nil:
			others = append(others, textproto.TrimString(string(text)))
		}
	}
}
