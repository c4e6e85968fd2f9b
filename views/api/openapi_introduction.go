package api

// introduction is what the document says about the whole API.
func introduction() []string {
	return []string{
		"The JSON API does what the pages of Usher do, with the same rules and the same errors.",
		"Sign in with PocketBase: any PocketBase SDK, or POST /api/collections/users/auth-with-password with identity and password. Send the token it returns in the header Authorization. Cookies aren't accepted.",
		"PocketBase's own API for collections reads teams, memberships, invitations, rooms and sessions, and /api/realtime reports changes to them, under the same access rules. Its documentation is at pocketbase.io/docs.",
		"Requests and responses are JSON objects. An empty body is an empty object. Unknown fields, duplicate fields and values of the wrong type are refused, each under its name. Responses can get new fields at any time.",
		"Times are RFC 3339 in UTC, and empty if there is none. {team} is the slug or ID of a team. Request bodies are at most 1 MB; logos and pictures 2 MB, imports 4 MB.",
		"A refusal has PocketBase's format, with a stable code for each field; base means no particular field. 401: no valid token. 403: not allowed. 404: it doesn't exist, or it isn't yours to see. 429: too many requests, with Retry-After in seconds. Every other refusal is 400.",
	}
}
