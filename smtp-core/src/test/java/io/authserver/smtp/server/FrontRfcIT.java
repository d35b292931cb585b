package io.authserver.smtp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.relay.Extensions;
import io.authserver.smtp.reply.Reply;
import io.authserver.smtp.testing.RawSmtpClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The duties of an SMTP server, one by one over a raw socket; each test names its section. */
class FrontRfcIT {
  private FrontFixture fixture;

  @BeforeEach
  void start() throws IOException {
    fixture = new FrontFixture();
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  private static String utf8(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "RSET|250 2.0.0",
        "NOOP|250 2.0.0",
        "HELP|214 2.0.0",
        "VRFY someone|252 2.0.0",
        "MAIL FROM:<a@example.org>|503 5.5.1",
        "RCPT TO:<b@example.org>|503 5.5.1",
        "DATA|503 5.5.1",
        "BDAT 0 LAST|502 5.5.1",
        "QUIT|221 2.0.0",
      })
  @DisplayName("RFC 5321 §4.1.4: before EHLO only NOOP, HELP, VRFY, RSET, QUIT do something")
  void beforeAGreeting(String command, String expected) throws IOException {
    try (RawSmtpClient client = fixture.connect()) {
      client.expect("220");
      client.command(command, expected);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "EHLO [192.0.2.1]",
        "EHLO [IPv6:2001:db8::1]",
        "ehlo client",
        "EhLo client.example   ",
        "EHLO under_score.example",
        "HELO x",
      })
  @DisplayName("RFC 5321 §4.1.1.1, §4.1.3: EHLO with a domain or an address literal, any case")
  void greetings(String line) throws IOException {
    try (RawSmtpClient client = fixture.connect()) {
      client.expect("220");
      client.command(line, "250");
      client.command("MAIL FROM:<a@example.org>", "250");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"EHLO", "EHLO  ", "HELO", "EHLO two words"})
  @DisplayName("RFC 5321 §4.1.1.1: 501 for a greeting without a name or with two")
  void badGreetings(String line) throws IOException {
    try (RawSmtpClient client = fixture.connect()) {
      client.expect("220");
      client.command(line, "501 ");
      client.command("MAIL FROM:<a@example.org>", "503");
    }
  }

  @Test
  @DisplayName("RFC 6531 §3.7.1: a UTF-8 name in EHLO is taken; the trace field stays ASCII")
  void aUtf8Greeting() throws Exception {
    try (RawSmtpClient client = fixture.connect()) {
      client.expect("220");
      client.command("EHLO " + utf8("müller.example"), "250");
      client.command("MAIL FROM:<a@example.org>", "250");
      client.command("RCPT TO:<b@example.org>", "250");
      client.data(FrontFixture.bytes("x\r\n"));
    }
    String trace = fixture.daemon.take().trace();
    assertTrue(trace.startsWith("Received: from m?ller.example ("), trace);
  }

  @ParameterizedTest
  @ValueSource(strings = {"EHLO again", "HELO again", "RSET"})
  @DisplayName("RFC 5321 §4.1.4, §4.1.1.5: EHLO, HELO and RSET end the transaction that is open")
  void aSecondGreetingResets(String command) throws IOException {
    try (RawSmtpClient client = fixture.inTransaction()) {
      client.command(command, "250");
      client.command("DATA", "503");
      client.command("MAIL FROM:<a@example.org>", "250");
    }
  }

  @Test
  @DisplayName("RFC 5321 §4.1.1.1: a greeting that is refused leaves the transaction as it was")
  void aRefusedGreetingChangesNothing() throws IOException {
    try (RawSmtpClient client = fixture.inTransaction()) {
      client.command("EHLO", "501");
      client.command("DATA", "354");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "MAIL FROM:<a@example.org> SIZE=1",
        "MAIL FROM:<a@example.org> BODY=8BITMIME",
        "MAIL FROM:<a@example.org> SMTPUTF8",
        "MAIL FROM:<a@example.org> RET=FULL",
        "MAIL FROM:<a@example.org> ENVID=x",
      })
  @DisplayName("RFC 5321 §2.2.1, §4.1.1.11: after HELO there are no extensions: 555")
  void heloHidesExtensions(String mail) throws IOException {
    try (RawSmtpClient client = fixture.connect()) {
      client.expect("220");
      assertEquals("250 front.example", client.command("HELO x"));
      client.command(mail, "555 5.5.4");
      client.command("MAIL FROM:<a@example.org>", "250");
      client.command("RCPT TO:<b@example.org> NOTIFY=NEVER", "555 5.5.4");
      client.command("RCPT TO:<b@example.org>", "250");
      client.command("EHLO x", "250");
      client.command(mail, "250");
    }
  }

