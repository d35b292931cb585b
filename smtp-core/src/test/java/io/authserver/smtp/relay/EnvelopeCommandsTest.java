package io.authserver.smtp.relay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.authserver.smtp.address.ForwardPath;
import io.authserver.smtp.address.MailParameters;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.address.RecipientParameters;
import io.authserver.smtp.address.ReversePath;
import io.authserver.smtp.address.Sender;
import io.authserver.smtp.relay.EnvelopeCommands.Command;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The last door before the wire: no command says more than one thing. */
class EnvelopeCommandsTest {
  private static final Extensions EVERYTHING = new Extensions(true, true, true, true, true, 0);

  @Test
  void writesPaths() {
    assertEquals("MAIL FROM:<>\r\n", line(mail(new ReversePath.Null(), MailParameters.NONE)));
    assertEquals(
        "RCPT TO:<postmaster>\r\n",
        line(
            EnvelopeCommands.rcpt(
                new Recipient(new ForwardPath.Postmaster(), RecipientParameters.NONE),
                Extensions.NONE)));
    assertEquals(
        "RCPT TO:<\"a b\"@example.org>\r\n",
        line(EnvelopeCommands.rcpt(Relaying.recipient("\"a b\"@example.org"), EVERYTHING)));
  }

  /** RFC 5321 §2.3.8: CR and LF only as CRLF, only at the end. An address cannot bring more. */
  @ParameterizedTest
  @ValueSource(strings = {"a\r\nDATA", "a\nb", "a\rb", "a\0b", "a\u007fb", "a\tb", "a\u0085b"})
  void controlCharactersAreNeverWritten(String text) {
    // what a mailbox refuses by itself never gets here; the other doors are tried one by one
    assertNotWritten(
        () -> mail(new ReversePath.Null(), new MailParameters(-1, null, false, "FULL", text)));
    assertNotWritten(
        () -> mail(new ReversePath.Null(), new MailParameters(-1, null, false, text, null)));
    assertNotWritten(() -> rcpt("b", new RecipientParameters(text, null)));
    assertNotWritten(() -> rcpt("b", new RecipientParameters(null, text)));
    assertNotWritten(() -> rcpt(text, RecipientParameters.NONE));
    assertNotWritten(
        () -> mail(new ReversePath.Address(new Mailbox(text, "example.org")), MailParameters.NONE));
    assertNotWritten(
        () -> mail(new ReversePath.Address(new Mailbox("a", text)), MailParameters.NONE));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a NOTIFY=NEVER", " "})
  void aParameterBringsNoOther(String value) {
    assertNotWritten(() -> rcpt("b", new RecipientParameters(null, value)));
  }

  /** RFC 1870 §6.2: fields are added, but a message that fits is not declared too big for it. */
  @Test
  void theDeclaredSizeLeavesRoomForOurFieldsAsFarAsThereIs() {
    assertEquals("MAIL FROM:<> SIZE=4196\r\n", size(100, 0));
    assertEquals("MAIL FROM:<> SIZE=4196\r\n", size(100, 10_000));
    assertEquals("MAIL FROM:<> SIZE=10000\r\n", size(9_000, 10_000));
    assertEquals("MAIL FROM:<> SIZE=10000\r\n", size(10_000, 10_000));
    assertEquals("MAIL FROM:<> SIZE=10001\r\n", size(10_001, 10_000));
  }

  private static String size(long declared, long offered) {
    return line(
        EnvelopeCommands.mail(
            new Sender(
                new ReversePath.Null(), new MailParameters(declared, null, false, null, null)),
            new Extensions(false, false, false, false, false, offered),
            false));
  }

  @Test
  void halfASurrogatePairIsNotWritten() {
    assertNotWritten(() -> rcpt("a\ud800b", RecipientParameters.NONE));
  }

  @Test
  void overLongCommandsAreNotWritten() {
    assertNotWritten(() -> rcpt("b", new RecipientParameters(null, "rfc822;" + "x".repeat(5000))));
  }

  @Test
  void utf8GoesOutAsUtf8() {
    Command command =
        EnvelopeCommands.rcpt(Relaying.recipient("\u00fc@\u00e4.example"), EVERYTHING);
    assertArrayEquals(
        "RCPT TO:<\u00fc@\u00e4.example>\r\n".getBytes(StandardCharsets.UTF_8),
        assertInstanceOf(Command.Line.class, command).bytes());
  }

  private static Command mail(ReversePath reversePath, MailParameters parameters) {
    return EnvelopeCommands.mail(new Sender(reversePath, parameters), EVERYTHING, false);
  }

  private static Command rcpt(String localPart, RecipientParameters parameters) {
    return EnvelopeCommands.rcpt(
        new Recipient(new ForwardPath.Address(new Mailbox(localPart, "example.net")), parameters),
        EVERYTHING);
  }

  private static String line(Command command) {
    return new String(
        assertInstanceOf(Command.Line.class, command).bytes(), StandardCharsets.UTF_8);
  }

  /** Refused by the value's own constructor, or by the writer: in no case a line. */
  private static void assertNotWritten(Supplier<Command> command) {
    try {
      Command.Refused refused = assertInstanceOf(Command.Refused.class, command.get());
      assertEquals(451, refused.outcome().reply().code());
    } catch (IllegalArgumentException e) {
      // refused before
    }
  }
}
