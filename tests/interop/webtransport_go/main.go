// Command webtransport makes calls of every kind over WebTransport as docs/webtransport.md describes it, with the stack of
// quic-go. Its argument is the URL of `trivium-test-service`. It prints one JSON object for each case, and fails if one did.
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/webtransport-go"
)

// Flags of envelopes, and kinds of datagrams.
const (
	headers = 0x40
	message = 0x00
	last    = 0x80
	ping    = 1
	pong    = 2
)

// Nothing here is measured.
const patience = 20 * time.Second

const service = "/grpc.testing.TestService/"

var cases = []struct {
	name string
	run  func(context.Context, *webtransport.Session) error
}{
	{"unary", unary},
	{"server_streaming", serverStreaming},
	{"client_streaming", clientStreaming},
	{"ping_pong", pingPong},
	{"status_code_and_message", status},
	{"unimplemented_method", unimplemented},
	{"cancel_after_first_response", cancelled},
	{"many_calls_at_once", many},
	{"ping", pinged},
}

func main() {
	ctx, done := context.WithTimeout(context.Background(), patience)
	defer done()
	session, err := dial(ctx, os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	failed := false
	for _, c := range cases {
		told := map[string]any{"case": c.name, "passed": true}
		if err := c.run(ctx, session); err != nil {
			told["passed"], told["why"] = false, err.Error()
			failed = true
		}
		line, _ := json.Marshal(told)
		fmt.Println(string(line))
	}
	session.CloseWithError(0, "")
	if failed {
		os.Exit(1)
	}
}

// dial opens a session where the server says, and trusts one of the certificates that it announces.
func dial(ctx context.Context, server string) (*webtransport.Session, error) {
	answer, err := http.Get(server + "/.well-known/trivium")
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	var offer struct {
		WebTransport struct {
			URL               string
			CertificateHashes []string `json:"certificate_hashes"`
		}
	}
	if err := json.NewDecoder(answer.Body).Decode(&offer); err != nil {
		return nil, err
	}
	announced := func(raw [][]byte, _ [][]*x509.Certificate) error {
		hash := sha256.Sum256(raw[0])
		for _, value := range offer.WebTransport.CertificateHashes {
			if base64.StdEncoding.EncodeToString(hash[:]) == value {
				return nil
			}
		}
		return errors.New("the server shows a certificate that it did not announce")
	}
	dialer := webtransport.Dialer{
		// The certificate is self-made: its hash is checked instead of who signed it.
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true, VerifyPeerCertificate: announced},
		QUICConfig:      &quic.Config{EnableDatagrams: true, EnableStreamResetPartialDelivery: true},
	}
	_, session, err := dialer.Dial(ctx, offer.WebTransport.URL, nil)
	return session, err
}

func unary(ctx context.Context, session *webtransport.Session) error {
	// SimpleRequest { response_size: 314159 }
	request := field(2, 314159)
	responses, err := exchange(ctx, session, "UnaryCall", request)
	if err != nil {
		return err
	}
	return sizes(responses, 314159)
}

func serverStreaming(ctx context.Context, session *webtransport.Session) error {
	var request []byte
	for _, size := range []uint64{31415, 9, 2653, 58979} {
		request = append(request, asking(size)...)
	}
	responses, err := exchange(ctx, session, "StreamingOutputCall", request)
	if err != nil {
		return err
	}
	return sizes(responses, 31415, 9, 2653, 58979)
}

func clientStreaming(ctx context.Context, session *webtransport.Session) error {
	var requests [][]byte
	for _, size := range []int{27182, 8, 1828, 45904} {
		// StreamingInputCallRequest { payload: Payload { body } }
		requests = append(requests, nested(1, nested(2, make([]byte, size))))
	}
	responses, err := exchange(ctx, session, "StreamingInputCall", requests...)
	if err != nil {
		return err
	}
	// StreamingInputCallResponse { aggregated_payload_size: 74922 }
	if len(responses) != 1 || !bytes.Equal(responses[0], field(1, 74922)) {
		return fmt.Errorf("answered %x", responses)
	}
	return nil
}

func pingPong(ctx context.Context, session *webtransport.Session) error {
	call, err := begin(ctx, session, "FullDuplexCall", nil)
	if err != nil {
		return err
	}
	for _, size := range []uint64{31415, 9, 2653, 58979} {
		if err := call.send(message, asking(size)); err != nil {
			return err
		}
		response, err := call.next()
		if err != nil {
			return err
		}
		if err := sizes([][]byte{response}, int(size)); err != nil {
			return err
		}
	}
	if err := call.send(last, nil); err != nil {
		return err
	}
	return call.ended()
}

func status(ctx context.Context, session *webtransport.Session) error {
	// SimpleRequest { response_status: EchoStatus { code: 2, message } }
	request := nested(7, append(field(1, 2), nested(2, []byte("test status message"))...))
	_, err := exchange(ctx, session, "UnaryCall", request)
	return fails(err, "2", "test status message")
}

func unimplemented(ctx context.Context, session *webtransport.Session) error {
	_, err := exchange(ctx, session, "NoSuchCall", nil)
	return fails(err, "12", "")
}

// cancelled asks the server whether the handler is gone, for a cancellation is the client's alone otherwise.
func cancelled(ctx context.Context, session *webtransport.Session) error {
	name := "go-cancel"
	call, err := begin(ctx, session, "FullDuplexCall", map[string]string{"x-probe": name})
	if err != nil {
		return err
	}
	if err := call.send(message, asking(31415)); err != nil {
		return err
	}
	if _, err := call.next(); err != nil {
		return err
	}
	call.stream.CancelWrite(1)
	call.stream.CancelRead(1)
	// AwaitRequest { name, started: 1, idle: true }
	request := append(nested(1, []byte(name)), append(field(2, 1), field(3, 1)...)...)
	_, err = exchange(ctx, session, "/trivium.test.v1.ProbeService/Await", request)
	return err
}