  @Test
  @DisplayName("RFC 5321 §4.1.1.11, trap 7: a parameter of an extension that was not offered: 555")
  void parametersOfWhatWasNotOffered() throws IOException {
    // Cause: SubEtha offers 8BITMIME and SMTPUTF8 whatever the next hop can do.
    fixture.extensions = Optional.of(Extensions.NONE);
    try (RawSmtpClient client = fixture.greeted()) {
      client.command("MAIL FROM:<a@example.org> BODY=8BITMIME", "555 5.5.4");
      client.command("MAIL FROM:<a@example.org> BODY=7BIT", "555 5.5.4");
      client.command("MAIL FROM:<a@example.org> SMTPUTF8", "555 5.5.4");
      client.command("MAIL FROM:<a@example.org> RET=HDRS", "555 5.5.4");
      client.command("MAIL FROM:<a@example.org> ENVID=x", "555 5.5.4");
      client.command("MAIL FROM:<a@example.org> SIZE=10", "250");
      client.command("RCPT TO:<b@example.org> NOTIFY=NEVER", "555 5.5.4");
      client.sendLines(
          "RCPT TO:<c@example.org>", "RCPT TO:<b@example.org> ORCPT=rfc822;b@example.org");
      client.expect("250");
      client.expect("555 5.5.4");
    }
  }

  @Test
  @DisplayName("RFC 5321 §2.2.1: what counts is what this session was offered in its last EHLO")
  void whatWasOfferedCounts() throws IOException {
    try (RawSmtpClient client = fixture.greeted()) {
      fixture.extensions = Optional.of(Extensions.NONE);
      client.command("MAIL FROM:<a@example.org> RET=HDRS", "250");
      client.command("EHLO x", "250");
      client.command("MAIL FROM:<a@example.org> RET=HDRS", "555");
    }
  }

  @Test
  @DisplayName("RFC 6531 §3.1: SMTPUTF8 is not offered without 8BITMIME")
  void smtpUtf8NeedsEightBitMime() throws IOException {
    // Symptom: a next hop with SMTPUTF8 alone made us offer SMTPUTF8 alone.
    fixture.extensions = Optional.of(new Extensions(true, false, true, true, true, 0));
    try (RawSmtpClient client = fixture.connect()) {
      client.expect("220");
      assertFalse(client.command("EHLO x", "250").contains("SMTPUTF8"));
      client.command("MAIL FROM:<a@example.org> SMTPUTF8", "555");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "NOOP|250 2.0.0",
        "noop with an argument|250 2.0.0",
        "NOOP   |250 2.0.0",
        " NOOP|500 5.5.1",
        "NOOP\t|500 5.5.2",
        "NO\u0000OP|500 5.5.2",
        "RSET |250 2.0.0",
        "RSET x|501 5.5.4",
        "QUIT x|501 5.5.4",
        "VRFY|501 5.5.4",
        "VRFY postmaster|252 2.0.0",
        "EXPN list|502 5.5.1",
        "HELP MAIL|214 2.0.0",
        "DATA x|503 5.5.1",
        "SEND FROM:<a@example.org>|502 5.5.1",
        "TURN|502 5.5.1",
        "AUTH PLAIN AAAA|502 5.5.1",
        "LHLO x|502 5.5.1",
        "XCLIENT NAME=a:b|500 5.5.1",
        "MAIL|501 5.5.4",
        "MAIL FROM|501 5.5.4",
        "MAIL TO:<a@example.org>|501 5.5.4",
        "MAIL FROM:|501 5.1.7",
        "MAIL FROM:a@example.org|501 5.1.7",
        "MAIL FROM:<postmaster>|501 5.1.7",
      })
  @DisplayName("RFC 5321 §4.1.1, §4.2.4, §4.3.2: arguments and codes of every command")
  void commands(String line, String expected) throws IOException {
    try (RawSmtpClient client = fixture.greeted()) {
      client.command(line, expected);
      client.command("MAIL FROM:<a@example.org>", "250");
    }
  }

