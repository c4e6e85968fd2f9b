package resendtest

import (
	"encoding/json"
	"fmt"
)

// maxBatch is the maximum number of emails of a batch.
const maxBatch = 100

// batchAnswer is the response to a batch: the ids of the accepted emails in their order, and the errors of the others.
type batchAnswer struct {
	Data   []batchID    `json:"data"`
	Errors []batchError `json:"errors,omitempty"`
}

type batchID struct {
	ID string `json:"id"`
}

type batchError struct {
	Index   int    `json:"index"`
	Message string `json:"message"`
}

// handleBatch accepts the valid emails of a batch; unless it is permissive, one invalid email refuses all.
func (h *Handler) handleBatch(body []byte, key string, permissive bool) (*batchAnswer, Fault) {
	var requests []json.RawMessage
	if json.Unmarshal(body, &requests) != nil || len(requests) == 0 || len(requests) > maxBatch {
		return nil, Reject(422, "validation_error", fmt.Sprintf("A batch has 1 to %d emails", maxBatch))
	}
	answer, valid := &batchAnswer{Data: []batchID{}}, []Email{}
	for n, request := range requests {
		email, problem := h.parseRequest(request)
		if len(email.Files) > 0 {
			problem = "The `attachments` field is not supported in batches"
		}
		switch {
		case problem == "":
			valid = append(valid, email)
		case permissive:
			answer.Errors = append(answer.Errors, batchError{n, problem})
		default:
			return nil, Reject(422, "validation_error", problem)
		}
	}
	for _, email := range valid {
		answer.Data = append(answer.Data, batchID{h.accept(email, key)})
	}
	return answer, Fault{}
}
