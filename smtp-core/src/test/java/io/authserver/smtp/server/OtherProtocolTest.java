package io.authserver.smtp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.authserver.smtp.server.FrontMetrics.Refusal;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OtherProtocolTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1",
        "GET / HTTP/1.0",
        "GET /",
        "get / http/1.1",
        "POST http://127.0.0.1:10036/ HTTP/1.1",
        "PUT /x HTTP/1.1",
        "HEAD / HTTP/1.1",
        "OPTIONS * HTTP/1.1",
        "OPTIONS sip:nm SIP/2.0",
        "DELETE /x HTTP/1.1",
        "PATCH /x HTTP/1.1",
        "TRACE / HTTP/1.1",
        "CONNECT mail.example:25 HTTP/1.1",
        "PRI * HTTP/2.0",
        "POST /cut-off",
        "POST / HTTP/1.1\nHost: x\n\nEHLO x",
        // Any method that a script may choose, one of SMTP's verbs included.
        "PROPFIND /a b HTTP/1.1",
        "NOOP / HTTP/1.1",
        "NOOP / HTTP/1.1\nX-Line-Ends: LF",
        "EHLO /x HTTP/3",
      })
  void httpIsNamed(String line) {
    assertEquals(Optional.of(Refusal.HTTP), OtherProtocol.in(line));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Host: 127.0.0.1:10036",
        "host:x",
        "Host:",
        "Host:\t127.0.0.1",
        "Content-Type: text/plain;charset=UTF-8",
        "X_y.z~1: ",
        "From: a@example.org",
        "Cookie: é",
      })
  void headerFieldsAreNamed(String line) {
    assertEquals(Optional.of(Refusal.HEADER_FIELD), OtherProtocol.in(line));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "EHLO client.example",
        "EHLO [IPv6:2001:db8::1]",
        "EHLO get",
        "HELO HTTP/1.1",
        "MAIL FROM:<a@example.org>",
        "MAIL FROM: <a@example.org> SIZE=1 BODY=8BITMIME",
        "MAIL FROM:<\"a b: c\"@example.org>",
        "MAIL FROM <a@example.org>",
        "MAILFROM:<a@example.org>",
        "RCPT TO:<host:x@example.org>",
        "RCPTTO:<b@example.org>",
        "VRFY a:b",
        "VRFY Host: x",
        "EXPN a: b",
        "HELP",
        "HELP GET / HTTP",
        "HELP with HTTP/1.1 please",
        "NOOP HTTP/1.1",
        "NOOP keep-alive",
        "DATA",
        "QUIT",
        "AUTH PLAIN AGEAYg==",
        "BDAT 100 LAST",
        "ETRN #example.org:x",
        "TURN",
        "XCLIENT ADDR=IPV6:2001:db8::1",
        "XFORWARD NAME=spike PORT=1:2",
        "PROXY TCP4 192.0.2.1 192.0.2.2 1 25",
        "GETX /",
        "HEADER",
        "PATCHES welcome",
        ":method GET",
        "a b: c",
        "é: c",
        "x/y: z",
      })
  void whatMayBeSmtpIsNotTouched(String line) {
    assertEquals(Optional.empty(), OtherProtocol.in(line));
  }
}
