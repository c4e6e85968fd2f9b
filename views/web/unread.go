package web

import "net/http"

// KeepBody returns a handler that gives h a copy of each request, so that the request of the server keeps its body. The server closes a
// connection after the response if too much of the body wasn't read, as after 413. It can't see that when the router has replaced the body:
// it would take the rest for the next request of the connection, which a proxy may share between users.
func KeepBody(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		copied := r.WithContext(r.Context())
		defer func() {
			if copied.MultipartForm != nil {
				_ = copied.MultipartForm.RemoveAll() // as the server does with its own
			}
		}()
		h.ServeHTTP(w, copied)
	})
}