func many(ctx context.Context, session *webtransport.Session) error {
	results := make(chan error)
	for range 100 {
		go func() { results <- unary(ctx, session) }()
	}
	var failed error
	for range 100 {
		failed = errors.Join(failed, <-results)
	}
	return failed
}

func pinged(ctx context.Context, session *webtransport.Session) error {
	datagram := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64([]byte{ping}, 7), 1_000_000)
	if err := session.SendDatagram(datagram); err != nil {
		return err
	}
	answer, err := session.ReceiveDatagram(ctx)
	if err != nil {
		return err
	}
	if len(answer) != 25 || answer[0] != pong || !bytes.Equal(answer[1:17], datagram[1:]) {
		return fmt.Errorf("answered %x", answer)
	}
	return nil
}

// call is one gRPC call. Sections 2 to 4 of the document.
type call struct {
	stream *webtransport.Stream
	begun  bool
}

// failure is a status that is not OK.
type failure struct{ code, message string }

func (f failure) Error() string { return fmt.Sprintf("status %s: %s", f.code, f.message) }

func begin(ctx context.Context, session *webtransport.Session, method string, metadata map[string]string) (*call, error) {
	stream, err := session.OpenStreamSync(ctx)
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(method, "/") {
		method = service + method
	}
	block := ":path: " + method + "\r\n"
	for name, value := range metadata {
		block += name + ": " + value + "\r\n"
	}
	c := &call{stream: stream}
	return c, c.send(headers, []byte(block))
}

func (c *call) send(flags byte, payload []byte) error {
	envelope := binary.BigEndian.AppendUint32([]byte{flags}, uint32(len(payload)))
	_, err := c.stream.Write(append(envelope, payload...))
	return err
}

// next returns the next message, io.EOF behind the last one of a call that went well, or a failure.
func (c *call) next() ([]byte, error) {
	for {
		var prefix [5]byte
		if _, err := io.ReadFull(c.stream, prefix[:]); err != nil {
			return nil, fmt.Errorf("no status: %w", err)
		}
		payload := make([]byte, binary.BigEndian.Uint32(prefix[1:]))
		if _, err := io.ReadFull(c.stream, payload); err != nil {
			return nil, err
		}
		first := !c.begun
		c.begun = true
		switch {
		case first != (prefix[0] == headers):
			return nil, fmt.Errorf("flags %#x", prefix[0])
		case prefix[0] == message:
			return payload, nil
		}
		lines := block(payload)
		if first && lines[":status"] != "200" {
			return nil, fmt.Errorf("headers %v", lines)
		}
		code, ends := lines["grpc-status"]
		switch {
		case ends && code == "0":
			return nil, io.EOF
		case ends:
			return nil, failure{code, lines["grpc-message"]}
		case !first:
			return nil, fmt.Errorf("trailers %v", lines)
		}
	}
}

// ended expects a good end, the server's FIN, and sends the client's.
func (c *call) ended() error {
	if _, err := c.next(); err != io.EOF {
		return fmt.Errorf("instead of the end: %w", err)
	}
	if rest, err := io.ReadAll(c.stream); err != nil || len(rest) > 0 {
		return fmt.Errorf("behind the end: %x, %w", rest, err)
	}
	return c.stream.Close()
}

func exchange(ctx context.Context, session *webtransport.Session, method string, requests ...[]byte) ([][]byte, error) {
	c, err := begin(ctx, session, method, nil)
	if err != nil {
		return nil, err
	}
	for _, request := range requests {
		if err := c.send(message, request); err != nil {
			return nil, err
		}
	}
	if err := c.send(last, nil); err != nil {
		return nil, err
	}
	var responses [][]byte
	for {
		response, err := c.next()
		if err == io.EOF {
			return responses, c.stream.Close()
		}
		if err != nil {
			return nil, err
		}
		responses = append(responses, response)
	}
}

func block(payload []byte) map[string]string {
	lines := map[string]string{}
	for line := range strings.Lines(string(payload)) {
		// A pseudo header begins with a colon.
		at := strings.Index(line[1:], ":") + 1
		lines[line[:at]] = strings.TrimSpace(line[at+1:])
	}
	return lines
}

func fails(err error, code, text string) error {
	var told failure
	if !errors.As(err, &told) || told.code != code {
		return fmt.Errorf("instead of status %s: %w", code, err)
	}
	// Blanks come percent-encoded, or as they are.
	if text != "" && strings.ReplaceAll(told.message, "%20", " ") != text {
		return fmt.Errorf("instead of %q: %q", text, told.message)
	}
	return nil
}

// sizes expects one payload of zeros in each message, Payload { body } in field 1.
func sizes(responses [][]byte, expected ...int) error {
	if len(responses) != len(expected) {
		return fmt.Errorf("%d answers instead of %d", len(responses), len(expected))
	}
	for index, size := range expected {
		if !bytes.Equal(responses[index], nested(1, nested(2, make([]byte, size)))) {
			return fmt.Errorf("answer %d is not %d zeros", index, size)
		}
	}
	return nil
}

// asking is StreamingOutputCallRequest { response_parameters: [{ size }] }.
func asking(size uint64) []byte {
	return nested(2, field(1, size))
}

func field(number, value uint64) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(nil, number<<3), value)
}

func nested(number uint64, content []byte) []byte {
	tag := binary.AppendUvarint(nil, number<<3|2)
	return append(binary.AppendUvarint(tag, uint64(len(content))), content...)
}