  @Test
  @DisplayName("RFC 5321 §4.1.1, §4.2.4: an empty line is an unknown command, nothing more")
  void anEmptyLine() throws IOException {
    try (RawSmtpClient client = fixture.greeted()) {
      client.command("", "500 5.5.1");
      client.command("NOOP", "250");
    }
  }

  @Test
  @DisplayName("RFC 5321 §4.1.1.10: QUIT ends a transaction that is open, without delivering")
  void quitInATransaction() throws IOException {
    try (RawSmtpClient client = fixture.inTransaction()) {
      client.command("QUIT", "221 2.0.0");
      assertNull(client.readLine());
    }
    assertTrue(fixture.daemon.messages.isEmpty());
  }

  @Test
  @DisplayName("RFC 5321 §4.5.3.1.4: a line of the largest length counts however its CRLF is cut")
  void theCrlfOfALongLineMayBeCut() throws IOException {
    // Symptom: 500 for a line that is just short enough, when its CR came without its LF.
    try (RawSmtpClient client = fixture.greeted()) {
      client.send("NOOP\r\nNOOP " + "x".repeat(4091) + "\r");
      // The first reply is written when the front waits for more: it has looked at the CR then.
      client.expect("250");
      client.send("\n");
      client.expect("250");
      client.send("NOOP\r\nNOOP " + "x".repeat(4092) + "\r");
      client.expect("250");
      client.send("\n");
      client.expect("500 5.5.2");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SIZE=0|250",
        "SIZE=104857600|250",
        "SIZE=104857601|552 5.3.4",
        "SIZE=00000000000000000001|250",
        "SIZE=99999999999999999999|552 5.3.4",
        "SIZE=999999999999999999999|501 5.5.4",
        "SIZE=9223372036854775808|552 5.3.4",
        "SIZE=1 BODY=8BITMIME|250",
        "BODY=8BITMIME SIZE=104857601 RET=FULL|552 5.3.4",
        "SIZE=104857601 BODY=8BITMIME|552 5.3.4",
        "SIZE=1 SIZE=1|501 5.5.4",
        "SIZE|501 5.5.4",
        "SIZE=|501 5.5.4",
        "SIZE=-1|501 5.5.4",
        "SIZE=1k|501 5.5.4",
      })
  @DisplayName("RFC 1870 §3, §6.1, trap 5: SIZE wherever it stands")
  void size(String parameters, String expected) throws IOException {
    try (RawSmtpClient client = fixture.greeted()) {
      client.command("MAIL FROM:<a@example.org> " + parameters, expected);
      client.command("RSET", "250");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "BODY=7BIT|250",
        "body=8bitmime|250",
        "BODY=BINARYMIME|555 5.5.4",
        "BODY=9BIT|501 5.5.4",
        "BODY|501 5.5.4",
        "BODY=7BIT BODY=7BIT|501 5.5.4",
        "RET=FULL|250",
        "ret=hdrs|250",
        "RET=ALL|501 5.5.4",
        "RET|501 5.5.4",
        "RET=FULL RET=FULL|501 5.5.4",
        "ENVID=QQ314159|250",
        "ENVID=a+2Bb+3D|250",
        "ENVID=a+2|501 5.5.4",
        "ENVID=a=b|501 5.5.4",
        "ENVID=|501 5.5.4",
        "ENVID=x ENVID=x|501 5.5.4",
        "SMTPUTF8|250",
        "SMTPUTF8=1|501 5.5.4",
        "SMTPUTF8 SMTPUTF8|501 5.5.4",
        "AUTH=<>|555 5.5.4",
        "NOTIFY=NEVER|555 5.5.4",
        "MT-PRIORITY=3|555 5.5.4",
      })
  @DisplayName("RFC 6152 §2, RFC 3461 §4.3, §4.4, RFC 6531 §3.4, RFC 3030 §3: parameters of MAIL")
  void parametersOfMail(String parameters, String expected) throws IOException {
    try (RawSmtpClient client = fixture.greeted()) {
      client.command("MAIL FROM:<a@example.org> " + parameters, expected);
    }
  }

