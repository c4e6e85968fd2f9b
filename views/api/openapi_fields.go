package api

// fieldDoc is what the document says about a field beside its type.
type fieldDoc struct {
	text     string
	values   string // all it can be, separated by spaces; of a list, what its items can be
	empty    bool   // or an empty text
	format   string // of JSON Schema
	max      int    // characters of a text, items of a list, the highest number
	minimum  *int
	initial  any // what it is if it isn't sent
	example  any
	required bool // of a request
}

func least(n int) *int { return &n }

const (
	teamRoles        = "owner admin organizer"
	givenRoles       = "admin organizer"
	deliveries       = "queued sending sent delayed returned failed delivered bounced complained dropped"
	invitationStates = "pending accepted declined revoked expired"
	qualities        = "360p 720p 1080p 2160p"
	recordingModes   = "off host always"
)

// fieldDocs describe the fields of requests and responses: by type and field, or by field for every type that has no row
// of its own. Fields of embedded types are named by the type that declares them.
var fieldDocs = mergeDocs(commonDocs, accountDocs, teamDocs, billingDocs, capacityDocs, userDocs, invitationDocs, roomDocs, sessionDocs, liveDocs, usageDocs)

// mergeDocs panics if two maps describe the same field.
func mergeDocs(all ...map[string]fieldDoc) map[string]fieldDoc {
	merged := map[string]fieldDoc{}
	for _, docs := range all {
		for row, doc := range docs {
			if _, known := merged[row]; known {
				panic("two rows describe " + row)
			}
			merged[row] = doc
		}
	}
	return merged
}

// commonDocs describe the fields that many types have.
var commonDocs = map[string]fieldDoc{
	"id":          {text: "ID, 15 letters and digits."},
	"email":       {text: "Email address."},
	"name":        {text: "Name."},
	"slug":        {text: "Name in addresses, unique on the server."},
	"team":        {text: "The team."},
	"items":       {text: "The list. Empty if there is nothing."},
	"title":       {text: "Title of the session."},
	"description": {text: "Description. Empty if there is none."},
	"timezone":    {text: "IANA time zone, such as Europe/Lisbon.", example: "Europe/Lisbon"},
	"roles":       {text: "Roles in the team.", values: teamRoles},
	"kind":        {text: "Member or guest.", values: "member guest"},
	"expires":     {text: "When the invitation expires, RFC 3339.", format: "date-time"},
	"starts":      {text: "Start, RFC 3339.", format: "date-time"},
	"ends":        {text: "End as scheduled, with extensions, RFC 3339.", format: "date-time"},
	"created":     {text: "When it was created, RFC 3339.", format: "date-time"},
	"link":        {text: "Link to share. Only where the server doesn't send email."},
	"message":     {text: "Why it was refused or skipped, and what to do."},
	"code":        {text: "Code of the refusal, as in ErrorCode."},
	"tags":        {text: "Tags of the user."},
	"token":       {text: "Token for the header Authorization. Keep it secret."},
	"sessions":    {text: "What happens to scheduled sessions that the users can no longer host."},
	"handOver":    {text: "ID of the account that becomes the host of their scheduled sessions. If empty, these sessions are cancelled."},
	"revokeSent":  {text: "Also revoke the pending invitations that they sent.", initial: false},
	"sentRevoked": {text: "How many pending invitations that they had sent were revoked. Only with revokeSent."},
	"handedOver":  {text: "Scheduled sessions that have a new host."},
	"cancelled":   {text: "Scheduled sessions that were cancelled."},
	"freed":       {text: "Seats that are free again, reserved ones included."},
	"results":     {text: "One result for each entry of the request, in its order."},
	"delivery":    {text: "Delivery of the newest email."},
	"settings":    {text: "Settings."},
	"seats":       {text: "Seats and licences afterwards."},
	"pending":     {text: "True while an email has to be confirmed."},
	"error":       {text: "Why the email wasn't delivered, or is delayed. Otherwise empty."},
}
