package doctor

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"net"
	"time"
)

// stunServer is one of those that the media server asks.
const stunServer = "stun.l.google.com:19302"

// The parts of a STUN message (RFC 8489).
const (
	stunCookie         = 0x2112A442
	stunHeader         = 20
	stunBindingRequest = 0x0001
	stunBindingSuccess = 0x0101
	stunMappedAddress  = 0x0020 // XOR-MAPPED-ADDRESS
)

// findPublicIP asks a STUN server from which IPv4 address it is asked. It asks again each second until ctx ends.
func findPublicIP(ctx context.Context, server string) (net.IP, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "udp4", server)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	request := make([]byte, stunHeader)
	binary.BigEndian.PutUint16(request, stunBindingRequest)
	binary.BigEndian.PutUint32(request[4:], stunCookie)
	rand.Read(request[8:])
	for answer := make([]byte, 1500); ctx.Err() == nil; {
		if _, err := conn.Write(request); err != nil {
			return nil, err
		}
		_ = conn.SetReadDeadline(time.Now().Add(time.Second))
		n, err := conn.Read(answer)
		if err == nil && n >= stunHeader && string(answer[4:stunHeader]) == string(request[4:]) {
			return parseMappedAddress(answer[:n])
		}
	}
	return nil, ctx.Err()
}

func parseMappedAddress(message []byte) (net.IP, error) {
	errInvalid := errors.New("the answer has no address")
	if binary.BigEndian.Uint16(message) != stunBindingSuccess {
		return nil, errInvalid
	}
	for rest := message[stunHeader:]; len(rest) >= 4; {
		kind, size := binary.BigEndian.Uint16(rest), int(binary.BigEndian.Uint16(rest[2:]))
		if len(rest) < 4+size {
			break
		}
		if value := rest[4 : 4+size]; kind == stunMappedAddress && size == 8 && value[1] == 1 {
			ip := make(net.IP, 4)
			binary.BigEndian.PutUint32(ip, binary.BigEndian.Uint32(value[4:])^stunCookie)
			return ip, nil
		}
		rest = rest[min(len(rest), 4+(size+3)/4*4):]
	}
	return nil, errInvalid
}