  @Test
  @DisplayName("RFC 3461 §4.4, §4.2: at most 100 octets of ENVID and 500 of ORCPT, ASCII alone")
  void theLengthsOfDsnParameters() throws IOException {
    // Symptom: UTF-8 in ENVID was accepted and passed on, and ORCPT was counted in characters.
    try (RawSmtpClient client = fixture.greeted()) {
      client.command("MAIL FROM:<a@example.org> ENVID=" + "x".repeat(101), "501 5.5.4");
      client.command("MAIL FROM:<a@example.org> SMTPUTF8 ENVID=" + utf8("ü"), "501 5.5.4");
      client.command("MAIL FROM:<a@example.org> SMTPUTF8 ENVID=" + "x".repeat(100), "250");
      String rcpt = "RCPT TO:<b@example.org> ORCPT=";
      client.command(rcpt + "rfc822;" + "x".repeat(494), "501 5.5.4");
      client.command(rcpt + "rfc822;" + "x".repeat(493), "250");
      client.command(rcpt + "utf-8;" + utf8("ü".repeat(248)), "501 5.5.4");
      client.command(rcpt + "utf-8;" + utf8("ü".repeat(247)), "250");
      client.command(rcpt + "rfc822;" + utf8("ü@example.org"), "501 5.5.4");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "NOTIFY=NEVER|250",
        "NOTIFY=SUCCESS|250",
        "notify=success,failure,delay|250",
        "NOTIFY=DELAY,SUCCESS|250",
        "NOTIFY=NEVER,SUCCESS|501 5.5.4",
        "NOTIFY=SUCCESS,NEVER|501 5.5.4",
        "NOTIFY=|501 5.5.4",
        "NOTIFY|501 5.5.4",
        "NOTIFY=SUCCESS,|501 5.5.4",
        "NOTIFY=ALWAYS|501 5.5.4",
        "NOTIFY=NEVER NOTIFY=NEVER|501 5.5.4",
        "ORCPT=rfc822;B+40example.org|250",
        "ORCPT=utf-8;j\\x{F6}rg@example.org|250",
        "ORCPT=utf-8;j\\x{F6rg@example.org|501 5.5.4",
        "ORCPT=utf-8;j\\F6rg@example.org|501 5.5.4",
        "ORCPT=x400;/C=de|501 5.5.4",
        "ORCPT=b@example.org|501 5.5.4",
        "ORCPT=;b@example.org|501 5.5.4",
        "ORCPT=rfc822;|501 5.5.4",
        "ORCPT=rfc822;a ORCPT=rfc822;a|501 5.5.4",
        "SIZE=1|555 5.5.4",
        "RET=FULL|555 5.5.4",
      })
  @DisplayName("RFC 3461 §4.1, §4.2, RFC 6533 §3: parameters of RCPT")
  void parametersOfRcpt(String parameters, String expected) throws IOException {
    try (RawSmtpClient client = fixture.greeted()) {
      client.command("MAIL FROM:<a@example.org>", "250");
      client.command("RCPT TO:<b@example.org> " + parameters, expected);
    }
  }

  @Test
  @DisplayName("RFC 6533 §3: UTF-8 in ORCPT only under SMTPUTF8")
  void utf8InOrcptNeedsSmtpUtf8() throws IOException {
    String rcpt = "RCPT TO:<b@example.org> ORCPT=utf-8;" + utf8("jörg@example.org");
    try (RawSmtpClient client = fixture.greeted()) {
      client.command("MAIL FROM:<a@example.org>", "250");
      client.command(rcpt, "501 5.5.4");
      client.command("RSET", "250");
      client.command("MAIL FROM:<a@example.org> SMTPUTF8", "250");
      client.command(rcpt, "250");
    }
  }

