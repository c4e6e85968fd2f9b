package mail

// The reasons to drop a queued email. The codes are stored and must not change; reasonTexts has their texts.
const (
	ReasonReplaced            = "replaced"
	ReasonInvitationAccepted  = "invitation_accepted"
	ReasonInvitationDeclined  = "invitation_declined"
	ReasonInvitationRevoked   = "invitation_revoked"
	ReasonInvitationExpired   = "invitation_expired"
	ReasonInvitationUnknown   = "invitation_unknown"
	ReasonLinkReplaced        = "invitation_replaced"
	ReasonAccountDeleted      = "account_deleted"
	ReasonAddressChanged      = "address_changed"
	ReasonAddressRestored     = "address_restored"
	ReasonAddressConfirmed    = "address_confirmed"
	ReasonLinkExpired         = "link_expired"
	ReasonCodeExpired         = "code_expired"
	ReasonNotMember           = "not_member"
	ReasonNotAdmin            = "not_admin"
	ReasonMemberRestored      = "member_again"
	ReasonRoleRestored        = "role_restored"
	ReasonSessionCancelled    = "session_cancelled"
	ReasonSessionEnded        = "session_ended"
	ReasonSessionNotCancelled = "session_not_cancelled"
	ReasonNotInvited          = "not_invited"
	ReasonReinvited           = "invited_again"
	ReasonNotHost             = "not_host"
	ReasonHostRestored        = "hosts_again"
	ReasonOtherHost           = "other_host"
	ReasonNeverNotified       = "never_told"
	ReasonCapacityFree        = "seats_free"
	ReasonPlanDecided         = "plan_decided"
	ReasonOfferEnded          = "offer_ended"
	ReasonPaid                = "paid"
	ReasonRecordingDeleted    = "recording_deleted"
	ReasonRecordingsKept      = "recordings_kept"
	ReasonRecorded            = "recorded"
	ReasonBackupSucceeded     = "backup_succeeded"
)

// reasonTexts has the text of each code, to follow "Not sent: ".
var reasonTexts = map[string]string{
	ReasonReplaced:            "a newer email replaced it",
	ReasonInvitationAccepted:  "the invitation was already accepted",
	ReasonInvitationDeclined:  "the invitation was declined",
	ReasonInvitationRevoked:   "the invitation was revoked",
	ReasonInvitationExpired:   "the invitation expired",
	ReasonInvitationUnknown:   "the invitation no longer exists",
	ReasonLinkReplaced:        "a newer link was sent",
	ReasonAccountDeleted:      "the account was deleted",
	ReasonAddressChanged:      "the email address changed",
	ReasonAddressRestored:     "the account uses this email address again",
	ReasonAddressConfirmed:    "the email address is already confirmed",
	ReasonLinkExpired:         "its link no longer works",
	ReasonCodeExpired:         "its code no longer works",
	ReasonNotMember:           "the user is no longer in the team",
	ReasonNotAdmin:            "the user is no longer an Admin",
	ReasonMemberRestored:      "the user is in the team again",
	ReasonRoleRestored:        "the user has the role again",
	ReasonSessionCancelled:    "the session was cancelled",
	ReasonSessionEnded:        "the session is over",
	ReasonSessionNotCancelled: "the session takes place after all",
	ReasonNotInvited:          "the user is no longer invited to the session",
	ReasonReinvited:           "the user is invited to the session again",
	ReasonNotHost:             "the user no longer hosts these sessions",
	ReasonHostRestored:        "the user hosts these sessions again",
	ReasonOtherHost:           "another user hosts the session",
	ReasonCapacityFree:        "fewer seats or licences are in use",
	ReasonPlanDecided:         "the request is no longer waiting",
	ReasonOfferEnded:          "the offer is no longer open",
	ReasonPaid:                "the payment arrived",
	ReasonRecordingDeleted:    "the recording was deleted",
	ReasonRecordingsKept:      "the recordings are kept",
	ReasonRecorded:            "the session is recorded now",
	ReasonBackupSucceeded:     "a backup succeeded in the meantime",
	ReasonNeverNotified:       "no earlier email about the session was sent",
}

// ReasonText returns the text of a code, to follow "Not sent: ". For an unknown code it is "it was no longer needed".
func ReasonText(code string) string {
	if words, known := reasonTexts[code]; known {
		return words
	}
	return "it was no longer needed"
}
