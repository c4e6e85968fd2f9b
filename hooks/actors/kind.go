package actors

// The kinds of membership (R20). A guest enters only sessions they are invited to (R25).
const (
	Member = "member"
	Guest  = "guest"
)