  @Test
  @DisplayName("RFC 6531 §3.4: UTF-8 addresses only under SMTPUTF8, malformed UTF-8 never")
  void utf8Addresses() throws IOException {
    try (RawSmtpClient client = fixture.greeted()) {
      client.command("MAIL FROM:<" + utf8("jörg@example.org") + ">", "553 5.6.7");
      client.command("MAIL FROM:<j\u00f6rg@example.org> SMTPUTF8", "500 5.5.2");
      client.command("MAIL FROM:<a@example.org>", "250");
      client.command("RCPT TO:<" + utf8("jörg@example.org") + ">", "553 5.6.7");
      client.command("RSET", "250");
      client.command("MAIL FROM:<" + utf8("jörg@müller.example") + "> SMTPUTF8", "250");
      client.command("RCPT TO:<" + utf8("用户@例え.example") + ">", "250");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<postmaster>|250",
        "<PostMaster>|250",
        "<postmaster@example.org>|250",
        "<@relay.example,@two.example:b@example.org>|250",
        "<\"a>b\"@example.org>|250",
        "<\"a b\\\"c\"@example.org>|250",
        "<b@[192.0.2.1]>|250",
        "<b@[IPv6:2001:db8::1]>|250",
        "<b@[tag:content]>|250",
        "<>|501 5.1.3",
        "garbage|501 5.1.3",
        "b@example.org|501 5.1.3",
        "<b@example.org|501 5.1.3",
        "<b>|501 5.1.3",
        "<b@c@example.org>|501 5.1.3",
        "<b@[192.0.2.256]>|501 5.1.3",
        "<b@example.org>x|501 5.5.4",
      })
  @DisplayName("RFC 5321 §4.1.1.3, §4.1.2, §4.5.1, trap 6: forward-paths")
  void forwardPaths(String path, String expected) throws IOException {
    try (RawSmtpClient client = fixture.greeted()) {
      client.command("MAIL FROM:<>", "250");
      client.command("RCPT TO:" + path, expected);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "BDAT 15",
        "BDAT 15 LAST",
        "bdat 15 last",
        "BDAT 15  LAST ",
        "BDAT 000000000000000015 LAST"
      })
  @DisplayName("RFC 3030 §2, trap 2: BDAT is refused and its chunk executed nowhere")
  void aChunkIsThrownAway(String command) throws IOException {
    for (boolean inTransaction : new boolean[] {true, false}) {
      try (RawSmtpClient client = inTransaction ? fixture.inTransaction() : fixture.greeted()) {
        client.send(command + "\r\nQUIT\r\nRSET\r\nXY\nNOOP\r\n");
        client.expect("502 5.5.1");
        client.expect("250 2.0.0 ok");
      }
    }
    assertTrue(fixture.daemon.messages.isEmpty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "BDAT",
        "BDAT LAST",
        "BDAT -1",
        "BDAT 1x",
        "BDAT 1 FIRST",
        "BDAT 9999999999999999999"
      })
  @DisplayName("RFC 3030 §2: a chunk whose end is not known ends the session")
  void aChunkWithoutAnEnd(String command) throws IOException {
    try (RawSmtpClient client = fixture.inTransaction()) {
      client.send(command + "\r\nQUIT\r\n");
      client.expect("421 4.7.0");
      assertNull(client.readLine());
    }
  }

  @Test
  @DisplayName("RFC 3030 §2, trap 2: a chunk that is cut off is no message")
  void aHugeChunkThatIsCutOff() throws IOException {
    try (RawSmtpClient client = fixture.inTransaction()) {
      client.send("BDAT 999999999999999999 LAST\r\nQUIT\r\n");
      client.closeOutput();
      assertEquals("", client.readToEnd());
    }
    assertTrue(fixture.daemon.messages.isEmpty());
  }

  @Test
  @DisplayName("RFC 2920 §3.2: what follows a refused MAIL in a group gets 503, DATA no 354")
  void aGroupAfterARefusedMail() throws IOException {
    fixture.daemon.onMail = sender -> Reply.of(550, "5.7.1", "no");
    try (RawSmtpClient client = fixture.greeted()) {
      client.sendLines("MAIL FROM:<a@example.org>", "RCPT TO:<b@example.org>", "DATA", "NOOP");
      client.expect("550 5.7.1");
      client.expect("503");
      client.expect("503");
      client.expect("250");
    }
  }

  @Test
  @DisplayName("RFC 5321 §3.3, RFC 2920 §3.1: no valid recipient, no 354")
  void noValidRecipients() throws IOException {
    fixture.daemon.onRecipient = recipient -> Reply.of(550, "5.1.1", "unknown");
    try (RawSmtpClient client = fixture.greeted()) {
      client.sendLines("MAIL FROM:<a@example.org>", "RCPT TO:<b@example.org>", "DATA", "RSET");
      client.expect("250");
      client.expect("550 5.1.1");
      client.expect("554 5.5.1");
      client.expect("250");
    }
  }

  @Test
  @DisplayName("RFC 5321 §4.2.1: a daemon's 3xx reply never reaches the client")
  void aReplyThatPromisesMore() throws IOException {
    // Symptom: a 354 to the final dot went out, and the client waited or sent on.
    fixture.daemon.onMessage = (message, recipients) -> List.of(Reply.of(354, "", "go on"));
    try (RawSmtpClient client = fixture.inTransaction()) {
      client.data(FrontFixture.bytes("x\r\n"));
      client.command("NOOP", "250 2.0.0 ok");
      fixture.daemon.onMail = sender -> Reply.of(354, "", "go on");
      client.command("MAIL FROM:<a@example.org>", "451 4.3.0");
    }
  }

  @Test
  @DisplayName("RFC 2034 §4: each line of a reply has the enhanced code; EHLO, 220, 354 have none")
  void enhancedStatusCodes() throws IOException {
    fixture.daemon.onMail =
        sender -> Reply.foreign(550, List.of("5.7.1 first", "5.7.1 second", "third"));
    try (RawSmtpClient client = fixture.connect()) {
      assertEquals("220 front.example ESMTP", client.readReply());
      for (String line : client.command("EHLO x").lines().toList()) {
        assertFalse(line.matches("250[ -][245]\\..*"), line);
      }
      assertEquals(
          "550-5.7.1 first\n550-5.7.1 second\n550 5.7.1 third",
          client.command("MAIL FROM:<a@example.org>"));
    }
  }

  @Test
  @DisplayName("RFC 5321 §4.5.2, trap 9: a leading dot on the very first line is unstuffed")
  void aDotOnTheFirstLine() throws Exception {
    try (RawSmtpClient client = fixture.inTransaction()) {
      client.command("DATA", "354");
      client.send("..first\r\n...\r\n.\r\n");
      client.expect("250");
    }
    assertEquals(
        ".first\r\n..\r\n", new String(fixture.daemon.take().bytes(), StandardCharsets.ISO_8859_1));
  }

  @Test
  @DisplayName("trap 8: accepted sockets have TCP_NODELAY")
  void acceptedSocketsDoNotDelay() throws IOException {
    try (Listener listener =
            new Listener(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()), socket -> {});
        Socket client = new Socket(InetAddress.getLoopbackAddress(), listener.getLocalPort());
        Socket accepted = listener.accept()) {
      assertFalse(client.getTcpNoDelay(), "not the system's default");
      assertTrue(accepted.getTcpNoDelay());
    }
  }

  @Test
  @DisplayName("trap 11: the message is handed over without a Received field by SubEtha")
  void noFieldIsAdded() throws Exception {
    try (RawSmtpClient client = fixture.inTransaction()) {
      client.data(FrontFixture.bytes("Subject: x\r\n\r\nbody\r\n"));
    }
    assertEquals(
        "Subject: x\r\n\r\nbody\r\n",
        new String(fixture.daemon.take().bytes(), StandardCharsets.ISO_8859_1));
  }

  @Test
  @DisplayName(
      "RFC 5321 §4.4: the trace field says HELO, EHLO and its address literal as they came")
  void traceFields() throws Exception {
    try (RawSmtpClient client = fixture.connect()) {
      client.expect("220");
      client.command("EHLO [IPv6:2001:db8::1]", "250");
      client.command("MAIL FROM:<a@example.org>", "250");
      client.command("RCPT TO:<b@example.org>", "250");
      client.data(FrontFixture.bytes("x\r\n"));
      client.command("HELO plain", "250");
      client.command("MAIL FROM:<a@example.org>", "250");
      client.command("RCPT TO:<b@example.org>", "250");
      client.data(FrontFixture.bytes("x\r\n"));
    }
    String extended = fixture.daemon.take().trace();
    assertTrue(
        extended.startsWith("Received: from [IPv6:2001:db8::1] ([127.0.0.1])\r\n"), extended);
    assertTrue(extended.contains(" with ESMTP id "), extended);
    String plain = fixture.daemon.take().trace();
    assertTrue(plain.startsWith("Received: from plain ([127.0.0.1])\r\n"), plain);
    assertTrue(plain.contains(" with SMTP id "), plain);
  }
}
